public import Log

/// Why the store did not do what it was asked.
public enum StoreError: Error, Hashable, Sendable {
  /// There is no store in this folder: no `format` file.
  case noStore
  /// `create` found a store.
  case alreadyExists
  /// The `format` file names a version that this program does not know.
  case unknownFormat
  case disk(DiskError, StoreFile?)
  /// Something acknowledged is missing or altered.
  case damaged(Damage)
  case unknownLog
  /// A batch does not begin where the log ends, or an index or size is beyond the log's end.
  case outOfRange
  /// A journal cannot hold the heads of more logs.
  case tooManyLogs
  /// The log is frozen from this index on.
  case frozen(at: UInt64)
  /// The log reached its limit of bytes or entries.
  case logFull(LogID)
  /// The disk is full: nothing is taken until `retry` succeeds.
  case full
  /// Too much is staged: take and complete batches first.
  case busy
  /// An earlier disk error made the store stop for good.
  case failed(DiskError)
}

/// One place where stored bytes are not what they must be.
public struct Damage: Error, Hashable, Sendable {
  /// The file with the damage.
  public let file: StoreFile
  /// The entry, frame or record concerned, counted in the file's own unit; nil: the file as a
  /// whole.
  public let index: UInt64?
  /// The difference from what must be there.
  public let problem: Problem

  /// The raw value ends a sentence that begins with the file's name.
  public enum Problem: String, Hashable, Sendable {
    case missing = "is missing"
    case tooShort = "is shorter than what was acknowledged"
    case tooLong = "is longer than what was acknowledged"
    case unreadable = "cannot be read"
    case checksum = "has a wrong checksum"
    case malformed = "is malformed"
    case identity = "does not belong to this log"
    case headMismatch = "does not match the journaled head"
    case leafHash = "is not the leaf's hash"
    case node = "is not the hash of its subtree"
    case link = "is not linked to the entry before"
    case position = "has another log's id or another index"
    case bodyHash = "does not hash to what its entry says"
    case bodyRecord = "is not the body record that the index points to"
    case indexRecord = "is not a valid index record"
    case control = "does not list the entries that are not records"
    case root = "contradicts the tree"
    case tree = "does not lead to the tree that was acknowledged"
    case beginnings =
      "has no beginning, and neither has the other journal: what was acknowledged is not known"
    case lostTail = "lacks entries that were acknowledged, from this one on"
    case signature = "has a wrong signature"
    case unacknowledgedLog = "belongs to a log that no journal knows"
  }

  /// - Parameter index: counted in the file's own unit; nil: the file as a whole.
  public init(file: StoreFile, index: UInt64? = nil, _ problem: Problem) {
    self.file = file
    self.index = index
    self.problem = problem
  }
}

extension Damage: CustomStringConvertible {
  /// Path, place and problem: a sentence without its full stop.
  public var description: String {
    file.path + (index.map { " [\($0)]" } ?? "") + " " + problem.rawValue
  }
}

/// The store's readiness to take entries.
public enum StoreCondition: Hashable, Sendable {
  case running
  /// The disk is full. Everything acknowledged is readable; call `retry` from time to time.
  case full
  /// A write or a sync failed: nothing more is written in this run.
  case failed(DiskError)
}

extension DiskError: CustomStringConvertible {
  /// For errors, without a capital letter and a full stop.
  public var description: String {
    switch self {
    case .noSpace: "no space left"
    case .readOnly: "it is mounted read-only"
    case .notFound: "the file is missing"
    case .inputOutput: "input/output error"
    case .other(let text): text
    }
  }
}

extension StoreError: CustomStringConvertible {
  /// For operators, without a capital letter and a full stop.
  public var description: String {
    switch self {
    case .noStore: "there is no store: the file \"format\" is missing"
    case .alreadyExists: "there is a store already"
    case .unknownFormat: "the file \"format\" is damaged, or of a later version of liaisond"
    case .disk(let error, let file?): "the disk failed at \(file.path): \(error)"
    case .disk(let error, nil): "the disk failed: \(error)"
    case .damaged(let damage): "the store is damaged: \(damage)"
    case .unknownLog: "there is no such log in the store"
    case .outOfRange: "there are no such entries in the store"
    case .tooManyLogs: "the store holds as many logs as it can"
    case .frozen(let index): "the log is frozen at \(index)"
    case .logFull(let log): "the log \(log) has reached its limit"
    case .full: "the disk is full"
    case .busy: "too much waits for the disk"
    case .failed(let error): "the disk failed earlier: \(error)"
    }
  }
}
