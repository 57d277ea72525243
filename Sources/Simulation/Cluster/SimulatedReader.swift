package import Crypto
package import Log
package import Replication
package import Store

/// The store, as the replication core reads it.
package final class SimulatedReader: LogReader {
  private let store: Store

  package init(_ store: Store) { self.store = store }

  package func state(of log: LogID) -> LogState? { store.state(log) }
  package func durableHead(of log: LogID) -> LogHead { store.durableHead(log) ?? .empty }
  package func newestCheckpoint(of log: LogID) -> VerifiedCheckpoint? {
    store.newestCheckpoint(log)
  }
  package func contradiction(of log: LogID) -> VerifiedCheckpoint? { store.contradiction(log) }
  package func isWhole(_ log: LogID, below size: UInt64) -> Bool { store.isWhole(log, below: size) }

  package func read(_ log: LogID, _ range: Range<UInt64>, maximumBytes: Int) throws(ReadFailure)
    -> EntryBatch
  {
    try attempt { try store.read(log, range, maxBytes: maximumBytes) }
  }

  package func leafHash(_ log: LogID, at index: UInt64) throws(ReadFailure) -> Digest {
    try attempt { try store.leafHash(log, index) }
  }

  package func root(_ log: LogID, size: UInt64) throws(ReadFailure) -> Digest {
    try attempt { try store.root(log, size: size) }
  }

  package func tree(_ log: LogID, size: UInt64) throws(ReadFailure) -> CompactTree {
    try attempt { try store.tree(log, size: size) }
  }

  package func consistencyProof(_ log: LogID, from: UInt64, to: UInt64) throws(ReadFailure)
    -> [Digest]
  {
    try attempt { try store.consistencyProof(log, from: from, to: to) }
  }

  package func inclusionProof(_ log: LogID, index: UInt64, size: UInt64) throws(ReadFailure)
    -> [Digest]
  {
    try attempt { try store.inclusionProof(log, index: index, size: size) }
  }

  private func attempt<Result>(_ body: () throws -> Result) throws(ReadFailure) -> Result {
    do { return try body() } catch { throw ReadFailure("\(error)") }
  }
}
