import Foundation
import Log

/// The store beside SQLite, LMDB and a bare file, which do the same work in the same run.
enum StoreCase {
  /// The most entries that are appended: the start alone is measured with more.
  static let appendedAtMost = 200_000
  /// Size of a group commit, and how many of them are enough.
  private static let batches = [(1, 500), (10, 300), (100, 300), (1_000, 200)]

  static func run(entries: Int, scratch: Scratch) throws -> JSON {
    var appends: [(String, JSON)] = []
    var reads = JSON.object([])
    var scrub = JSON.object([])
    for logs in [1, 100, 500] {
      let workload = try StoreWorkload(logs: logs, entries: min(entries, appendedAtMost))
      var results: [(String, JSON)] = []
      for (size, limit) in batches {
        let run = try StoreAppend(
          workload, batch: size, atMost: limit, scratch: scratch,
          name: "\(logs)-logs-of-\(size)")
        results.append(("batch\(size)", try run.measure()))
        if logs == 1, size == batches[batches.count - 1].0 {
          reads = try StoreReads.run(run)
          scrub = try StoreScrub.run(run)
        }
        run.remove()
      }
      appends.append(("logs\(logs)", .object(results)))
    }
    return .object([
      ("rowBytes", .count(Rows.rowBytes)),
      ("sqlite", .text("\(SQLiteContender.version): \(SQLiteContender.settings)")),
      ("lmdb", .text("\(LMDBContender.version): \(LMDBContender.settings)")),
      ("append", .object(appends)), ("read", reads), ("scrub", scrub),
      ("start", try StoreStart.oneLog(entries: entries, scratch: scratch)),
      (
        "startManyLogs",
        try StoreStart.manyLogs(500, entries: min(entries, appendedAtMost), scratch: scratch)
      ),
    ])
  }
}

/// Commits of one size over some logs by all contenders.
final class StoreAppend {
  let logs: Int
  let rowsOfLog: UInt64
  let store: StoreContender
  let sqlite: SQLiteContender
  let lmdb: LMDBContender
  private let commits: [StoreWorkload.Commit]
  private let preallocated: BareContender
  private let growing: BareContender
  private let folder: String

  init(
    _ workload: StoreWorkload, batch: Int, atMost limit: Int, scratch: Scratch, name: String
  ) throws {
    commits = try workload.commits(of: batch, atMost: limit)
    guard let first = commits.first, let last = commits.last else {
      throw BenchError("too few entries for batches of \(batch)")
    }
    logs = workload.logs.count
    // Every log has as many as the first one of the last commit, or one more piece.
    rowsOfLog = last.rows[0].first
    folder = try scratch.folder(name)
    let bytes = commits.count * first.entries * Rows.rowBytes
    store = try StoreContender(
      folder: try scratch.folder(name + "/store"), workload: workload, isNew: true)
    sqlite = try SQLiteContender(folder + "/rows.sqlite")
    lmdb = try LMDBContender(
      folder + "/rows.lmdb", mapBytes: 4 * bytes + (64 << 20), isAppending: logs == 1)
    preallocated = try BareContender(
      folder + "/preallocated", bytes: bytes, rows: first.rows, isPreallocated: true)
    growing = try BareContender(
      folder + "/growing", bytes: bytes, rows: first.rows, isPreallocated: false)
  }

  func measure() throws -> JSON {
    let runners = [
      Runner("store", settle: store.settle) { try self.store.commit(self.commits[$0].batches) },
      Runner("sqlite", settle: sqlite.settle) { try self.sqlite.commit(self.commits[$0].rows) },
      Runner("lmdb", settle: lmdb.settle) { try self.lmdb.commit(self.commits[$0].rows) },
      Runner("barePreallocated") { _ in try self.preallocated.commit() },
      Runner("bareGrowing") { _ in try self.growing.commit() },
    ]
    try Turns.run(runners, commits: commits.count)
    let size = commits[0].entries
    let own = runners[0].rate(size)
    return .object(
      [("commits", .count(commits.count)), ("entriesOfCommit", .count(size))]
        + runners.map { ($0.name, $0.report(size)) }
        + [
          ("ratioToSQLite", .figure(own / runners[1].rate(size))),
          ("ratioToLMDB", .figure(own / runners[2].rate(size))),
          ("ratioToBarePreallocated", .figure(own / runners[3].rate(size))),
          (
            "commitP50ToBarePreallocated",
            .figure(
              runners[0].milliseconds.quantile(0.5) / runners[3].milliseconds.quantile(0.5))
          ),
        ])
  }

  /// The files, while the last contender still holds them open: the space is free when it goes.
  func remove() { try? FileManager.default.removeItem(atPath: folder) }
}

extension StoreWorkload.Commit {
  var entries: Int { rows.reduce(0) { $0 + $1.count } }
}
