/// An address of a crypto currency, as it is compared. Protocols/records.md, REC-36.
public struct WalletAddress: Hashable, Sendable {
  /// 20 to 128 characters of ASCII.
  public let text: String

  static let lengths = 20...128

  /// Two kinds of address are written in either case, and compared in the lower: hexadecimal ones,
  /// and those with a readable prefix (bech32). In others case carries meaning.
  public init?(folding text: some StringProtocol) {
    let trimmed = String(text.filter { !$0.isWhitespace })
    guard WalletAddress.lengths.contains(trimmed.utf8.count),
      trimmed.utf8.allSatisfy({ (0x21...0x7e).contains($0) })
    else { return nil }
    let lower = trimmed.lowercased()
    self.text =
      WalletAddress.isHexadecimal(lower) || WalletAddress.isBech32(trimmed, lower) ? lower : trimmed
  }

  private static func isHexadecimal(_ lower: String) -> Bool {
    guard lower.hasPrefix("0x") else { return false }
    return lower.utf8.dropFirst(2).allSatisfy {
      (0x30...0x39).contains($0) || (0x61...0x66).contains($0)
    }
  }

  /// All in one case, and behind the last `1` nothing but its alphabet.
  private static func isBech32(_ text: String, _ lower: String) -> Bool {
    guard text == lower || text == text.uppercased(), let one = lower.lastIndex(of: "1"),
      one > lower.startIndex
    else { return false }
    let data = lower[lower.index(after: one)...]
    return data.count >= 6 && data.allSatisfy { "qpzry9x8gf2tvdw0s3jn54khce6mua7l".contains($0) }
  }
}
