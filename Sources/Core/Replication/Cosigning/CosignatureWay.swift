import Log

/// Cosignatures on their way towards the author of a log: SYNC-52 and SYNC-55.
struct CosignatureWay {
  /// Up to which size each cosigner's newest one was sent on, and reached the author as far as is
  /// known here.
  private var relayed: [NodeName: UInt64] = [:]
  private var delivered: [NodeName: UInt64] = [:]
  private var waiting: [OutgoingCosignature] = []
  /// When what waits goes, all of it together.
  private(set) var dueAt: UInt64?

  /// Keeps the newest of each node until it goes together with others.
  mutating func add(_ cosignature: OutgoingCosignature, at now: UInt64) {
    let name = cosignature.cosignature.name
    guard cosignature.checkpoint.size > relayed[name] ?? 0 else { return }
    if let place = waiting.firstIndex(where: { $0.cosignature.name == name }) {
      guard waiting[place].checkpoint.size < cosignature.checkpoint.size else { return }
      waiting.remove(at: place)
    }
    waiting.append(cosignature)
    dueAt = dueAt ?? now + Limits.cosignaturesJoinMilliseconds
  }

  /// - Returns: what goes now, if its time has come; it waits no longer.
  mutating func take(_ now: UInt64) -> [OutgoingCosignature]? {
    guard let dueAt, dueAt <= now else { return nil }
    defer { waiting = [] }
    self.dueAt = nil
    return waiting
  }

  /// - Parameter isToAuthor: the session is with the author itself.
  mutating func sent(_ name: NodeName, over size: UInt64, isToAuthor: Bool) {
    relayed[name] = size
    if isToAuthor { delivered[name] = size }
  }

  mutating func reachedAuthor(_ name: NodeName, over size: UInt64) { delivered[name] = size }

  func isDelivered(_ name: NodeName, over size: UInt64) -> Bool { delivered[name] ?? 0 >= size }

  /// Forgets what was sent of a node: it was made with an earlier key.
  mutating func forget(_ name: NodeName) {
    relayed[name] = nil
    delivered[name] = nil
  }
}

extension [OutgoingCosignature] {
  /// Those over one tree go together, the smallest first. Of one size there may be two: an author
  /// that forks signs both, and who carries them is to say of neither what was said of the other.
  var byCheckpoint: [(checkpoint: VerifiedCheckpoint, cosignatures: [NamedCosignature])] {
    var groups: [(checkpoint: VerifiedCheckpoint, cosignatures: [NamedCosignature])] = []
    for outgoing in self {
      let (checkpoint, cosignature) = (outgoing.checkpoint, outgoing.cosignature)
      let place = groups.firstIndex {
        $0.checkpoint.size == checkpoint.size && $0.checkpoint.root == checkpoint.root
      }
      if let place {
        groups[place].cosignatures.append(cosignature)
      } else {
        groups.append((checkpoint, [cosignature]))
      }
    }
    return groups.sorted { $0.checkpoint.size < $1.checkpoint.size }
  }
}

/// A cosignature on its way towards the author.
struct OutgoingCosignature {
  let checkpoint: VerifiedCheckpoint
  let cosignature: NamedCosignature
  /// The session that brought it, to which it is not sent back; nil for ours.
  let source: SessionID?
}
