internal import Crypto
public import Varlink

// Chunks of attachments on the control socket (Protocols/control.md, CTL-30 to 32).

/// `org.liaison.Node.PublishChunk`; answered with a `PublishReply` of one entry.
public struct PublishChunkRequest: Codable, Hashable, Sendable, CallParameters {
  /// `to` and `data` are required.
  public static let names = ["to", "data", "expiryDay", "grant", "timeout"]

  /// As of `PublishRequest`.
  public var to: [String]
  /// 1 to `ControlLimits.chunkBytes` bytes in Base64.
  public var data: String
  /// As of `PublishRequest`.
  public var expiryDay: Int?
  /// It is sealed under this grant, or refused.
  public var grant: UInt64?
  /// As of `PublishRequest`.
  public var timeout: Int?

  /// Checks nothing: the daemon refuses what the limits forbid.
  public init(
    to: [String], chunk: [UInt8], expiryDay: Int? = nil, grant: UInt64? = nil, timeout: Int? = nil
  ) {
    self.to = to
    data = Base64.encode(chunk)
    self.expiryDay = expiryDay
    self.grant = grant
    self.timeout = timeout
  }

  /// The rules of Protocols/control.md, CTL-30.
  func chunk() throws(ControlError) -> [UInt8] {
    try ControlLimits.check(to: to)
    try ControlLimits.check(timeout: timeout)
    try ControlLimits.check(expiryDay: expiryDay)
    guard data.utf8.count <= ControlLimits.chunkTextBytes, let chunk = Base64.decode(data),
      (1...ControlLimits.chunkBytes).contains(chunk.count)
    else {
      throw .refused(
        reason: "\"data\" is no chunk",
        hint: "send 1 to \(ControlLimits.chunkBytes) bytes in Base64")
    }
    return chunk
  }
}

/// `org.liaison.Node.ShowChunk`: one chunk of an attachment, where this node may read it.
public struct ChunkReply: Codable, Hashable, Sendable {
  /// As of `ShowReply`; `data`, `grant` are there when it is `opened`.
  public var opening: EntryOpening
  /// Completes `opening`.
  public var why: String?
  /// The chunk's bytes in Base64.
  public var data: String?
  /// The index of the grant under which it is sealed.
  public var grant: UInt64?
  /// Days since 1970-01-01, 0 for none.
  public var expiryDay: UInt16
  /// Connected peers that showed the log up to this entry, where its body is not here.
  public var holders: [String]?

  /// The other fields are added where they are known.
  public init(opening: EntryOpening, expiryDay: UInt16) {
    self.opening = opening
    self.expiryDay = expiryDay
  }

  /// The chunk's bytes; nil unless it was opened.
  public var chunk: [UInt8]? { data.flatMap { Base64.decode($0) } }

  mutating func take(_ bytes: [UInt8], under grant: UInt64?) {
    opening = .opened
    data = Base64.encode(bytes)
    self.grant = grant
  }
}

/// `org.liaison.Node.ListChunks`: own chunks whose bodies are here, from an entry on.
public struct ListChunksRequest: Codable, Hashable, Sendable, CallParameters {
  /// Both are required.
  public static let names = ["origin", "from"]

  /// A log of this node's own name.
  public var origin: String
  /// The first index to look at.
  public var from: UInt64

  /// - Parameter origin: `nl/1`.
  public init(origin: String, from: UInt64) {
    self.origin = origin
    self.from = from
  }
}

/// A page of own chunks.
public struct ListChunksReply: Codable, Hashable, Sendable {
  /// Chunks that follow one another.
  public struct Run: Codable, Hashable, Sendable {
    /// Index of the first.
    public var first: UInt64
    /// 1 or more.
    public var count: UInt64
    /// Unix ms of the last, as it was signed.
    public var time: UInt64
  }

  /// In order.
  public var chunks: [Run]
  /// Where the next page begins.
  public var next: UInt64
  /// False at the end of what is stored.
  public var more: Bool

  /// - Parameter next: where the page begins.
  init(next: UInt64) {
    chunks = []
    self.next = next
    more = true
  }

  mutating func add(_ index: UInt64, time: UInt64) {
    if let last = chunks.last, last.first + last.count == index {
      chunks[chunks.count - 1].count += 1
      chunks[chunks.count - 1].time = time
    } else {
      chunks.append(Run(first: index, count: 1, time: time))
    }
  }
}
