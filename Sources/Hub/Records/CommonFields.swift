/// The fields that every record may have, whatever its type. Protocols/records.md, 1.
public struct CommonFields: Hashable, Sendable {
  /// Nil: not said. Required of what is published (REC-4).
  public var basis: Term<Basis>?
  /// Nil: not said. Required of what is published (REC-4).
  public var grade: Grade?
  /// Empty: not said. Required of what is published (REC-4).
  public var handling: [Term<Handling>] = []
  /// The words of H3, which must have them (REC-7).
  public var caveat: String?
  /// `purpose`; empty: not said. Required of what is published (REC-4).
  public var purposes: [Term<Purpose>] = []
  /// Required of a person that is published (REC-4).
  public var category: Term<Category>?
  /// When the information was collected (REC-20).
  public var collected: DateValue?
  /// The word as it is written; `HandlingRules` says what counts.
  public var onward: Term<Onward>?
  /// A code, at most 64 bytes.
  public var tlp: String?
  /// The version of the group that it was sealed to: `nl:ctf-balkans@3` (REC-63).
  public var group: String?
  /// SHA-256 of that version's record, 64 digits.
  public var groupHash: String?
  /// When the author looks again whether it still holds (REC-20).
  public var reviewBy: DateValue?
  /// At most 256, of records of any author (REC-2).
  public var refs: [RecordReference] = []
  /// Nil: not said (REC-12).
  public var legal: Legal?
  /// An open list: armed, violent, suicide, contagious.
  public var warnings: [String] = []
  /// Nil: nothing is to be done on meeting it (REC-11).
  public var onHit: OnHit?
  /// At most 32 (REC-13).
  public var attachments: [Attachment] = []
  /// On a version that corrects one before it (REC-71).
  public var change: Change?
  /// Fields of the record's outermost level that a reader has to know before it may alert.
  public var must: [String] = []
  /// Long text, at most 32,768 bytes.
  public var notes: String?

  /// The basis on which it was collected, and who allowed what.
  public struct Legal: Hashable, Sendable {
    /// The authority that collected it.
    public var authority: String?
    /// The leave of a court, as the author cites it.
    public var warrant: String?
    /// The offence of which it is about, in the author's words.
    public var offence: String?
    /// Countries that are concerned.
    public var states: [CountryValue] = []

    static let table = FieldTable<Legal>([
      Field("authority", 12) { $0.authority = $1.searched() },
      Field("warrant", 12) { $0.warrant = $1.searched() },
      Field("offence", 12) { $0.offence = $1.searched() },
      Field("states", 19) { legal, reader in
        legal.states = reader.list(RecordLimits.values) { $0.country() }
      },
    ])
  }

  /// The action on meeting the person or thing, and the contact to call.
  public struct OnHit: Hashable, Sendable {
    /// Nil: a word that is not there, which is a breach.
    public var action: Term<HitAction>?
    /// Nil: nobody is named.
    public var contact: Contact?

    static let table = FieldTable<OnHit>(
      [
        Field("action", 11) { $0.action = $1.term() },
        Field("contact", 11) { $0.contact = $1.object(Contact.table, Contact()) },
      ], requiring: [("action", 11)])
  }

  /// Whom to call: texts of at most 256 bytes each (REC-11).
  public struct Contact: Hashable, Sendable {
    /// As it is written: nothing compares it.
    public var phone: String?
    /// When somebody answers, in free text.
    public var hours: String?
    /// The caller names it, as a case number.
    public var reference: String?

    static let table = FieldTable<Contact>([
      Field("phone", 11) { $0.phone = $1.text(RecordLimits.identifierBytes) },
      Field("hours", 11) { $0.hours = $1.text(RecordLimits.identifierBytes) },
      Field("reference", 11) { $0.reference = $1.text(RecordLimits.identifierBytes) },
    ])
  }

  /// The fields that a version changes of the one before, and the reason.
  public struct Change: Hashable, Sendable {
    /// Keys of the record's outermost level, at most 64 (REC-14).
    public var fields: [String] = []
    /// In the author's words; a change without one is a breach.
    public var reason: String?

    static let table = FieldTable<Change>(
      [
        Field("fields", 14) { change, reader in
          change.fields = reader.list(RecordLimits.values) { $0.code() }
        },
        Field("reason", 14) { $0.reason = $1.prose() },
      ], requiring: [("reason", 14)])
  }
}

/// The common fields with what names the record itself.
struct Envelope {
  var id: RecordID?
  var common = CommonFields()

  static let table = FieldTable<Envelope>(
    [
      // Read before all else.
      Field("type", 4) { _ = $1.text(RecordLimits.codeBytes) },
      Field("v", 4) { _ = $1.number(1...1) },
      Field("id", 1) { $0.id = $1.id() },
      Field("collected", 20) { $0.common.collected = $1.date() },
      Field("basis", 6) { $0.common.basis = $1.term() },
      Field("grade", 6) { $0.common.grade = $1.grade() },
      Field("handling", 6) { it, reader in
        it.common.handling = reader.list(RecordLimits.values) { $0.term() }
      },
      Field("caveat", 7) { $0.common.caveat = $1.searched() },
      Field("onward", 6) { $0.common.onward = $1.term() },
      Field("purpose", 6) { it, reader in
        it.common.purposes = reader.list(RecordLimits.values) { $0.term() }
      },
      Field("category", 6) { $0.common.category = $1.term() },
      Field("tlp", 9) { $0.common.tlp = $1.code() },
      Field("group", 63) { $0.common.group = $1.groupVersion() },
      Field("groupHash", 63) { $0.common.groupHash = $1.hash() },
      Field("reviewBy", 20) { $0.common.reviewBy = $1.date() },
      Field("refs", 17) { it, reader in
        it.common.refs = reader.list(RecordLimits.references) { $0.reference() }
      },
      Field("legal", 12) { $0.common.legal = $1.object(CommonFields.Legal.table, .init()) },
      Field("warning", 9) { it, reader in
        it.common.warnings = reader.list(RecordLimits.values) {
          $0.searched(RecordLimits.codeBytes)
        }
      },
      Field("onHit", 11) { $0.common.onHit = $1.object(CommonFields.OnHit.table, .init()) },
      Field("attachment", 13) { it, reader in
        it.common.attachments = reader.attachments()
      },
      Field("change", 14) { $0.common.change = $1.object(CommonFields.Change.table, .init()) },
      Field("must", 14) { it, reader in
        it.common.must = reader.list(RecordLimits.values) { $0.code() }
      },
      Field("notes", 9) { $0.common.notes = $1.prose() },
    ],
    requiring: [
      ("v", 4), ("id", 4), ("basis", 4), ("grade", 4), ("handling", 4), ("purpose", 4),
    ])
}
