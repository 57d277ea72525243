/// Exactly 32 bytes held in four registers: the storage of every digest and public key.
///
/// Bytes are kept in their order on the wire; `<` compares them as such (lexicographically).
public struct Bytes32: Hashable, Sendable, Comparable {
  private let words: (UInt64, UInt64, UInt64, UInt64)

  /// 32 zero bytes: stands in formats for "none", as before the first entry.
  public static let zero = Bytes32(words: (0, 0, 0, 0))

  private init(words: (UInt64, UInt64, UInt64, UInt64)) {
    self.words = words
  }

  /// - Parameter bytes: exactly 32 bytes (a precondition: lengths are checked where input is
  ///   parsed).
  public init(_ bytes: Span<UInt8>) {
    self.init(bytes, at: 0)
  }

  /// Reads the 32 bytes of `bytes` that start at `offset`.
  public init(_ bytes: Span<UInt8>, at offset: Int) {
    precondition(offset >= 0 && bytes.count - offset >= 32, "32 bytes wanted")
    words = (
      Bytes32.word(bytes, offset), Bytes32.word(bytes, offset + 8),
      Bytes32.word(bytes, offset + 16), Bytes32.word(bytes, offset + 24)
    )
  }

  /// - Returns: nil unless `bytes` holds exactly 32 bytes.
  public init?(_ bytes: [UInt8]) {
    guard bytes.count == 32 else { return nil }
    self.init(bytes.span)
  }

  /// Lends the 32 bytes. A closure, not a returned span: see docs/decisions/0002-spans.md.
  public func withBytes<R: ~Copyable, E: Error>(_ body: (Span<UInt8>) throws(E) -> R) throws(E) -> R
  {
    let inline: InlineArray<4, UInt64> = [
      words.0.bigEndian, words.1.bigEndian, words.2.bigEndian, words.3.bigEndian,
    ]
    let bytes = unsafe Span<UInt8>(_bytes: inline.span.bytes)
    return try body(bytes)
  }

  /// Appends the 32 bytes.
  public func append(to bytes: inout [UInt8]) {
    // One copy instead of 32 appends: it is in the path of every entry that is accepted.
    withBytes { span in
      unsafe span.withUnsafeBufferPointer { unsafe bytes.append(contentsOf: $0) }
    }
  }

  /// A copy on the heap; `withBytes` lends the bytes without one.
  public var array: [UInt8] {
    var result: [UInt8] = []
    result.reserveCapacity(32)
    append(to: &result)
    return result
  }

  private static func word(_ bytes: Span<UInt8>, _ offset: Int) -> UInt64 {
    var word: UInt64 = 0
    for index in offset..<(offset + 8) { word = word << 8 | UInt64(bytes[index]) }
    return word
  }

  /// Not in constant time: for public values only.
  public static func == (a: Bytes32, b: Bytes32) -> Bool { a.words == b.words }
  /// Lexicographic, as the bytes stand on the wire.
  public static func < (a: Bytes32, b: Bytes32) -> Bool { a.words < b.words }

  /// Feeds the four words; `Hasher` keys each process anew, so that peers cannot aim at one bucket.
  public func hash(into hasher: inout Hasher) {
    hasher.combine(words.0)
    hasher.combine(words.1)
    hasher.combine(words.2)
    hasher.combine(words.3)
  }
}

/// A type that is nothing but 32 bytes with a meaning. Conformers differ so that the compiler keeps
/// a transport key from being used as a log key.
public protocol FixedBytes32: Hashable, Sendable, Comparable, CustomStringConvertible {
  var bytes: Bytes32 { get }
  init(_ bytes: Bytes32)
}

extension FixedBytes32 {
  /// - Returns: nil unless `array` holds exactly 32 bytes.
  public init?(_ array: [UInt8]) {
    guard let bytes = Bytes32(array) else { return nil }
    self.init(bytes)
  }

  /// Reads the 32 bytes that start at `offset`, which are there (a precondition).
  public init(_ span: Span<UInt8>, at offset: Int) { self.init(Bytes32(span, at: offset)) }

  /// The 32 bytes, copied.
  public var array: [UInt8] { bytes.array }

  /// Lends the 32 bytes, as `Bytes32.withBytes` does.
  public func withBytes<R: ~Copyable, E: Error>(_ body: (Span<UInt8>) throws(E) -> R) throws(E) -> R
  {
    try bytes.withBytes(body)
  }

  /// Appends the 32 bytes, in their order on the wire.
  public func append(to array: inout [UInt8]) { bytes.append(to: &array) }

  /// Lexicographic by bytes: the order that formats mean by "ascending".
  public static func < (a: Self, b: Self) -> Bool { a.bytes < b.bytes }

  /// Lower-case hexadecimal, 64 characters.
  public var description: String { Hex.encode(array) }
}

/// A SHA-256 hash.
public struct Digest: FixedBytes32 {
  /// The hash's bytes, in the order in which SHA-256 outputs them.
  public let bytes: Bytes32
  /// Takes the bytes as a hash that somebody computed; nothing is hashed here.
  public init(_ bytes: Bytes32) { self.bytes = bytes }
  /// 32 zero bytes, which no input is known to have: stands for "no hash".
  public static let zero = Digest(.zero)
}
