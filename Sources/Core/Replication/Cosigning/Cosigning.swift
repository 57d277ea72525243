import Log

/// The cosignatures of one log: whose are held, what goes towards the author or from it next, and
/// when (Protocols/sync.md, 7). A value; `Replicator` verifies, sends and keeps.
struct Cosigning {
  /// The cosignature of each node over the newest checkpoint that it signed.
  private(set) var held: [NodeName: HeldCosignature] = [:]
  /// The own ones: up to which size, and when the next may be made.
  private(set) var ownSize: UInt64 = 0
  private(set) var ownDueAt: UInt64 = 0
  /// Cosignatures on their way to the author.
  var way = CosignatureWay()
  /// Cosignatures from the author to everybody: those that an author collects, and those that a
  /// carrier passed on.
  var set = CosignatureCollection()
  /// The largest set from the author that was passed on: each set passes a carrier once.
  private(set) var passed = CosignedSet(size: 0, count: 0)

  // MARK: Own cosignatures

  /// - Returns: whether the node cosigns a checkpoint of this size now; it is counted as done then.
  mutating func begin(_ size: UInt64, at now: UInt64) -> Bool {
    guard size > ownSize, now >= ownDueAt else { return false }
    ownSize = size
    ownDueAt = now + Limits.cosignEveryMilliseconds
    return true
  }

  /// The own key is another: no checkpoint was cosigned by it.
  mutating func beginAnew(_ ownName: NodeName) {
    ownSize = 0
    way.forget(ownName)
  }

  // MARK: Held cosignatures

  /// True when each of these is over a smaller checkpoint than the one of its maker that is held.
  func areOld(_ cosignatures: [NamedCosignature], over size: UInt64) -> Bool {
    cosignatures.allSatisfy { held[$0.name]?.size ?? 0 > size }
  }

  /// The place of a cosignature that was not verified yet, beside the one that is held.
  func compare(_ cosignature: NamedCosignature, over size: UInt64) -> CosignatureNews {
    guard let known = held[cosignature.name] else { return .newer }
    if known.size == size, known.cosignature == cosignature { return .known }
    // A new key says anew what the one before it said.
    let isAnew = known.cosignature.key != cosignature.key
    if isAnew, size >= known.size { return .byAnotherKey }
    return size > known.size ? .newer : .old
  }

  /// - Returns: false where there are as many cosigners as are kept.
  mutating func hold(_ cosignature: NamedCosignature, over size: UInt64, at now: UInt64) -> Bool {
    guard held[cosignature.name] != nil || held.count < Limits.cosignersOfLog else { return false }
    held[cosignature.name] = HeldCosignature(size: size, cosignature: cosignature)
    set.changed(over: size, at: now)
    return true
  }

  /// Held over a checkpoint of this size, and as far as is known the author never got them: at most
  /// as many as one message takes, by name.
  func undelivered(over size: UInt64) -> [NamedCosignature] {
    held.sorted { $0.key < $1.key }
      .filter { name, held in held.size == size && !way.isDelivered(name, over: size) }
      .prefix(Limits.cosignaturesOfMessage).map(\.value.cosignature)
  }

  // MARK: The author's sets

  /// - Returns: what the author hands to everybody now; nil: nothing.
  mutating func takeSet(over size: UInt64, at now: UInt64) -> [NamedCosignature]? {
    guard set.isDue(at: now) else { return nil }
    let all = held.sorted { $0.key < $1.key }
      .compactMap { $0.value.size == size ? $0.value.cosignature : nil }
    guard !all.isEmpty else { return nil }
    set.handed(at: now)
    return Array(all.prefix(Limits.cosignaturesOfMessage))
  }

  /// - Returns: whether a set of the author's is newer than those that were passed on; it counts as
  ///   passed on then.
  mutating func pass(_ set: CosignedSet) -> Bool {
    guard set.count > 0, set > passed else { return false }
    passed = set
    return true
  }
}

/// The place of a cosignature beside the one of the same node that is held.
enum CosignatureNews {
  case known
  case old
  case newer
  case byAnotherKey
}

/// The newest cosignature of a node, and the checkpoint's size.
struct HeldCosignature {
  let size: UInt64
  let cosignature: NamedCosignature
}

/// How new a set of cosignatures is: a later checkpoint, or more names under the same one.
struct CosignedSet: Comparable {
  let size: UInt64
  let count: Int

  static func < (a: CosignedSet, b: CosignedSet) -> Bool { (a.size, a.count) < (b.size, b.count) }
}
