import Crypto
import Log
import Replication
import Store

/// The store, as the replication core reads it.
final class StoreReader: LogReader {
  private let store: Store

  init(_ store: Store) { self.store = store }

  func state(of log: LogID) -> LogState? { store.state(log) }
  func durableHead(of log: LogID) -> LogHead { store.durableHead(log) ?? .empty }
  func newestDurableCheckpoint(of log: LogID) -> VerifiedCheckpoint? {
    store.newestDurableCheckpoint(log)
  }

  func contradiction(of log: LogID) -> VerifiedCheckpoint? { store.contradiction(log) }

  func isWhole(_ log: LogID, below size: UInt64) -> Bool { store.isWhole(log, below: size) }

  func read(_ log: LogID, _ range: Range<UInt64>, maximumBytes: Int) throws(ReadFailure)
    -> EntryBatch
  {
    do { return try store.read(log, range, maxBytes: maximumBytes) } catch {
      throw ReadFailure("\(error)")
    }
  }

  func leafHash(_ log: LogID, at index: UInt64) throws(ReadFailure) -> Digest {
    do { return try store.leafHash(log, index) } catch { throw ReadFailure("\(error)") }
  }

  func root(_ log: LogID, size: UInt64) throws(ReadFailure) -> Digest {
    do { return try store.root(log, size: size) } catch { throw ReadFailure("\(error)") }
  }

  func tree(_ log: LogID, size: UInt64) throws(ReadFailure) -> CompactTree {
    do { return try store.tree(log, size: size) } catch { throw ReadFailure("\(error)") }
  }

  func consistencyProof(_ log: LogID, from: UInt64, to: UInt64) throws(ReadFailure) -> [Digest] {
    do { return try store.consistencyProof(log, from: from, to: to) } catch {
      throw ReadFailure("\(error)")
    }
  }

  func inclusionProof(_ log: LogID, index: UInt64, size: UInt64) throws(ReadFailure) -> [Digest] {
    do { return try store.inclusionProof(log, index: index, size: size) } catch {
      throw ReadFailure("\(error)")
    }
  }
}
