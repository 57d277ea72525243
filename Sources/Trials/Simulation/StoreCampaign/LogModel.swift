import Crypto
import Log
import Store

/// The truth about one log, which a store is compared with. A value: a copy keeps what was
/// true at one effect.
struct LogModel {
  let author: SimulatedAuthor
  /// The store was asked to add it.
  var isAdded = false
  /// The store said that a crash would leave it.
  var isAcknowledged = false
  private(set) var leaves: [UInt8] = []
  private(set) var bodies: [UInt8] = []
  /// Where each body ends in `bodies`.
  private var bodyEnds: [Int] = []
  /// After 0, 1, 2 … entries.
  private(set) var states: [LogState]
  /// Acknowledged, or shown by a store that had recovered.
  var acknowledged: UInt64 = 0
  /// The log had as many when the case began: on the disk, synced, and never written again.
  private(set) var prefix: UInt64 = 0

  /// Every checkpoint that was given to the store, right or wrong.
  var given: Set<VerifiedCheckpoint> = []
  /// The newest that a crash must leave.
  var durableCheckpoint: UInt64 = 0
  /// Entries that were signed and not given to the store: what is ahead of the log.
  var prepared: VerifiedBatch?
  /// Places that the log may be frozen at: as a crash left it, and as it was asked for since.
  var freezes: [UInt64?] = [nil]
  var cosignatures: [Cosignature: VerifiedCheckpoint] = [:]
  /// Which of each cosigner a crash must leave, or a newer one.
  var durableCosignatures: [StoredCosignature] = []
  /// Other signatures that the store was given: until it says that it has them, a crash leaves
  /// these or those.
  var twin: Twin?
  /// Bodies that were purged, expired or hidden, and what may have come back.
  var removals: [UInt64: Removal] = [:]

  /// The log with other signatures of some entries.
  struct Twin {
    let leaves: [UInt8]
    let states: [LogState]
  }

  init(_ author: SimulatedAuthor) {
    self.author = author
    states = [LogState(empty: author.identity)]
  }

  var id: LogID { author.identity.id }
  /// With what is only staged.
  var size: UInt64 { UInt64(states.count - 1) }
  var tip: LogState { states[states.count - 1] }
  var name: String { author.identity.origin.text }

  /// - Precondition: the batch follows.
  mutating func append(_ verified: VerifiedBatch) {
    let batch = verified.batch
    var tree = tip.tree
    for position in 0..<batch.count {
      tree.append(verified.leafHash(at: position))
      states.append(
        LogState(
          identity: author.identity, tree: tree, lastLeaf: Array(batch.leaf(at: position))))
    }
    for range in batch.bodyRanges() { bodyEnds.append(bodies.count + range.upperBound) }
    leaves.append(contentsOf: batch.leaves)
    bodies.append(contentsOf: batch.bodies)
    prepared = nil
  }

  /// The entries that are there are settled: they must stay, and there are no others.
  mutating func settle(size: UInt64, frozenAt: UInt64?) {
    acknowledged = size
    freezes = [frozenAt]
    guard size < self.size else { return }
    states.removeLast(Int(self.size - size))
    leaves.removeLast(leaves.count - Int(size) * EntryLayout.leafBytes)
    bodyEnds.removeLast(bodyEnds.count - Int(size))
    bodies.removeLast(bodies.count - (bodyEnds.last ?? 0))
    prepared = nil
  }

  /// - Returns: the log with other signatures from `first` on, and what the store is asked for.
  func makeTwin(
    _ range: Range<UInt64>, _ random: inout SplitMix64
  ) throws(Violation) -> (Twin, LeafReplacement) {
    let stride = EntryLayout.leafBytes
    var changed = leaves
    for index in range where index == range.lowerBound || random.oneIn(2) {
      changed[Int(index) * stride + EntryLayout.headerBytes + random.below(64)] ^= 1
    }
    var tree = states[Int(range.lowerBound)].tree
    var twins = Array(states[...Int(range.lowerBound)])
    for index in Int(range.lowerBound)..<Int(size) {
      let leaf = Array(changed[(index * stride)..<((index + 1) * stride)])
      tree.append(EntryHeader.leafHash(of: leaf.span))
      twins.append(LogState(identity: author.identity, tree: tree, lastLeaf: leaf))
    }
    let place = (Int(range.lowerBound) * stride)..<(Int(range.upperBound) * stride)
    let over = twins[Int(range.upperBound)].tree
    let replacement = try must("\(name): a replacement") {
      try LeafReplacement(
        author.identity, first: range.lowerBound, held: Array(leaves[place]),
        offered: Array(changed[place]), before: states[Int(range.lowerBound)].tree,
        under: author.checkpoint(size: over.size, root: over.root()), consistency: [])
    }
    return (Twin(leaves: changed, states: twins), replacement)
  }

