import Log
import Store

/// A receipt that is stored, with its place in its signer's log.
struct StoredReceipt {
  let index: UInt64
  /// Milliseconds since 1970, as the signer claims.
  let time: UInt64
  let receipt: ErasureReceipt
}

/// How far the receipts of one log are read.
struct ReceiptCursor {
  private var next: UInt64 = 0

  /// The next receipts, in their order. One that is damaged, badly signed or not well formed is
  /// passed over.
  /// - Parameter budget: receipts that may be read.
  /// - Returns: true when all that are here are read.
  mutating func read(
    _ log: LogIdentity, in store: Store, _ budget: inout Int, _ take: (StoredReceipt) -> Void
  ) -> Bool {
    let size = store.state(log.id)?.size ?? 0
    guard next < size else { return true }
    guard
      let controls = try? store.controlEntries(
        log.id, from: next, limit: ReplicaLimits.controlsAtOnce)
    else { return true }
    for entry in controls where entry.index >= next && entry.index < size {
      if entry.kind == EntryKind.erasureReceipt.rawValue {
        guard budget > 0 else { return false }
        budget -= 1
        if let found = receipt(at: entry.index, of: log, in: store) { take(found) }
      }
      next = entry.index + 1
    }
    guard controls.count < ReplicaLimits.controlsAtOnce else { return false }
    next = size
    return true
  }

  private func receipt(
    at index: UInt64, of log: LogIdentity, in store: Store
  ) -> StoredReceipt? {
    guard
      let batch = try? store.read(
        log.id, index..<(index + 1), maxBytes: EntryLayout.maxBodyBytes * 2),
      batch.kind(at: 0) == .erasureReceipt, let body = batch.body(at: 0),
      log.verifySignature(leaves: batch.leaves.span, at: 0),
      let receipt = try? ErasureReceipt.parse(Array(body))
    else { return nil }
    return StoredReceipt(index: index, time: batch.header(at: 0).time, receipt: receipt)
  }
}

extension EntryBatch {
  fileprivate func kind(at position: Int) -> EntryKind? {
    EntryKind(rawValue: leaves[position * EntryLayout.leafBytes + EntryLayout.kind])
  }
}
