/// The names of a zone: primary identifier, two fillers, secondary identifier. Which is the
/// family's, the issuer decides.
public struct ZoneNames: Hashable, Sendable {
  /// Its parts in order.
  public let primary: [String]
  /// Empty where a person has one name.
  public let secondary: [String]
  /// The field is full to its end: the name may go on.
  public let mayBeCut: Bool

  init(_ field: ArraySlice<UInt8>) {
    let bytes = Array(field)
    let split = bytes.indices.dropLast().first {
      bytes[$0] == ZoneText.filler && bytes[$0 + 1] == ZoneText.filler
    }
    primary = ZoneNames.parts(bytes[..<(split ?? bytes.endIndex)])
    secondary = split.map { ZoneNames.parts(bytes[$0...]) } ?? []
    mayBeCut = bytes.last != ZoneText.filler
  }

  private static func parts(_ bytes: ArraySlice<UInt8>) -> [String] {
    bytes.split(separator: ZoneText.filler).map { String(decoding: $0, as: UTF8.self) }
  }
}
