import Crypto
import Log
import Replication
import Store

/// The store, as the replication core reads it.
final class SimulatedReader: LogReader {
  private let store: Store

  init(_ store: Store) { self.store = store }

  func state(of log: LogID) -> LogState? { store.state(log) }
  func durableHead(of log: LogID) -> LogHead { store.durableHead(log) ?? .empty }
  func newestCheckpoint(of log: LogID) -> VerifiedCheckpoint? { store.newestCheckpoint(log) }
  func isWhole(_ log: LogID, below size: UInt64) -> Bool { store.isWhole(log, below: size) }

  func read(_ log: LogID, _ range: Range<UInt64>, maximumBytes: Int) throws(ReadFailure)
    -> EntryBatch
  {
    try attempt { try store.read(log, range, maxBytes: maximumBytes) }
  }

  func leafHash(_ log: LogID, at index: UInt64) throws(ReadFailure) -> Digest {
    try attempt { try store.leafHash(log, index) }
  }

  func root(_ log: LogID, size: UInt64) throws(ReadFailure) -> Digest {
    try attempt { try store.root(log, size: size) }
  }

  func consistencyProof(_ log: LogID, from: UInt64, to: UInt64) throws(ReadFailure) -> [Digest] {
    try attempt { try store.consistencyProof(log, from: from, to: to) }
  }

  func inclusionProof(_ log: LogID, index: UInt64, size: UInt64) throws(ReadFailure) -> [Digest] {
    try attempt { try store.inclusionProof(log, index: index, size: size) }
  }

  private func attempt<Result>(_ body: () throws -> Result) throws(ReadFailure) -> Result {
    do { return try body() } catch { throw ReadFailure("\(error)") }
  }
}
