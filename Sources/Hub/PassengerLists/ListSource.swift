/// Where a list comes from: bytes that can be read from their beginning more than once.
public protocol ListSource {
  associatedtype Failure: Error

  /// - Returns: 1 to `maxBytes` bytes; none at the end.
  mutating func read(_ maxBytes: Int) throws(Failure) -> [UInt8]
  mutating func rewind() throws(Failure)
}

/// A list in memory.
public struct ListBytes: ListSource, Sendable {
  private let bytes: [UInt8]
  private let chunkBytes: Int
  private var next = 0

  /// - Parameter chunkBytes: what one call gives at most; at least 1.
  public init(_ bytes: [UInt8], chunkBytes: Int = ListLimits.chunkBytes) {
    precondition(chunkBytes > 0)
    self.bytes = bytes
    self.chunkBytes = chunkBytes
  }

  /// Copies; at most `chunkBytes`.
  public mutating func read(_ maxBytes: Int) throws(Never) -> [UInt8] {
    let end = min(bytes.count, next + min(maxBytes, chunkBytes))
    defer { next = end }
    return Array(bytes[next..<end])
  }

  /// Costs nothing: a list is walked twice.
  public mutating func rewind() throws(Never) { next = 0 }
}
