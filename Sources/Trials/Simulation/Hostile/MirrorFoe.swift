import Crypto
import Log
import Replication
import Secrets
import Store
import Wire

/// Shows some or all peers another history of a log than the one that its store holds, consistent
/// in itself: heads, checkpoints, entries and chunks are of the other history, and what peers say
/// of it is translated back for the core.
class MirrorFoe: Foe {
  private var altered: (start: UInt16, log: AlteredLog)?
  private let seed: Int

  init(_ kind: FoeKind, seed: Int) {
    self.seed = seed
    super.init(kind)
  }

  // MARK: Which history

  /// The log, and who signs what is altered.
  func target(_ process: NodeProcess, _ ways: FoeWays) -> (log: LogIdentity, key: NodeSecrets)? {
    (process.identity, process.site.keys.secrets(process.identity.origin.epoch))
  }

  /// The change that is made to an entry.
  func change(_ index: UInt64, seed: Int) -> AlteredLog.Change { .none }

  /// True when a peer is shown the other history.
  func deceives(_ peer: NodeName) -> Bool { true }

  /// True when altered entries are accepted under a checkpoint alone.
  var needsCheckpoint: Bool { false }

  /// The end of what is sent of a log of that size.
  func end(of size: UInt64) -> UInt64 { size }

  /// An altered entry left.
  /// - Parameter isAltered: or the stored one in its place.
  func showed(_ index: UInt64, isAltered: Bool, _ ways: FoeWays) { ways.did(kind) }

  private func history(_ process: NodeProcess, _ ways: FoeWays) -> AlteredLog? {
    if let altered, altered.start == process.site.starts { return altered.log }
    guard let target = target(process, ways) else { return nil }
    let made = AlteredLog(target.log, key: target.key) { [unowned self] in
      self.change($0, seed: self.seed)
    }
    altered = (process.site.starts, made)
    return made
  }

  // MARK: Sending

  override func say(
    _ message: [UInt8], on session: SessionID, _ page: SessionPage, _ ways: FoeWays
  ) throws(Violation) -> [[UInt8]] {
    guard let process = ways.process, let history = history(process, ways),
      let position = page.position(of: history.identity.id)
    else { return [message] }
    guard deceives(page.peer) else {
      noteTruth(message, position, history, ways)
      return [message]
    }
    guard let said = SyncMessage(message) else { return [message] }
    return altered(said, position, history, process, ways).map(\.bytes)
  }

  private func altered(
    _ said: SyncMessage, _ position: Int, _ history: AlteredLog, _ process: NodeProcess,
    _ ways: FoeWays
  ) -> [SyncMessage] {
    switch said {
    case .heads(let all): return [heads(all, position, history, process, ways)]
    case .digest: return []
    default: break
    }
    guard said.position == position else { return [said] }
    switch said {
    case .chunk(let chunk):
      return self.chunk(chunk, position, history, process, ways) ?? [said]
    case .entry(_, let leaf): return entry(leaf, position, history, process)
    // Its other messages about the log are about the history that its store holds.
    case .cosignatures, .proof, .probe, .probed, .exhibit: return []
    case .checkpoint(let checkpoint):
      return self.checkpoint(checkpoint.size, position, history, process)
    default: return [said]
    }
  }

  private func heads(
    _ heads: [SyncHead], _ position: Int, _ history: AlteredLog, _ process: NodeProcess,
    _ ways: FoeWays
  ) -> SyncMessage {
    .heads(
      heads.map { head in
        guard head.position == position, history.extend(to: head.size, from: process.store) else {
          return head
        }
        if !needsCheckpoint { note(0..<head.size, true, history, ways) }
        return SyncHead(
          position: position, size: head.size, leafHash: history.leafHash(at: head.size - 1))
      })
  }

  private func entry(
    _ leaf: [UInt8], _ position: Int, _ history: AlteredLog, _ process: NodeProcess
  ) -> [SyncMessage] {
    let index: UInt64 = leaf.span.bigEndian(at: EntryLayout.index)
    guard history.extend(to: index + 1, from: process.store) else { return [] }
    return [.entry(position: position, leaf: history.leaf(at: index))]
  }

  private func checkpoint(
    _ size: UInt64, _ position: Int, _ history: AlteredLog, _ process: NodeProcess
  ) -> [SyncMessage] {
    guard history.extend(to: size, from: process.store) else { return [] }
    return [.checkpoint(SyncCheckpoint(history.checkpoint(at: size), position: position))]
  }

  /// - Returns: nil when it leaves as it is.
  private func chunk(
    _ chunk: SyncChunk, _ position: Int, _ history: AlteredLog, _ process: NodeProcess,
    _ ways: FoeWays
  ) -> [SyncMessage]? {
    let size = self.size(of: history.identity.id, process)
    guard !chunk.lacksBodies, size >= chunk.end, history.extend(to: size, from: process.store)
    else { return nil }
    let range = chunk.first..<min(chunk.end, end(of: size))
    guard !range.isEmpty, let batch = history.batch(range) else { return [] }
    note(range, true, history, ways)
    guard needsCheckpoint || chunk.checkpointSize > 0 else {
      let altered = SyncChunk(
        batch, request: chunk.request, position: position, full: chunk.isFull)
      return [.chunk(altered)]
    }
    let proof = history.consistencyProof(from: range.upperBound, to: size)
    let altered = SyncChunk(
      batch, request: chunk.request, position: position, checkpointSize: size, proof: proof,
      before: history.subtrees(below: chunk.first), full: chunk.isFull)
    return [
      .checkpoint(SyncCheckpoint(history.checkpoint(at: size), position: position)),
      .chunk(altered),
    ]
  }

