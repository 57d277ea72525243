/// The characters that divide an interchange, as UNA gives them or as they are without one (ISO
/// 9735). Protocols/lists.md, LIST-60.
struct ServiceCharacters: Hashable, Sendable {
  var component = UInt8(ascii: ":")
  var element = UInt8(ascii: "+")
  /// A space: none.
  var release = UInt8(ascii: "?")
  var terminator = UInt8(ascii: "'")

  /// Bytes of UNA behind its tag: component, element, decimal mark, release, repetition,
  /// terminator.
  static let adviceBytes = 6

  init() {}

  /// - Returns: nil when one character would have two meanings, or a letter one.
  init?(advice: some Collection<UInt8>) {
    let bytes = Array(advice)
    guard bytes.count == ServiceCharacters.adviceBytes else { return nil }
    (component, element, release, terminator) = (bytes[0], bytes[1], bytes[3], bytes[5])
    let all = [component, element, release, terminator]
    guard Set(all).count == all.count, all.allSatisfy(ServiceCharacters.isMark) else { return nil }
  }

  private static func isMark(_ byte: UInt8) -> Bool {
    byte < 0x80 && !(0x30...0x39).contains(byte) && !(0x41...0x5a).contains(byte)
      && !(0x61...0x7a).contains(byte)
  }
}

/// Where an interchange begins. Protocols/lists.md, LIST-4.
enum MessageStart {
  /// True when it begins one of the first lines: telex lines may stand above it.
  static func isIn(_ head: [UInt8]) -> Bool {
    var start = 0
    for _ in 0..<ListLimits.headLines {
      while start < head.count, head[start] <= 0x20 { start += 1 }
      if isAt(head[start...]) { return true }
      while start < head.count, head[start] != 0x0a, head[start] != 0x0d { start += 1 }
    }
    return false
  }

  private static func isAt(_ text: ArraySlice<UInt8>) -> Bool {
    if text.starts(with: "UNB+".utf8) || text.starts(with: "UNG+".utf8)
      || text.starts(with: "UNH+".utf8)
    {
      return true
    }
    // Una is a name, too.
    guard text.starts(with: "UNA".utf8) else { return false }
    let rest = text.dropFirst(3 + ServiceCharacters.adviceBytes).drop { $0 <= 0x20 }
    return ["UNB", "UNG", "UNH"].contains { rest.starts(with: $0.utf8) }
  }
}
