internal import Crypto
internal import Log

/// A log's id as messages spell it.
enum Hex32 {
  static func encode(_ log: LogID) -> String { Hex.encode(log.array) }

  static func decode(_ text: String) -> [UInt8]? {
    guard text.utf8.count == 64 else { return nil }
    return Hex.decode(text)
  }
}
