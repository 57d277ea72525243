import Crypto
import Log

/// The checkpoints and cosignatures of one log that are kept in memory. Beside the newest of each
/// the files have older ones.
struct KeptNotes {
  /// The newest, in the order of the file.
  private(set) var checkpoints: [StoredCheckpoint] = []
  /// The newest that agrees with the tree.
  private(set) var newest: VerifiedCheckpoint?
  /// Checkpoints that agreed and whose entries were not durable when last asked, in order of size,
  /// and the newest before them.
  private var ahead: [VerifiedCheckpoint] = []
  /// The newest above the log's size.
  var pending: VerifiedCheckpoint?
  /// Checkpoints that came while leaves are replaced, the newest.
  private var postponed: [VerifiedCheckpoint] = []
  /// The newest of each cosigner: at most `Limits.cosignersKept`, sorted by name.
  private(set) var cosignatures: [KeptCosignature] = []

  /// Takes a checkpoint that agrees with the tree and is newer than those before.
  mutating func take(newest checkpoint: VerifiedCheckpoint, durable: UInt64) {
    // Those of batches on their way to the disk stay, and one more.
    _ = newest(below: durable)
    newest = checkpoint
    ahead.append(checkpoint)
  }

  /// The newest checkpoint that agreed and whose entries are durable.
  /// - Parameter durable: entries that are.
  mutating func newest(below durable: UInt64) -> VerifiedCheckpoint? {
    let known = ahead.lastIndex { $0.size <= durable }
    if let known { ahead.removeSubrange(0..<known) }
    return known == nil ? nil : ahead[0]
  }

  /// Contradictions stay; of the others the newest.
  mutating func keep(_ checkpoint: StoredCheckpoint) {
    checkpoints.append(checkpoint)
    guard checkpoints.count(where: { !$0.contradicts }) > Limits.checkpointsKept else { return }
    if let oldest = checkpoints.firstIndex(where: { !$0.contradicts }) {
      checkpoints.remove(at: oldest)
    }
  }

  func hasContradiction(_ checkpoint: VerifiedCheckpoint) -> Bool {
    checkpoints.contains {
      $0.contradicts && $0.size == checkpoint.size && $0.root == checkpoint.root
    }
  }

  mutating func postpone(_ checkpoint: VerifiedCheckpoint) {
    postponed = postponed.suffix(Limits.postponedKept - 1) + [checkpoint]
  }

  mutating func takePostponed() -> [VerifiedCheckpoint] {
    defer { postponed = [] }
    return postponed
  }

  /// - Returns: whether it is news.
  mutating func keep(_ kept: KeptCosignature) -> Bool {
    let stored = kept.stored
    let name = stored.cosignature.name
    let place =
      cosignatures.firstIndex { $0.stored.cosignature.name >= name } ?? cosignatures.count
    if place < cosignatures.count, cosignatures[place].stored.cosignature.name == name {
      guard stored.replaces(cosignatures[place].stored) else { return false }
      cosignatures[place] = kept
      return true
    }
    guard cosignatures.count < Limits.cosignersKept else { return false }
    cosignatures.insert(kept, at: place)
    return true
  }
}

extension StoredCosignature {
  /// A new key says anew what the one before it said, whatever time that named
  /// (Protocols/checkpoint.md, CKP-26).
  fileprivate func replaces(_ old: StoredCosignature) -> Bool {
    if checkpointSize != old.checkpointSize { return checkpointSize > old.checkpointSize }
    return cosignature.keyID != old.cosignature.keyID || cosignature.time > old.cosignature.time
  }
}

/// A checkpoint as the file has it.
struct StoredCheckpoint {
  let size: UInt64
  /// Known of those that contradict, and of those added in this run.
  let root: Digest?
  let contradicts: Bool
  let note: [UInt8]
  /// The number of its frame.
  let position: UInt64
}

/// A cosignature and the number of its frame.
struct KeptCosignature {
  let stored: StoredCosignature
  let position: UInt64
}
