/// The content that a body seals: one JSON object on one line with a string `type`, at most 65,536
/// bytes, by every rule of Protocols/json.md. It keeps its exact bytes: a record is checked and
/// never changed. Nothing but the check makes one.
public struct Record: Hashable, Sendable {
  /// At most 65,536, UTF-8, without a line end: what is sealed, bit for bit.
  public let bytes: [UInt8]

  private init(_ bytes: [UInt8]) { self.bytes = bytes }

  /// - Parameter line: without its line end.
  public init(checking line: [UInt8]) throws(JSONProblem) {
    var check = RecordCheck()
    self = try check(line)
  }

  /// The same, of the text's UTF-8.
  public init(checking line: String) throws(JSONProblem) {
    try self.init(checking: Array(line.utf8))
  }

  /// Checks many.
  fileprivate init(checked bytes: [UInt8]) { self.init(bytes) }

  /// The bytes as a string, for people and for SQL.
  public var text: String { String(decoding: bytes, as: UTF8.self) }
}

/// Checks records one after the other, and keeps its scratch memory in between.
public struct RecordCheck: Sendable {
  private var scanner = JSONScanner(.record)

  /// Allocates nothing before its first record.
  public init() {}

  /// - Throws: the first thing that is wrong, with its place.
  public mutating func callAsFunction(_ line: [UInt8]) throws(JSONProblem) -> Record {
    try callAsFunction(line.span)
    return Record(checked: line)
  }

  /// Checks without keeping the line, where the bytes are somebody else's.
  public mutating func callAsFunction(_ line: Span<UInt8>) throws(JSONProblem) {
    guard line.count <= JSONLimits.recordBytes else {
      throw JSONProblem(.tooLong(bytes: line.count), at: JSONLimits.recordBytes)
    }
    try scanner.check(line)
    guard let offset = scanner.typeOffset else { throw JSONProblem(.typeMissing, at: 0) }
    guard scanner.typeIsText else { throw JSONProblem(.typeNotText, at: offset) }
  }
}
