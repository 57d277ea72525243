import Log
import Replica
import Replication
import Store

/// An author that opens its next epoch, and now and then the one after; then somebody finds the
/// recovery file that opened the first, and opens another epoch with it. Where a later epoch is
/// followed that is worth nothing; everybody else finds the epoch contested.
final class UsedRecoveryFoe: Foe {
  /// How many epochs are opened before the file is used again.
  private let wanted: UInt32
  private var waits = 40
  private var stolen: VerifiedBatch?
  private var shown: Set<SessionID> = []

  init(_ kind: FoeKind, seed: Int) {
    wanted = 2 + UInt32(seed % 2)
    super.init(kind)
  }

  override func act(_ process: NodeProcess, _ ways: FoeWays) throws(Violation) {
    guard process.replica.adopting == nil, process.store.condition == .running else { return }
    waits -= 1
    guard waits <= 0 else { return }
    let log = process.site.keys.identity(1)
    if stolen == nil, process.identity.origin.epoch < wanted {
      guard !readySessions(ways).isEmpty, ways.random.oneIn(10) else { return }
      // Time for partners to follow.
      waits = 40
      return try process.openEpoch()
    }
    if stolen == nil {
      guard let follows = predecessor(log, 1, process) else { return }
      let thief = try NodeKeys(log.origin.name.text, seed: ways.random.next())
      stolen = try thief.genesis(2, follows: follows, by: process.site.keys.openingKey(2))
    }
    guard let stolen else { return }
    for session in readySessions(ways) where session.page.shares(log.id) {
      guard let position = session.page.position(of: log.id), shown.insert(session.id).inserted
      else { continue }
      try misbehave(.opening(stolen, position: position), on: session.id, ways)
    }
  }
}
