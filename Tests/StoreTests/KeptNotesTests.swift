import Crypto
import Log
import Testing

@testable import Store

@Suite("Checkpoints and cosignatures of a log in memory")
struct KeptNotesTests {
  private static let source = Result { try TestLog("nl", entries: 60, bodyBytes: 0...9) }
  private let source: TestLog
  private let log: StoredLog

  init() throws {
    source = try KeptNotesTests.source.get()
    log = storedLog(source)
  }

  private func grow(to size: UInt64) throws {
    let from = log.state.size
    let before = log.state.tree
    let verified = try source.verified(from..<size)
    _ = log.take(verified, .journal)
    pendingOutcome = log.comparePending(grownFrom: before, by: verified.leafHashes)
  }

  private final class Outcome { var value: CheckpointComparison? }
  private let outcome = Outcome()
  private var pendingOutcome: CheckpointComparison? {
    get { outcome.value }
    nonmutating set { outcome.value = newValue }
  }

  @Test("The newest that agrees is kept, an older one proves nothing more (STO-9)")
  func agreement() throws {
    try grow(to: 30)
    let stored = log.compare(source.checkpoint(20), with: source.roots[20])
    #expect(stored.outcome == .stored && stored.notes.map(\.size) == [20])
    #expect(log.compare(source.checkpoint(10), with: source.roots[10]).outcome == .known)
    #expect(log.notes.newest?.size == 20 && log.staged.checkpointCount == 1)
  }

  @Test("One that contradicts is kept once, and at most 16 are")
  func contradictions() throws {
    try grow(to: 40)
    let own = source.roots[20]
    let first = log.compare(source.falseCheckpoint(20), with: own)
    #expect(first.outcome == .contradiction(ownRoot: own) && first.notes.count == 1)
    #expect(log.compare(source.falseCheckpoint(20), with: own).notes.isEmpty)
    for size in 21..<40 as Range<UInt64> {
      _ = log.compare(source.falseCheckpoint(size), with: source.roots[Int(size)])
    }
    #expect(log.staged.contradictionCount == Limits.contradictionsKept)
  }

  @Test("One that is ahead is compared when the log gets there, by its hashes alone")
  func ahead() throws {
    try grow(to: 10)
    #expect(log.wait(for: source.checkpoint(25)).count == 1)
    #expect(log.wait(for: source.checkpoint(20)).isEmpty)
    try grow(to: 24)
    #expect(pendingOutcome == nil)
    try grow(to: 30)
    let comparison = try #require(pendingOutcome)
    #expect(comparison.outcome == .stored && log.notes.pending == nil)
    // The checkpoint, and that none is ahead any more: not before its entries.
    #expect(comparison.notes.map(\.size) == [25, 25])
  }

  @Test("Others are shown the newest whose entries are durable")
  func durable() throws {
    var notes = KeptNotes()
    for size in [10, 20, 30] as [UInt64] {
      notes.take(newest: source.checkpoint(size), durable: 10)
    }
    #expect(notes.newest(below: 9) == nil)
    #expect(notes.newest(below: 29)?.size == 20)
    #expect(notes.newest(below: 30)?.size == 30)
  }

  @Test("A cosigner's newest counts, and a new key says anew what the old one said (CKP-26)")
  func cosignatures() throws {
    var notes = KeptNotes()
    func cosigned(_ size: UInt64, key: UInt32, time: UInt64) throws -> KeptCosignature {
      KeptCosignature(
        stored: StoredCosignature(
          checkpointSize: size, checkpointRoot: source.roots[Int(size)],
          cosignature: Cosignature(
            name: try NodeName("be"), keyID: key, time: time,
            signature: source.sign([1].span))),
        position: 0)
    }
    let given = try [
      cosigned(20, key: 1, time: 50), cosigned(20, key: 1, time: 50),
      cosigned(10, key: 2, time: 99), cosigned(20, key: 2, time: 40),
      cosigned(20, key: 2, time: 41),
    ]
    #expect(given.map { notes.keep($0) } == [true, false, false, true, true])
    #expect(notes.cosignatures.count == 1)
  }
}
