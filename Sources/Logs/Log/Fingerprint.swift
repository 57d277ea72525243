public import Crypto

/// The hash that operators compare by voice: SHA-256("liaison-fingerprint/v1\n" ‖ card text without
/// its address line), all 32 bytes (Protocols/card.md, 3).
public struct Fingerprint: Hashable, Sendable, CustomStringConvertible {
  /// All 32 bytes; `lines` is how people read them.
  public let digest: Digest

  init(card: Card) {
    digest = SHA256.hash(Array(("liaison-fingerprint/v1\n" + card.fingerprintedText).utf8))
  }

  /// Four lines: four groups of four hexadecimal digits, two spaces, two check digits.
  public var lines: [String] {
    let bytes = digest.array
    return (0..<4).map { line in
      let part = Array(bytes[(8 * line)..<(8 * line + 8)])
      let check = SHA256.hash([UInt8(line + 1)] + part).array[0]
      let groups = stride(from: 0, to: 8, by: 2).map { Hex.encode([part[$0], part[$0 + 1]]) }
      return groups.joined(separator: " ") + "  " + Hex.encode([check])
    }
  }

  /// Four lines, without a newline at the end.
  public var description: String { lines.joined(separator: "\n") }
}
