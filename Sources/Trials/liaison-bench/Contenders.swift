import Crypto
import Log
import Runtime
import Store

/// Somebody who makes rows durable and gives them back.
protocol Contender: AnyObject {
  /// Everything to where it stays, and synced: what a clean end costs.
  func settle() throws
  /// Calls `body` with leaf and body of every row of every log, in order.
  func scan(_ body: (Span<UInt8>, Span<UInt8>) -> Void) throws
  /// Calls `body` with leaf and body of one row.
  func read(log: Int, index: UInt64, _ body: (Span<UInt8>, Span<UInt8>) -> Void) throws
}

/// A database with one table: 216 bytes of leaf and 512 of body under a key of log and index.
protocol RowStore: Contender {
  /// One transaction, durable when it returns.
  func commit(_ rows: [Rows]) throws
}

/// The store on a real folder, the disk work done in the caller as it comes.
final class StoreContender: Contender {
  let store: Store
  let folder: String
  let logs: [LogIdentity]
  private let disk: FileDisk

  /// Adds the logs of the workload to the store in a folder, or to a new one.
  init(folder: String, workload: StoreWorkload, isNew: Bool) throws {
    self.folder = folder
    disk = try FileDisk(folder: folder)
    if isNew {
      guard let salt = Bytes32([UInt8](repeating: 7, count: 32)) else {
        throw BenchError("32 bytes")
      }
      try Store.create(on: disk, salt: salt)
    }
    store = try Store.open(on: disk)
    logs = workload.logs
    for (identity, genesis) in zip(workload.logs, workload.geneses) {
      try store.addLog(identity)
      try store.append(genesis)
      try store.flush()
    }
  }

  /// One group commit.
  func commit(_ batches: [VerifiedBatch]) throws {
    for batch in batches { try store.append(batch) }
    try store.work(on: disk, untilDurable: batches.count)
  }

  func settle() throws { try store.flush() }

  func scan(_ body: (Span<UInt8>, Span<UInt8>) -> Void) throws {
    for log in logs {
      let size = store.state(log.id)?.size ?? 0
      var next: UInt64 = 1
      while next < size {
        let batch = try store.read(log.id, next..<size, maxBytes: 1 << 20)
        hand(batch, to: body)
        next = batch.end
      }
    }
  }

  func read(log: Int, index: UInt64, _ body: (Span<UInt8>, Span<UInt8>) -> Void) throws {
    hand(try store.read(logs[log].id, index..<(index + 1), maxBytes: 1 << 20), to: body)
  }

  private func hand(_ batch: EntryBatch, to body: (Span<UInt8>, Span<UInt8>) -> Void) {
    precondition(batch.bodies.count == batch.count * SignedLog.bodyBytes, "a body is not there")
    for position in 0..<batch.count {
      let leaf = position * EntryLayout.leafBytes
      let start = position * SignedLog.bodyBytes
      body(
        batch.leaves.span.extracting(leaf..<(leaf + EntryLayout.leafBytes)),
        batch.bodies.span.extracting(start..<(start + SignedLog.bodyBytes)))
    }
  }
}

extension Store {
  /// Executes what is handed out, as the loop does, until heads of `count` logs became durable.
  func work(on disk: FileDisk, untilDurable count: Int) throws {
    var left = count
    while left > 0, let batch = takeBatch() {
      var failure: DiskError?
      do throws(DiskError) {
        try disk.execute(batch.operations)
      } catch { failure = error }
      if let failure { throw BenchError("the disk failed: \(failure)") }
      left -= completed(token: batch.token, error: nil).count
    }
    guard left <= 0 else { throw BenchError("nothing to do, and the entries are not durable") }
  }
}

/// One `pwrite` and `fdatasync` of the same number of bytes, behind those before.
final class BareContender {
  private let file: BareFile
  private let piece: [UInt8]
  private var offset = 0

  init(_ path: String, bytes: Int, rows: [Rows], isPreallocated: Bool) throws {
    file = try BareFile(path, preallocatedBytes: isPreallocated ? bytes : 0)
    piece = rows.flatMap { $0.leaves + $0.bodies }
  }

  func commit() throws {
    try file.write(piece, at: offset)
    try file.sync()
    offset += piece.count
  }
}
