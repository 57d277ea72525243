import Crypto
import Log
import Runtime
import Store

/// What the operator allows all logs of a peer together (`peers/NAME.conf`).
struct LogAllowance: Hashable, Sendable {
  var maxBytes: UInt64?
  var maxEntries: UInt64?
  var maxBytesPerDay: UInt64?
  /// What counts where the operator said nothing of bytes.
  var defaultBytes: UInt64?

  /// The bytes that they may have; nil: as many as there can be.
  var bytes: UInt64? { maxBytes ?? defaultBytes }

  init(_ settings: PeerSettings = PeerSettings()) {
    maxBytes = settings.maxBytes
    maxEntries = settings.maxEntries
    maxBytesPerDay = settings.maxBytesPerDay
  }
}

/// Why nothing of a log is taken.
enum LogLimit: Hashable, Sendable {
  /// Leaves and bodies, or entries: it goes on when there is room for what was refused.
  case size(bytes: Int, entries: Int)
  case perDay(UInt64)

  func text(_ allowance: LogAllowance) -> String {
    switch self {
    case .size:
      let bytes =
        allowance.maxBytes.map { "max-bytes is \($0)" }
        ?? allowance.defaultBytes.map {
          "\($0) bytes for all logs of a node, an eighth of the disk; set max-bytes"
        }
      let entries = allowance.maxEntries.map { "max-entries is \($0)" }
      let both = [bytes, entries].compactMap { $0 }.joined(separator: ", ")
      return both.isEmpty ? "the largest log there can be" : both
    case .perDay: return "max-bytes-per-day is \(allowance.maxBytesPerDay ?? 0)"
    }
  }
}

/// Bytes taken of one log on one day.
struct DayBudget: Hashable, Sendable {
  /// Days since 1970-01-01 by the local clock: it bounds what a disk takes, and decides nothing else.
  static let dayMilliseconds: UInt64 = 86_400_000
  private(set) var day: UInt64 = 0
  private(set) var bytes: UInt64 = 0

  func taken(on today: UInt64) -> UInt64 { day == today ? bytes : 0 }

  static func hasRoom(for more: UInt64, beside taken: UInt64, within allowed: UInt64) -> Bool {
    taken <= allowed && more <= allowed - taken
  }

  mutating func take(_ more: Int, on today: UInt64) {
    if day != today { self = DayBudget(day: today) }
    bytes = min(bytes, UInt64(Int64.max) - UInt64(more)) + UInt64(more)
  }

  init(day: UInt64 = 0, bytes: UInt64 = 0) {
    self.day = day
    self.bytes = bytes
  }
}

/// What was taken of each log, kept over restarts in the file `taken`. A note to ourselves: without it the day counts anew.
///
///     <log id, 64 hexadecimal digits> <days since 1970-01-01> <bytes>
struct DayBudgets: Hashable, Sendable {
  var byLog: [LogID: DayBudget] = [:]
  /// The file could not be used: each log counts as at its limit for the day of the start.
  private(set) var isUnknown = false

  /// 4,096 logs at some 100 bytes each, rounded up.
  static let fileBytes = 1 << 20

  init() {}

  /// A file that is not there counts nothing; one that cannot be used counts everything, for a day.
  static func load(_ folder: NodeFolder, logs: [LogID], today: UInt64) -> DayBudgets {
    do throws(SystemError) {
      let bytes = try FileSystem.read(folder.taken, maxBytes: fileBytes)
      if let budgets = DayBudgets(text: String(decoding: bytes, as: UTF8.self)) { return budgets }
    } catch {
      if error.isNotFound { return DayBudgets() }
    }
    var full = DayBudgets()
    full.isUnknown = true
    for log in logs { full.byLog[log] = DayBudget(day: today, bytes: UInt64(Int64.max)) }
    return full
  }

  func save(_ folder: NodeFolder) throws(SystemError) {
    try FileSystem.atomicWrite(folder.taken, Array(text.utf8), mode: 0o600)
  }

  var text: String {
    byLog.keys.sorted().map { "\($0) \(byLog[$0]!.day) \(byLog[$0]!.bytes)\n" }.joined()
  }

  /// - Returns: nil for anything but what `text` gives.
  init?(text: String) {
    for line in text.split(separator: "\n") {
      let fields = line.split(separator: " ", omittingEmptySubsequences: false)
      guard fields.count == 3, let id = Hex.decode(fields[0]).flatMap({ LogID($0) }),
        let day = UInt64(fields[1]), let bytes = UInt64(fields[2]), bytes <= UInt64(Int64.max)
      else { return nil }
      byLog[id] = DayBudget(day: day, bytes: bytes)
    }
  }
}

/// Which logs are of one node: it is asked with each batch that comes.
struct LogNames {
  private var names: [LogID: NodeName] = [:]
  private var logs: [NodeName: [LogID]] = [:]

  /// - Parameter all: the store's; it only grows.
  mutating func author(of log: LogID, in all: [LogIdentity]) -> NodeName? {
    learn(all)
    return names[log]
  }

  mutating func logs(beside log: LogID, in all: [LogIdentity]) -> [LogID] {
    learn(all)
    return names[log].flatMap { logs[$0] } ?? [log]
  }

  private mutating func learn(_ all: [LogIdentity]) {
    guard all.count != names.count else { return }
    names = Dictionary(all.map { ($0.id, $0.origin.name) }) { first, _ in first }
    logs = Dictionary(grouping: all, by: \.origin.name).mapValues { $0.map(\.id) }
  }
}

struct LimitWatch {
  var names = LogNames()
  /// What a log may have where the operator said nothing; nil: the disk does not say what is free.
  var defaultBytes: UInt64?
  var budgets = DayBudgets()
  /// Something was taken since the file was written.
  var isSaveDue = false
  /// At its limit: one alert each way.
  var limited: [LogID: LogLimit] = [:]
}
