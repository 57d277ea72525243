/// The messages of one session that wait to be sealed and sent. They leave together and share
/// records. Its bounds are no limit of what it holds: they say when the core is to bring no more,
/// and when it may go on.
public struct Outbox: Sendable {
  public struct Bounds: Hashable, Sendable {
    /// With more bytes than this the session is congested.
    let congested: Int
    /// With no more than this it is so no longer.
    let relieved: Int

    public init(congested: Int, relieved: Int) {
      precondition(relieved < congested)
      self.congested = congested
      self.relieved = relieved
    }
  }

  private let bounds: Bounds
  private var messages: [[UInt8]] = []
  private var bytes = 0
  /// The core was told to bring no more.
  private var isCongested = false

  public init(_ bounds: Bounds) { self.bounds = bounds }

  public var isEmpty: Bool { messages.isEmpty }

  /// Bytes that wait here and behind.
  /// - Parameter connection: bytes that the connection was given and has not sent.
  public func waiting(behind connection: Int) -> Int { bytes + connection }

  /// - Parameter connection: bytes that the connection was given and has not sent.
  /// - Returns: true when the session is congested by this message, and the core is to be told.
  public mutating func add(_ message: [UInt8], behind connection: Int) -> Bool {
    messages.append(message)
    bytes += message.count
    guard !isCongested, waiting(behind: connection) > bounds.congested else { return false }
    isCongested = true
    return true
  }

  /// Takes everything out, in the order in which it came.
  public mutating func takeAll() -> [[UInt8]] {
    defer {
      messages = []
      bytes = 0
    }
    return messages
  }

  public enum Relief: Hashable, Sendable {
    /// Too much waits.
    case none
    /// There is room, and `wasCongested` says whether there was none before.
    case room(wasCongested: Bool)
  }

  /// The connection has sent something.
  public mutating func relieve(behind connection: Int) -> Relief {
    guard waiting(behind: connection) <= bounds.relieved else { return .none }
    defer { isCongested = false }
    return .room(wasCongested: isCongested)
  }
}
