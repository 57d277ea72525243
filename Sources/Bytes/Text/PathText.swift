/// Paths and other words of the operating system, whose bytes need not be UTF-8, as Swift strings
/// and back without loss. A byte that is not part of a valid character stands as one of the private
/// characters U+10FE80 to U+10FEFF. Where such a character is really there, each of its bytes is
/// written so too: a string and its bytes belong to each other alone.
public enum PathText {
  /// U+10FE00 + byte: bytes from 0x80 on, which alone can be wrong.
  private static let base: UInt32 = 0x10_fe00
  private static let stand = (base + 0x80)...(base + 0xff)

  /// - Returns: a string that `bytes(of:)` turns into the same bytes.
  public static func string(of bytes: some Sequence<UInt8>) -> String {
    let bytes = Array(bytes)
    if let text = String(validating: bytes, as: UTF8.self),
      !text.unicodeScalars.contains(where: { stand.contains($0.value) })
    {
      return text
    }
    var result = ""
    var start = 0
    while start < bytes.count {
      let count = characterBytes(bytes[start...])
      if count > 0, let text = String(validating: bytes[start..<(start + count)], as: UTF8.self),
        let scalar = text.unicodeScalars.first, !stand.contains(scalar.value)
      {
        result.unicodeScalars.append(scalar)
        start += count
      } else {
        result.unicodeScalars.append(standIn(bytes[start]))
        start += 1
      }
    }
    return result
  }

  /// The bytes that the operating system gets.
  public static func bytes(of text: String) -> [UInt8] {
    guard text.unicodeScalars.contains(where: { stand.contains($0.value) }) else {
      return Array(text.utf8)
    }
    var result: [UInt8] = []
    for scalar in text.unicodeScalars {
      if let byte = byte(scalar) {
        result.append(byte)
      } else {
        result.append(contentsOf: UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
      }
    }
    return result
  }

  /// The byte that a private character stands for.
  static func byte(_ scalar: Unicode.Scalar) -> UInt8? {
    stand.contains(scalar.value) ? UInt8(truncatingIfNeeded: scalar.value) : nil
  }

  /// An invalid byte is never below 0x80; one of an ASCII character stands for itself.
  private static func standIn(_ byte: UInt8) -> Unicode.Scalar {
    (byte < 0x80 ? nil : Unicode.Scalar(base + UInt32(byte))) ?? Unicode.Scalar(byte)
  }

  /// How many bytes the character has that the first byte begins; 0 where the bytes are not there.
  private static func characterBytes(_ bytes: ArraySlice<UInt8>) -> Int {
    guard let first = bytes.first else { return 0 }
    let count =
      switch first {
      case 0..<0x80: 1
      case 0xc2..<0xe0: 2
      case 0xe0..<0xf0: 3
      case 0xf0..<0xf5: 4
      default: 0
      }
    return count <= bytes.count ? count : 0
  }
}

extension PathText {
  /// The path in bytes that end before a zero, as C gives them.
  public static func string(of text: UnsafePointer<CChar>) -> String {
    var bytes: [UInt8] = []
    var next = unsafe text
    while unsafe next.pointee != 0 {
      unsafe bytes.append(UInt8(bitPattern: next.pointee))
      unsafe next += 1
    }
    return string(of: bytes)
  }

  /// The form that a system call takes: the bytes and a zero after them. A path with a zero inside
  /// names nothing: it becomes the empty path, which no call accepts, and never a part of itself.
  public static func zeroTerminated(_ path: String) -> [CChar] {
    let bytes = bytes(of: path)
    return bytes.contains(0) ? [0] : bytes.map { CChar(bitPattern: $0) } + [0]
  }
}
