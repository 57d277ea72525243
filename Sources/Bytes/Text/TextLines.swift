/// The lines of a text that programs write and check byte by byte: every one ends with a newline,
/// and a carriage return is part of its line. `TextFile` reads what people edit.
public struct TextLines {
  private let bytes: [UInt8]
  /// Bytes read so far, newlines included.
  public private(set) var position = 0

  /// Stands before the first line.
  public init(_ bytes: [UInt8]) { self.bytes = bytes }

  /// Every byte was read; a last line without its newline never is.
  public var isAtEnd: Bool { position == bytes.count }

  /// The bytes after the lines read so far.
  public var rest: [UInt8] { Array(bytes[position...]) }

  /// - Returns: the next line without its newline; nil at the end, for a last line without a
  ///   newline, and for one that is not UTF-8.
  public mutating func next() -> String? {
    guard let end = bytes[position...].firstIndex(of: 0x0a) else { return nil }
    guard let line = String(validating: bytes[position..<end], as: UTF8.self) else { return nil }
    position = end + 1
    return line
  }

  /// - Returns: the rest of the next line after `key` and one space; nil, and nothing read, if
  ///   the next line is another.
  public mutating func value(of key: String) -> String? {
    var ahead = self
    guard let line = ahead.next(), line.utf8.starts(with: (key + " ").utf8) else { return nil }
    self = ahead
    return String(decoding: line.utf8.dropFirst(key.utf8.count + 1), as: UTF8.self)
  }
}
