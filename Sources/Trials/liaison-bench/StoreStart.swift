import Crypto
import Foundation
import Log
import Node
import Runtime
import Secrets
import Store

/// How long `liaisond` takes from its start until it serves a folder, what it holds in memory then,
/// and how fast the folder was filled at the beginning and at the end.
enum StoreStart {
  private static let entriesOfCommit = 1_000
  /// Signed at once, on all processors.
  private static let entriesOfPiece = 50_000

  static func oneLog(entries: Int, scratch: Scratch) throws -> JSON {
    let node = try BenchNode("start", in: scratch)
    let filling = Stopwatch()
    let runner = try fill(node, entries: entries)
    let seconds = filling.seconds
    let size = UInt64(entries) + 1
    let starts = try starts(node, origin: node.origin, size: size)
    try FileManager.default.removeItem(atPath: node.folder.root)
    let sqlite = try database(entries) {
      try SQLiteContender(scratch.file("start.sqlite"))
    }
    try removeFiles(scratch, "start.sqlite")
    let lmdb = try database(entries) {
      try LMDBContender(
        scratch.file("start.lmdb"), mapBytes: entries * 2 * Rows.rowBytes + (64 << 20),
        isAppending: true)
    }
    try removeFiles(scratch, "start.lmdb")
    return .object(
      [
        ("logs", .count(1)), ("entries", .count(entries)), ("signAndFillSeconds", .figure(seconds)),
        ("storeAppend", runner.report(entriesOfCommit)),
      ] + starts + [("sqlite", sqlite), ("lmdb", lmdb)])
  }

  static func manyLogs(_ logs: Int, entries: Int, scratch: Scratch) throws -> JSON {
    let workload = try StoreWorkload(logs: logs, entries: entries)
    let node = try BenchNode("many", in: scratch)
    for card in workload.cards { _ = try Roster.add(card, address: nil, to: node.folder) }
    let commits = try workload.commits(of: entriesOfCommit, atMost: .max)
    var last: UInt64 = 0
    do {
      let store = try StoreContender(
        folder: node.folder.root, workload: workload, isNew: false)
      for commit in commits { try store.commit(commit.batches) }
      last = store.store.durableHead(workload.logs[0].id)?.size ?? 0
    }
    let starts = try starts(node, origin: workload.logs[0].origin.text, size: last)
    try FileManager.default.removeItem(atPath: node.folder.root)
    return .object([("logs", .count(logs + 1)), ("entriesOfLog", .count(Int(last)))] + starts)
  }

  // MARK: Filling

  /// Writes the node's own log by group commit, with a checkpoint now and then, and breaks off
  /// without closing the store.
  private static func fill(_ node: BenchNode, entries: Int) throws -> Runner {
    let disk = try FileDisk(folder: node.folder.root)
    let store = try Store.open(on: disk)
    let secrets = try OwnSecrets.load(node.folder)
    guard var state = store.state(node.card.identity.id) else { throw BenchError("no log") }
    var random = SeededRandom(seed: 1)
    var batches: [VerifiedBatch] = []
    let runner = Runner("store") {
      try store.append(batches[$0])
      try store.work(on: disk, untilDurable: 1)
    }
    var left = entries
    while left > 0 {
      let piece = SignedLog.batch(
        min(left, entriesOfPiece), after: state, secrets: secrets, random: &random)
      batches = []
      for first in stride(from: 0, to: piece.count, by: entriesOfCommit) {
        let batch = piece.slice(first..<min(piece.count, first + entriesOfCommit))
        batches.append(try SignedLog.accept(batch, onto: state, secrets: secrets))
        state = batches[batches.count - 1].after
      }
      try runner.run(0..<batches.count)
      left -= piece.count
      _ = try store.addCheckpoint(
        Checkpoint.make(identity: state.identity, size: state.size, root: state.tree.root()) {
          secrets.log.sign($0)
        })
    }
    return runner
  }

