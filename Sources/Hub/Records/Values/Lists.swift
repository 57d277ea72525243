// The closed lists of Protocols/records.md. A case is spelt as the record spells it.

/// REC-6: known to be so, or thought to be so.
public enum Basis: String, Sendable, CaseIterable { case fact, assessment }

/// REC-6: handling codes of Europol. H0 may be used; H1 not in court without leave; H2 not passed
/// on; H3 see `caveat`.
public enum Handling: String, Sendable, CaseIterable {
  case h0 = "H0", h1 = "H1", h2 = "H2", h3 = "H3"
}

/// REC-6: the purposes for which a record may be looked at.
public enum Purpose: String, Sendable, CaseIterable { case ct, soc, finance, border, missing }

/// REC-6: the leave to pass it on.
public enum Onward: String, Sendable, CaseIterable {
  case none
  case askOriginator = "ask-originator"
  case withinGroup = "within-group"
}

/// REC-6: a person's part in the matter.
public enum Category: String, Sendable, CaseIterable {
  case suspect, convicted, victim, witness, contact, missing, other
}

/// REC-11: the action of an officer who meets the person or thing.
public enum HitAction: String, Sendable, CaseIterable {
  case none, discreet, inquiry, specific, locate
  case refuseEntry = "refuse-entry"
  case protect, arrest, seize
}

/// REC-50.
public enum NameKind: String, Sendable, CaseIterable { case primary, alias, weak, former, original }
/// REC-50.
public enum Gender: String, Sendable, CaseIterable { case male, female, other }

/// REC-50.
public enum PersonStatus: String, Sendable, CaseIterable {
  case active, returned, detained, deceased, unknown
}

/// Passport, identity card, visa, residence permit, driving licence.
public enum DocumentType: String, Sendable, CaseIterable {
  case passport = "P"
  case identityCard = "I"
  case visa = "V"
  case residencePermit = "R"
  case drivingLicence = "D"
}

/// REC-52.
public enum DocumentState: String, Sendable, CaseIterable {
  case valid, lost, stolen
  case stolenBlank = "stolen-blank"
  case revoked, forged
}

/// REC-53.
public enum IdentifierKind: String, Sendable, CaseIterable { case phone, imei, imsi, email, handle }

/// A vehicle's, as far as a notice needs it.
public enum VehicleState: String, Sendable, CaseIterable {
  case valid, lost, stolen
}

/// REC-55.
public enum LegStatus: String, Sendable, CaseIterable { case planned, booked, made, refused }

/// REC-57.
public enum PaymentMethod: String, Sendable, CaseIterable {
  case transfer, cash, hawala, card, crypto
}

/// REC-58.
public enum LinkRole: String, Sendable, CaseIterable {
  case member, leads, recruits, facilitates, finances, supplies, family, associate
  case travelsWith = "travels-with"
  case contact
  case identityMisusedBy = "identity-misused-by"
  case same
  case notSame = "not-same"
}

/// REC-58.
public enum LinkDomain: String, Sendable, CaseIterable {
  case terror, drugs, arms, people, fraud, documents
}

/// REC-59.
public enum EventKind: String, Sendable, CaseIterable {
  case sighting, arrest
  case borderStop = "border-stop"
  case refusal, seizure, meeting, attack, conviction, other
}

/// REC-60: hours and days until an answer is wanted.
public enum Urgency: String, Sendable, CaseIterable {
  case hours8 = "8h"
  case days3 = "3d"
  case days7 = "7d"
  case routine

  /// Nil: there is no hurry.
  var hours: Int64? {
    switch self {
    case .hours8: 8
    case .days3: 72
    case .days7: 168
    case .routine: nil
    }
  }
}

/// REC-60: what a request asks for.
public enum RequestKind: String, Sendable, CaseIterable { case information, consent }

/// REC-67.
public enum RequestState: String, Sendable, CaseIterable { case open, closed }

/// REC-61.
public enum AnswerResult: String, Sendable, CaseIterable {
  case hit
  case noHit = "no-hit"
  case partial, refused
  case needMore = "need-more"
}

/// REC-76.
public enum ConsentUse: String, Sendable, CaseIterable {
  case passOn = "pass-on"
  case court
}

/// REC-78: the leave by which an entry is passed on.
public enum ReshareRule: String, Sendable, CaseIterable {
  /// Its author passes it on.
  case own
  case group, consent
}
