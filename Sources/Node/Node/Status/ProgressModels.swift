/// How a log that lacks entries comes on (Protocols/control.md, 5).
public struct CatchUpReport: Codable, Hashable, Sendable {
  /// Entries that are durable here.
  public var held: UInt64
  /// The most that a connected peer showed; its word until they are here.
  public var total: UInt64
  /// The mean of the last five seconds.
  public var entriesPerSecond: UInt64
  /// Time left at this rate; absent while nothing comes.
  public var secondsLeft: UInt64?
  /// Connected peers that are asked for parts of it now.
  public var sources: Int

  /// - Parameter secondsLeft: nil while nothing comes.
  public init(
    held: UInt64, total: UInt64, entriesPerSecond: UInt64, secondsLeft: UInt64? = nil, sources: Int
  ) {
    self.held = held
    self.total = total
    self.entriesPerSecond = entriesPerSecond
    self.secondsLeft = secondsLeft
    self.sources = sources
  }
}

/// How much one rate of a peer has held back.
public struct HeldRateReport: Codable, Hashable, Sendable {
  /// `received`, `messages`, `answers`, `answering` or `pushes`; or `unread`, alone, with a node's
  /// name or with a log's origin.
  public var rate: String
  /// The limit: bytes or messages, or microseconds for `answering` and `unread`
  /// (Protocols/control.md, 5).
  public var perSecond: UInt64
  /// How often since the start.
  public var times: UInt64
  /// It holds something back now.
  public var holding: Bool

  /// - Parameter rate: a word of the list above.
  public init(rate: String, perSecond: UInt64, times: UInt64, holding: Bool) {
    self.rate = rate
    self.perSecond = perSecond
    self.times = times
    self.holding = holding
  }
}
