internal import CSodium

/// Hexadecimal, lower case out, either case in.
public enum Hex {
  /// Two digits a byte.
  public static func encode(_ bytes: [UInt8]) -> String {
    let digits = Array("0123456789abcdef".utf8)
    var text: [UInt8] = []
    text.reserveCapacity(bytes.count * 2)
    for byte in bytes {
      text.append(digits[Int(byte >> 4)])
      text.append(digits[Int(byte & 15)])
    }
    return String(decoding: text, as: UTF8.self)
  }

  /// - Returns: nil for an odd length or a character that is no digit.
  public static func decode(_ text: some StringProtocol) -> [UInt8]? {
    let digits = Array(text.utf8)
    guard digits.count % 2 == 0 else { return nil }
    var bytes: [UInt8] = []
    for index in stride(from: 0, to: digits.count, by: 2) {
      guard let high = value(digits[index]), let low = value(digits[index + 1]) else { return nil }
      bytes.append(high << 4 | low)
    }
    return bytes
  }

  private static func value(_ digit: UInt8) -> UInt8? {
    switch digit {
    case 0x30...0x39: digit - 0x30
    case 0x61...0x66: digit - 0x61 + 10
    case 0x41...0x46: digit - 0x41 + 10
    default: nil
    }
  }
}

/// Standard Base64 with padding (RFC 4648, section 4), as C2SP notes use it. Decoding is strict:
/// padding must be there and unused bits must be zero, so that a text has one spelling only.
public enum Base64 {
  private static let digits = Array(
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

  /// Four characters for each three bytes, the last of them padded.
  public static func encode(_ bytes: [UInt8]) -> String {
    var text: [UInt8] = []
    text.reserveCapacity((bytes.count + 2) / 3 * 4)
    for start in stride(from: 0, to: bytes.count, by: 3) {
      let group = bytes[start..<min(start + 3, bytes.count)]
      var bits: UInt32 = 0
      for byte in group { bits = bits << 8 | UInt32(byte) }
      bits <<= UInt32(8 * (3 - group.count))
      for position in 0..<4 {
        let digit = Int(bits >> UInt32(18 - 6 * position) & 63)
        text.append(position <= group.count ? digits[digit] : 0x3d)
      }
    }
    return String(decoding: text, as: UTF8.self)
  }

  /// - Returns: nil unless `text` is exactly what `encode` would print.
  public static func decode(_ text: some StringProtocol) -> [UInt8]? {
    let input = Array(text.utf8)
    guard input.count % 4 == 0 else { return nil }
    var bytes = [UInt8](repeating: 0, count: input.count / 4 * 3)
    var length = 0
    let result = unsafe sodium_base642bin(
      &bytes, bytes.count, input.map { CChar(bitPattern: $0) }, input.count, nil, &length, nil,
      sodium_base64_VARIANT_ORIGINAL)
    guard result == 0 else { return nil }
    bytes.removeLast(bytes.count - length)
    return encode(bytes).utf8.elementsEqual(input) ? bytes : nil
  }
}
