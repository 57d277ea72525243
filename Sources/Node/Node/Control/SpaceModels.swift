/// Bytes of files: their lengths, and the space that they take on the disk.
public struct FileSpace: Codable, Hashable, Sendable {
  /// The sum of the lengths.
  public var bytes: UInt64
  /// The space on the disk: holes take none.
  public var allocatedBytes: UInt64

  public init(bytes: UInt64 = 0, allocatedBytes: UInt64 = 0) {
    self.bytes = bytes
    self.allocatedBytes = allocatedBytes
  }
}

/// The space of one log on the disk, by kind of file (Protocols/store.md, 4).
public struct LogSpace: Codable, Hashable, Sendable {
  public var entries: FileSpace
  public var hashes: FileSpace
  public var nodes: FileSpace
  public var index: FileSpace
  public var bodies: FileSpace
  public var checkpoints: FileSpace
  public var cosignatures: FileSpace
  public var control: FileSpace
  public var total: FileSpace
  /// Bytes of bodies that were withdrawn or expired.
  public var purgedBytes: UInt64

  public init(
    entries: FileSpace = FileSpace(), hashes: FileSpace = FileSpace(),
    nodes: FileSpace = FileSpace(), index: FileSpace = FileSpace(),
    bodies: FileSpace = FileSpace(), checkpoints: FileSpace = FileSpace(),
    cosignatures: FileSpace = FileSpace(), control: FileSpace = FileSpace(),
    total: FileSpace = FileSpace(), purgedBytes: UInt64 = 0
  ) {
    self.entries = entries
    self.hashes = hashes
    self.nodes = nodes
    self.index = index
    self.bodies = bodies
    self.checkpoints = checkpoints
    self.cosignatures = cosignatures
    self.control = control
    self.total = total
    self.purgedBytes = purgedBytes
  }
}

/// One log of a `DiskReply`.
public struct DiskLog: Codable, Hashable, Sendable {
  public var origin: String
  public var space: LogSpace

  public init(origin: String, space: LogSpace) {
    self.origin = origin
    self.space = space
  }
}

/// `org.liaison.Node.Disk`.
public struct DiskReply: Codable, Hashable, Sendable {
  public var logs: [DiskLog]
  public var journals: FileSpace
  /// Space set aside for a clean stop on a full disk.
  public var reserve: FileSpace

  public init(logs: [DiskLog], journals: FileSpace, reserve: FileSpace) {
    self.logs = logs
    self.journals = journals
    self.reserve = reserve
  }
}

/// How far the scrub is (Protocols/control.md, 5). Times are Unix ms.
public struct ScrubReport: Codable, Hashable, Sendable {
  /// Entries of all logs that are durable here.
  public var entries: UInt64 = 0
  /// Entries that the present pass is done with; between passes, the last one.
  public var scrubbedEntries: UInt64 = 0
  /// The backlog: those whose signatures were never verified here.
  public var unverifiedEntries: UInt64 = 0
  /// Absent between passes.
  public var passStartedAt: Int64?
  /// Start and end of the last whole pass, Unix ms.
  public var lastStartedAt: Int64?
  public var lastEndedAt: Int64?
  /// Since the daemon started.
  public var damageFound: UInt64 = 0
  public var damageMended: UInt64 = 0
  /// The expiry clock, Unix seconds; 0: fewer than three cosigners, and nothing expires.
  public var expiryTime: Int64 = 0

  public init() {}
}

/// `org.liaison.Node.Withdraw`.
public struct WithdrawRequest: Codable, Hashable, Sendable {
  /// `nl/1/5`: own records, of any epoch.
  public var records: [String]
  /// Answer only after this many peers stored the withdrawal.
  public var replicas: Int?
  /// As in `PublishRequest`.
  public var timeout: Int?

  public init(records: [String], replicas: Int? = nil, timeout: Int? = nil) {
    self.records = records
    self.replicas = replicas
    self.timeout = timeout
  }
}

extension WithdrawRequest {
  /// The rules of Protocols/control.md, 4.
  func check() throws(ControlError) {
    guard !records.isEmpty, records.count <= ControlLimits.recordsPerWithdrawal else {
      throw .refused(
        reason: "\(records.count) records in one withdrawal",
        hint: "name 1 to \(ControlLimits.recordsPerWithdrawal) at a time")
    }
    if let replicas, replicas < 0 || replicas > ControlLimits.audienceMembers {
      throw .refused(reason: "replicas is \(replicas)", hint: "name how many peers must store it")
    }
    try ControlLimits.check(timeout: timeout)
  }
}
