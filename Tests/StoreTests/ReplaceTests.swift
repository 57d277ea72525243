import Crypto
import Log
import Simulation
import Testing

@testable import Store

/// Leaves that give way to those under a checkpoint: Protocols/store.md, 6.10.
struct ReplaceTests {
  private let log: TestLog
  private let disk: SimulatedDisk
  private let store: Store
  private var id: LogID { log.identity.id }

  init() throws {
    log = try TestLog("nl", entries: 520, bodyBytes: 1...40)
    (disk, store) = try newStore()
    try store.addLog(log.identity)
    try store.append(try log.verified(0..<510))
    #expect(try store.addCheckpoint(log.checkpoint(200)) == .stored)
    try store.flush()
  }

  /// The leaves of the log with other signatures in `range`, and what asks for it.
  private func twins(_ range: Range<Int>) throws -> (replacement: LeafReplacement, root: Digest) {
    let stride = EntryLayout.leafBytes
    var leaves = log.all.leaves
    for index in range { leaves[index * stride + 200] ^= 1 }
    var tree = CompactTree.empty
    var before = tree
    var over = tree
    for index in 0..<510 {
      if index == range.lowerBound { before = tree }
      tree.append(EntryHeader.leafHash(of: leaves.span, at: index * stride))
      if index + 1 == range.upperBound { over = tree }
    }
    let place = (range.lowerBound * stride)..<(range.upperBound * stride)
    let checkpoint = Checkpoint.make(identity: log.identity, size: over.size, root: over.root()) {
      log.sign($0)
    }
    return (
      try LeafReplacement(
        log.identity, first: UInt64(range.lowerBound), held: Array(log.all.leaves[place]),
        offered: Array(leaves[place]), before: before, under: checkpoint, consistency: []),
      tree.root()
    )
  }

  @Test(arguments: [200..<201, 250..<260, 300..<510, 509..<510])
  func signaturesAreOthersAndEverythingElseStays(_ range: Range<Int>) throws {
    let (replacement, root) = try twins(range)
    try store.replace(replacement)
    #expect(throws: StoreError.self) { try store.append(try log.verified(510..<511)) }
    #expect(throws: StoreError.self) {
      try store.read(id, 505..<510, maxBytes: 10_000)
    }
    try store.flush()
    #expect(store.takeReplaced() == [id])
    for store in [store, try Store.open(on: SimulatedDisk(disk.image), limits: .small)] {
      #expect(store.state(id)?.tree.root() == root)
      #expect(store.durableHead(id) == store.state(id)?.head)
      #expect(store.damage.isEmpty)
      let from = UInt64(range.lowerBound)
      let read = try store.read(id, from..<UInt64(range.upperBound), maxBytes: 1 << 20)
      #expect(read.leaves == replacement.leaves)
      #expect(try store.root(id, size: 200) == log.roots[200])
      #expect(store.takeDamage().isEmpty)
      #expect(try store.addCheckpoint(replacement.checkpoint) == .stored)
    }
    #expect(try Fsck.run(on: SimulatedDisk(disk.image)).isClean)
  }

  @Test func whatACheckpointStandsForOrIsOnItsWayStays() throws {
    let (replacement, _) = try twins(199..<210)
    #expect(throws: StoreError.outOfRange) { try store.replace(replacement) }
    try store.append(try log.verified(510..<515))
    let (later, _) = try twins(400..<410)
    #expect(throws: StoreError.busy) { try store.replace(later) }
    try store.flush()
    try store.replace(later)
    #expect(throws: StoreError.busy) { try store.replace(later) }
  }

  @Test func aDamagedHashIsFoundAndNothingReplaced() throws {
    disk.flip(.log(id, .hashes), at: 300 * 32)
    let (replacement, _) = try twins(400..<410)
    #expect(throws: StoreError.self) { try store.replace(replacement) }
    #expect(!store.takeDamage().isEmpty)
    #expect(store.state(id)?.tree.root() == log.roots[510])
  }

  @Test func otherHeadersOrAnotherCheckpointReplaceNothing() throws {
    let stride = EntryLayout.leafBytes
    let held = Array(log.all.leaves[(300 * stride)..<(302 * stride)])
    var other = held
    other[120] ^= 1
    let before = log.states[300].tree
    #expect(throws: AcceptanceFailure.self) {
      try LeafReplacement(
        log.identity, first: 300, held: held, offered: other, before: before,
        under: log.checkpoint(302), consistency: [])
    }
    other = held
    other[200] ^= 1
    #expect(throws: AcceptanceFailure.notUnderCheckpoint) {
      try LeafReplacement(
        log.identity, first: 300, held: held, offered: other, before: before,
        under: log.checkpoint(302), consistency: [])
    }
  }
}
