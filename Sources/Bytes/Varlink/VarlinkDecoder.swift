internal import Wire

/// The stream is not varlink.
public enum VarlinkError: Error, Hashable, Sendable {
  /// A message grew beyond the limit without its NUL.
  case messageTooLong
}

/// Cuts a stream into messages at each NUL (https://varlink.org). Holds at most one message of
/// `limitBytes` and what came after it in the same chunk.
public struct VarlinkDecoder: Sendable {
  private let limitBytes: Int
  private let keptBytes: Int
  private var buffer: [UInt8] = []
  /// Start of the first message not taken yet, and where the search for its NUL goes on.
  private var start = 0
  private var searched = 0

  /// - Parameters:
  ///   - limitBytes: of one message without its NUL.
  ///   - keptBytes: a buffer that grew beyond this is given back once it is empty.
  public init(limitBytes: Int, keptBytes: Int) {
    self.limitBytes = limitBytes
    self.keptBytes = keptBytes
  }

  /// Bytes received and not taken.
  public var bufferedBytes: Int { buffer.count - start }

  /// Takes bytes of any cut. The caller stops reading at its own bound: this one keeps all.
  public mutating func receive(_ bytes: Span<UInt8>) {
    if start > 0 {
      buffer.removeFirst(start)
      searched -= start
      start = 0
    }
    buffer.append(bytes)
  }

  /// The next whole message without its NUL; nil when more must be received first.
  public mutating func next() throws(VarlinkError) -> [UInt8]? {
    while searched < buffer.count, buffer[searched] != 0 { searched += 1 }
    guard searched - start <= limitBytes else { throw .messageTooLong }
    guard searched < buffer.count else { return nil }
    let message = Array(buffer[start..<searched])
    searched += 1
    start = searched
    if start == buffer.count {
      buffer.removeAll(keepingCapacity: buffer.capacity <= keptBytes)
      start = 0
      searched = 0
    }
    return message
  }
}
