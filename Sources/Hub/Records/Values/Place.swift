/// Where something was: an airport, a place that trade knows, or any other. Protocols/records.md,
/// REC-18.
public struct Place: Hashable, Sendable {
  /// The lists of places that are known by their form; none is looked up.
  public enum Code: Hashable, Sendable {
    /// Three capitals: `AMS`.
    case iata(String)
    /// Two letters of the country and three letters or digits: `NLAMS`.
    case locode(String)
  }

  /// nil: it has a name alone.
  public var code: Code?
  /// Nil where the text was a code.
  public var name: String?
  /// Nil: not said, though a code may imply it.
  public var country: CountryValue?
  /// Degrees, north and east counted from 0.
  public var latitude: Double?
  /// Degrees, -180 to 180, east above 0.
  public var longitude: Double?

  init() {}

  init(_ text: String) {
    code = Place.code(text)
    name = code == nil ? text : nil
  }

  private static func code(_ text: String) -> Code? {
    let bytes = Array(text.utf8)
    let isCapital = { (byte: UInt8) in (0x41...0x5a).contains(byte) }
    if bytes.count == 3, bytes.allSatisfy(isCapital) { return .iata(text) }
    // People write `NL AMS`, too.
    let joined = bytes.filter { $0 != 0x20 }
    guard joined.count == 5, bytes.count == 5 || bytes.count == 6 && bytes[2] == 0x20,
      joined[..<2].allSatisfy(isCapital),
      joined[2...].allSatisfy({ isCapital($0) || (0x32...0x39).contains($0) })
    else { return nil }
    return .locode(String(decoding: joined, as: UTF8.self))
  }

  /// The place as people name it: the code, else the name.
  public var text: String {
    switch code {
    case .iata(let code), .locode(let code): code
    case nil: name ?? ""
    }
  }

  static let table = FieldTable<Place>([
    Field("name", 18) { $0.name = $1.text() },
    Field("code", 18) { place, reader in
      if let text = reader.text(RecordLimits.codeBytes) { place.code = Place.code(text) }
    },
    Field("country", 19) { $0.country = $1.country() },
    Field("lat", 18) { $0.latitude = $1.coordinate(-90...90) },
    Field("lon", 18) { $0.longitude = $1.coordinate(-180...180) },
  ])
}