  /// The stored history was shown.
  private func noteTruth(
    _ message: [UInt8], _ position: Int, _ history: AlteredLog, _ ways: FoeWays
  ) {
    switch SyncMessage(message) {
    case .chunk(let chunk) where chunk.position == position:
      note(chunk.range, false, history, ways)
    case .heads(let heads):
      for head in heads where head.position == position {
        note(0..<head.size, false, history, ways)
      }
    default: break
    }
  }

  private func note(
    _ range: Range<UInt64>, _ isAltered: Bool, _ history: AlteredLog, _ ways: FoeWays
  ) {
    guard let index = range.first(where: { history.isAltered($0) }) else { return }
    showed(index, isAltered: isAltered, ways)
  }

  // MARK: Hearing

  override func hear(
    _ message: [UInt8], on session: SessionID, _ page: SessionPage, _ ways: FoeWays
  ) throws(Violation) -> [[UInt8]] {
    guard let process = ways.process, let history = history(process, ways),
      history.identity.id == process.identity.id,
      let position = page.theirPosition(of: history.identity.id)
    else { return [message] }
    guard let said = SyncMessage(message) else { return [message] }
    switch said {
    case .heads(let heads): return [translated(heads, position, process).bytes]
    case .digest: return []
    default: return said.isOpinion(of: position) ? [] : [message]
    }
  }

  /// The own log as peers hold it, in the words of the core.
  private func translated(
    _ heads: [SyncHead], _ position: Int, _ process: NodeProcess
  ) -> SyncMessage {
    let own = process.identity.id
    return .heads(
      heads.compactMap { head in
        guard head.position == position else { return head }
        guard head.size > 0, head.size <= size(of: own, process),
          let hash = try? process.store.leafHash(own, head.size - 1)
        else { return nil }
        return SyncHead(position: position, size: head.size, leafHash: hash.array)
      })
  }
}

/// One node that shows one half of its peers another history of its own log than the other half.
final class TwoFacedFoe: MirrorFoe {
  private var faces: [NodeName: Bool] = [:]
  private var shown: Set<Bool> = []
  private var forksAt: UInt64?

  override var signsAlways: Bool { true }

  /// The first index that differs: any, also one that everybody holds.
  override func opened(
    _ session: SessionID, with peer: NodeName, _ ways: FoeWays
  ) throws(Violation) {
    try super.opened(session, with: peer, ways)
    if faces[peer] == nil { faces[peer] = faces.count % 2 == 1 }
    guard forksAt == nil, let process = ways.process else { return }
    forksAt = UInt64(ways.random.below(Int(size(of: process.identity.id, process)) + 8))
  }

  override func change(_ index: UInt64, seed: Int) -> AlteredLog.Change {
    index == forksAt ?? .max ? .header : .none
  }

  override func deceives(_ peer: NodeName) -> Bool { faces[peer] ?? false }

  override func showed(_ index: UInt64, isAltered: Bool, _ ways: FoeWays) {
    shown.insert(isAltered)
    if shown.count == 2 { ways.did(kind) }
  }
}

/// Signs checkpoints over entries of which some have a bad signature of their own.
final class BadSignatureFoe: MirrorFoe {
  override var needsCheckpoint: Bool { true }

  override func change(_ index: UInt64, seed: Int) -> AlteredLog.Change {
    index > 0 && (Int(index) + seed) % 3 == 0 ? .signature : .none
  }
}

/// Signs as `BadSignatureFoe` does, and keeps the last entry back, so that nobody ever holds all
/// that the checkpoint covers: who took the rest in bulk, and carries it, has no checkpoint to show
/// for it.
final class BrokenBulkFoe: MirrorFoe {
  override var needsCheckpoint: Bool { true }

  override func end(of size: UInt64) -> UInt64 { size - 1 }

  override func change(_ index: UInt64, seed: Int) -> AlteredLog.Change {
    index > 0 && (Int(index) + seed) % 3 == 0 ? .signature : .none
  }
}

/// Signs a checkpoint over an entry that breaks a rule: its log freezes there, and everybody keeps
/// the evidence.
final class RuleBreakingFoe: MirrorFoe {
  private var breaksAt: UInt64?

  override var needsCheckpoint: Bool { true }

  override func opened(
    _ session: SessionID, with peer: NodeName, _ ways: FoeWays
  ) throws(Violation) {
    try super.opened(session, with: peer, ways)
    guard breaksAt == nil, let process = ways.process else { return }
    breaksAt = size(of: process.identity.id, process) + UInt64(ways.random.below(4))
  }

  override func change(_ index: UInt64, seed: Int) -> AlteredLog.Change {
    guard index == breaksAt else { return .none }
    return seed % 2 == 0 ? .previous : .index
  }
}

/// A carrier that rewrites the log of another, whose key it has not.
final class RewritingCarrierFoe: MirrorFoe {
  private var victim: LogIdentity?

  override func target(
    _ process: NodeProcess, _ ways: FoeWays
  ) -> (log: LogIdentity, key: NodeSecrets)? {
    if victim == nil {
      let others = process.store.logs.filter {
        $0.id != process.identity.id && size(of: $0.id, process) > 0
      }
      victim = drawn(others, ways)
    }
    return victim.map { ($0, process.site.keys.lasting) }
  }

  override func change(_ index: UInt64, seed: Int) -> AlteredLog.Change {
    Int(index) % 4 == seed % 4 ? .header : .none
  }
}