  /// The store has the other signatures.
  mutating func takeTwin() {
    guard let twin else { return }
    leaves = twin.leaves
    states = twin.states
    prepared = nil
    self.twin = nil
  }

  /// Decides which of two logs a crash left.
  mutating func resolve(_ isTwin: (LogState) -> Bool) {
    if let twin, isTwin(twin.states[twin.states.count - 1]) { takeTwin() }
    twin = nil
  }

  mutating func resolve(_ store: Store) {
    let state = store.state(id)
    resolve { $0.size == state?.size && $0.tree == state?.tree }
  }

  /// From here on it is the log as a case begins with it.
  mutating func beginCase() { prefix = size }

  /// True when `batch` is what was appended, whole but for what was removed.
  /// - Parameters:
  ///   - isRunning: no crash can have undone a removal.
  ///   - size: of the log in the store.
  func holds(_ batch: EntryBatch, of size: UInt64, isRunning: Bool = false) -> Bool {
    guard batch.end <= self.size, holdsLeaves(batch) else { return false }
    if removals.isEmpty {
      return batch.bodyStates == nil
        && batch.bodies[...] == bodies[bodyRange(batch.first, batch.end)]
    }
    for (position, range) in batch.bodyRanges().enumerated() {
      let index = batch.first + UInt64(position)
      let state = batch.bodyState(at: position)
      let removal = removals[index]
      let left = removal.map { Array($0.left(size: size)) }
      let allowed = (isRunning ? removal?.shown : left) ?? [.present]
      guard allowed.contains(state),
        state != .present || batch.bodies[range] == bodies[bodyRange(index, index + 1)]
      else { return false }
    }
    return true
  }

  /// The remains of a batch that was read after a bit rotted.
  enum Remains { case whole, partly, wrong }

  /// Compares each leaf, and each body that is there, with what was appended. A body that is
  /// undecided is there, and waits until the withdrawals that may name it were looked at (STO-71).
  func remains(of batch: EntryBatch, undecided: (UInt64) -> Bool) -> Remains {
    guard batch.end <= size, holdsLeaves(batch) else { return .wrong }
    var result = Remains.whole
    for (position, range) in batch.bodyRanges().enumerated() {
      let index = batch.first + UInt64(position)
      let state = batch.bodyState(at: position)
      if state == .present {
        guard batch.bodies[range] == bodies[bodyRange(index, index + 1)] else { return .wrong }
      } else if state == .absent ? !undecided(index) : removals[index] == nil {
        result = .partly
      }
    }
    return result
  }

  /// As a peer sends it.
  func batch(_ range: Range<UInt64>) throws(Violation) -> EntryBatch {
    let stride = EntryLayout.leafBytes
    return try must("\(name): a peer's entries") {
      try EntryBatch(
        first: range.lowerBound,
        leaves: Array(leaves[(Int(range.lowerBound) * stride)..<(Int(range.upperBound) * stride)]),
        bodies: Array(bodies[bodyRange(range.lowerBound, range.upperBound)]))
    }
  }

  private func holdsLeaves(_ batch: EntryBatch) -> Bool {
    let stride = EntryLayout.leafBytes
    return batch.leaves[...] == leaves[(Int(batch.first) * stride)..<(Int(batch.end) * stride)]
  }

  private func bodyRange(_ first: UInt64, _ end: UInt64) -> Range<Int> {
    (first == 0 ? 0 : bodyEnds[Int(first) - 1])..<(end == 0 ? 0 : bodyEnds[Int(end) - 1])
  }
}

/// All logs of one store.
struct StoreModel {
  var logs: [LogModel]

  func index(of id: LogID) -> Int? { logs.firstIndex { $0.id == id } }

  /// The store recovered, and showed this.
  mutating func settle(_ store: Store) {
    resolve(store)
    for number in logs.indices where logs[number].isAdded {
      let state = store.state(logs[number].id)
      logs[number].isAdded = state != nil
      logs[number].isAcknowledged = state != nil
      logs[number].settle(size: state?.size ?? 0, frozenAt: state?.frozenAt)
      logs[number].settleRemovals(store)
      noteSynced(store, number)
    }
  }

  mutating func resolve(_ store: Store) {
    for number in logs.indices { logs[number].resolve(store) }
  }

  var hasTwins: Bool { logs.contains { $0.twin != nil } }

  /// Everything that was staged is durable.
  mutating func flushed(_ store: Store) {
    for number in logs.indices where logs[number].isAdded {
      logs[number].isAcknowledged = true
      logs[number].acknowledged = logs[number].size
      logs[number].freezes = [logs[number].freezes[logs[number].freezes.count - 1]]
      logs[number].makeRemovalsDurable()
      noteSynced(store, number)
    }
  }

  private mutating func noteSynced(_ store: Store, _ number: Int) {
    let id = logs[number].id
    logs[number].durableCheckpoint = store.newestCheckpoint(id)?.size ?? 0
    logs[number].durableCosignatures = store.cosignatures(id)
  }
}
