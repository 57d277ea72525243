/// Bytes of files: their lengths, and the space that they take on the disk.
public struct FileSpace: Codable, Hashable, Sendable {
  /// The sum of the lengths.
  public var bytes: UInt64
  /// The space on the disk: holes take none.
  public var allocatedBytes: UInt64

  /// No file, or the sums of several.
  public init(bytes: UInt64 = 0, allocatedBytes: UInt64 = 0) {
    self.bytes = bytes
    self.allocatedBytes = allocatedBytes
  }
}

/// The space of one log on the disk, by kind of file (Protocols/store.md, 4).
public struct LogSpace: Codable, Hashable, Sendable {
  /// `entries`: leaves of 216 bytes.
  public var entries: FileSpace
  /// `hashes`: leaf hashes of 32 bytes.
  public var hashes: FileSpace
  /// `nodes`: roots of subtrees (store.md, 4.4).
  public var nodes: FileSpace
  /// `bodies.index`: where each body is, and its state.
  public var index: FileSpace
  /// The segments, holes of removed bodies included in the lengths.
  public var bodies: FileSpace
  /// Checkpoints that are kept.
  public var checkpoints: FileSpace
  /// Cosignatures that are kept.
  public var cosignatures: FileSpace
  /// Indices of entries that are no records.
  public var control: FileSpace
  /// The sum of all of these.
  public var total: FileSpace
  /// Bytes of bodies that were withdrawn or expired.
  public var purgedBytes: UInt64

  /// Sums that are not given are 0.
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
  /// `nl/1`
  public var origin: String
  /// All of its files.
  public var space: LogSpace

  /// - Parameter origin: `nl/1`.
  public init(origin: String, space: LogSpace) {
    self.origin = origin
    self.space = space
  }
}

/// `org.liaison.Node.Disk`.
public struct DiskReply: Codable, Hashable, Sendable {
  /// One for each log that is kept here.
  public var logs: [DiskLog]
  /// Both files of the write-ahead log.
  public var journals: FileSpace
  /// Space set aside for a clean stop on a full disk.
  public var reserve: FileSpace

  /// Measured when it is asked for: nothing of it is kept.
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
  /// As `lastStartedAt`; absent before the first whole pass.
  public var lastEndedAt: Int64?
  /// Since the daemon started.
  public var damageFound: UInt64 = 0
  /// Since the daemon started; the rest waits for peers, or is lost.
  public var damageMended: UInt64 = 0
  /// The expiry clock, Unix seconds; 0: fewer than three cosigners, and nothing expires.
  public var expiryTime: Int64 = 0

  /// No pass yet.
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

  /// Checks nothing: the daemon refuses what the limits forbid.
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