  /// The same number of rows, each commit as large, of the same bytes again and again; and opening
  /// them anew.
  private static func database(_ entries: Int, _ open: () throws -> any RowStore) throws -> JSON {
    var random = SeededRandom(seed: 1)
    let leaves = random.bytes(entriesOfCommit * EntryLayout.leafBytes)
    let bodies = random.bytes(entriesOfCommit * SignedLog.bodyBytes)
    let runner: Runner
    do {
      let rows = try open()
      runner = Runner("rows", settle: rows.settle) { number in
        try rows.commit([
          Rows(
            log: 0, first: UInt64(number * entriesOfCommit), count: entriesOfCommit, leaves: leaves,
            bodies: bodies)
        ])
      }
      try runner.run(0..<(entries / entriesOfCommit))
      try runner.settle()
    }
    let watch = Stopwatch()
    let rows = try open()
    let last = UInt64(entries / entriesOfCommit * entriesOfCommit - 1)
    try rows.read(log: 0, index: last) { leaf, _ in Sink.swallow(Int(leaf[0])) }
    return .object([
      ("openMilliseconds", .figure(watch.seconds * 1e3)),
      ("append", runner.report(entriesOfCommit)),
    ])
  }

  private static func removeFiles(_ scratch: Scratch, _ name: String) throws {
    for file in try FileManager.default.contentsOfDirectory(
      at: scratch.url, includingPropertiesForKeys: nil)
    where file.lastPathComponent.hasPrefix(name) { try FileManager.default.removeItem(at: file) }
  }

  // MARK: Starting

  /// After a break-off with whatever the journals held; after a clean stop; and after one whose
  /// files have left the page cache.
  private static func starts(
    _ node: BenchNode, origin: String, size: UInt64
  ) throws -> [(String, JSON)] {
    let broken = try start(node, origin, size)
    let clean = try start(node, origin, size)
    try dropFromCache(node.folder.root)
    let cold = try start(node, origin, size)
    return [
      ("afterBreakOff", broken), ("afterCleanStop", clean), ("afterCleanStopFromDisk", cold),
      ("goalMilliseconds", .figure(1_000)), ("goalMebibytes", .figure(40)),
    ]
  }

  private static func start(
    _ node: BenchNode, _ origin: String, _ size: UInt64
  ) throws -> JSON {
    let watch = Stopwatch()
    try node.start()
    let listening = watch.seconds
    let client = try node.client()
    let status = try node.status(client)
    let serving = watch.seconds
    guard status.size(of: origin) == size else {
      throw BenchError("\(node.name) has \(status.size(of: origin)) entries, not \(size)")
    }
    let first = try node.usage()
    Thread.sleep(forTimeInterval: 3)
    let later = try node.usage()
    let descriptors = try node.descriptors()
    node.stop()
    return .object([
      ("listeningMilliseconds", .figure(listening * 1e3)),
      ("servingMilliseconds", .figure(serving * 1e3)),
      ("residentMebibytes", .figure(Double(first.residentKibibytes) / 1_024)),
      ("residentAfter3SecondsMebibytes", .figure(Double(later.residentKibibytes) / 1_024)),
      ("peakResidentMebibytes", .figure(Double(later.peakResidentKibibytes) / 1_024)),
      ("descriptors", .count(descriptors)),
    ])
  }

  /// Drops a folder's files from the cache, as a restart of the machine does: they are read from
  /// the disk again.
  private static func dropFromCache(_ folder: String) throws {
    guard let paths = FileManager.default.enumerator(atPath: folder) else {
      throw BenchError("\(folder) cannot be read")
    }
    for case let path as String in paths {
      let descriptor = unsafe open(folder + "/" + path, O_RDONLY | O_CLOEXEC)
      guard descriptor >= 0 else { continue }
      defer { close(descriptor) }
      guard fdatasync(descriptor) == 0 || errno == EINVAL,
        posix_fadvise(descriptor, 0, 0, POSIX_FADV_DONTNEED) == 0
      else { throw BenchError("\(path): errno \(errno)") }
    }
  }
}
