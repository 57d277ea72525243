/// A telephone, a device, a SIM card, an address of mail, an account of a service. REC-53.
public struct Identifier: RecordFields {
  /// It says how `value` is compared; nil: missing, a breach.
  public var kind: Term<IdentifierKind>?
  /// As it is written; `kind` says how it is compared.
  public var value: String?
  /// Who uses it, as far as the author knows.
  public var holder: PartyReference?
  /// The first day of that use.
  public var startDate: DateValue?
  /// The last day of that use.
  public var endDate: DateValue?

  init() {}

  static let table = FieldTable<Identifier>(
    [
      Field("kind", 6) { $0.kind = $1.term() },
      Field("value", 53) { $0.value = $1.text(RecordLimits.identifierBytes) },
      Field("holder", 17) { $0.holder = $1.party() },
      Field("startDate", 20) { $0.startDate = $1.date() },
      Field("endDate", 20) { $0.endDate = $1.date() },
    ], requiring: [("kind", 53), ("value", 53)])

  func check(_ reader: inout FieldReader, _ seen: SeenFields) {
    guard let value, let form = kind?.value?.form, !form.fits(value) else { return }
    reader.mark(.notComparable(form), field: "value", rule: form.rule)
  }

  func select(_ list: inout SelectorList) {
    list.identifier(kind, value, field: "value")
  }
}

extension IdentifierKind {
  /// nil: compared as it is written.
  var form: RecordProblem.ValueForm? {
    switch self {
    case .phone: .phone
    case .imei: .imei
    case .imsi: .imsi
    case .email: .mail
    case .handle: nil
    }
  }
}

/// A car, a vessel, an aircraft (FollowTheMoney: Vehicle). REC-54.
public struct Vehicle: RecordFields {
  /// As it is written, like `vin` and `imo` (REC-35).
  public var plate: String?
  /// The one that the plate is of.
  public var country: CountryValue?
  /// 17 characters (ISO 3779).
  public var vin: String?
  /// Seven digits, with or without the letters IMO.
  public var imo: String?
  /// A code, compared as a plate.
  public var tailNumber: String?
  /// Maker and model, in the author's words.
  public var make: String?
  /// In the author's words.
  public var colour: String?
  /// Who owns or drives it, as far as the author knows.
  public var owner: PartyReference?
  /// Nil: not said.
  public var state: Term<VehicleState>?

  init() {}

  static let table = FieldTable<Vehicle>([
    Field("plate", 35) { $0.plate = $1.identifier(.plate) },
    Field("country", 19) { $0.country = $1.country() },
    Field("vin", 35) { $0.vin = $1.identifier(.vin) },
    Field("imo", 35) { $0.imo = $1.identifier(.imo) },
    Field("tailNumber", 54) { $0.tailNumber = $1.text(RecordLimits.codeBytes) },
    Field("make", 54) { $0.make = $1.searched() },
    Field("colour", 54) { $0.colour = $1.searched() },
    Field("owner", 17) { $0.owner = $1.party() },
    Field("state", 6) { $0.state = $1.term() },
  ])

  func check(_ reader: inout FieldReader, _ seen: SeenFields) {
    seen.requireOne(of: ["plate", "vin", "imo", "tailNumber", "make"], rule: 54, &reader)
  }

  func select(_ list: inout SelectorList) {
    list.plate(plate, country, field: "plate")
    list.formed(vin, .vin, field: "vin")
    list.formed(imo, .imo, field: "imo")
    list.formed(tailNumber, .tailNumber, field: "tailNumber")
  }
}
