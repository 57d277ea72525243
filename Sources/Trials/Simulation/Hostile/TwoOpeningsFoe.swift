import Log
import Replication
import Store

/// An author that opens its next epoch twice with the key in its recovery file, and shows one half
/// of its peers the one, the other half the other. All are to find the epoch contested, whatever
/// reached them first, and to keep their sessions.
final class TwoOpeningsFoe: Foe {
  private var openings: [VerifiedBatch] = []
  private var faces: [NodeName: Int] = [:]
  private var shown: Set<SessionID> = []

  override func act(_ process: NodeProcess, _ ways: FoeWays) throws(Violation) {
    let log = process.site.keys.identity(1)
    let sessions = readySessions(ways).filter { $0.page.shares(log.id) }
    if openings.isEmpty {
      guard !sessions.isEmpty, ways.random.oneIn(20) else { return }
      openings = try makeOpenings(after: log, process, ways)
    }
    guard openings.count == 2 else { return }
    for session in sessions {
      guard let position = session.page.position(of: log.id), shown.insert(session.id).inserted
      else { continue }
      let face = faces[session.page.peer] ?? faces.count % 2
      faces[session.page.peer] = face
      try misbehave(.opening(openings[face], position: position), on: session.id, ways)
    }
  }

  /// Openings of two logs, or of one log that ends the epoch before at two sizes.
  private func makeOpenings(
    after log: LogIdentity, _ process: NodeProcess, _ ways: FoeWays
  ) throws(Violation) -> [VerifiedBatch] {
    let keys = process.site.keys
    guard let head = process.store.durableHead(log.id), head.size > 1,
      let whole = predecessor(log, head.size, process),
      let less = predecessor(log, head.size - 1, process)
    else { return [] }
    let first = try keys.genesis(2, follows: whole)
    guard ways.random.oneIn(2) else { return [first, try keys.genesis(2, follows: less)] }
    let others = try NodeKeys(log.origin.name.text, seed: ways.random.next())
    return [first, try others.genesis(2, follows: whole, by: keys.openingKey(2))]
  }
}

extension Foe {
  /// The end of a log at `size`; nil when the store does not give it.
  func predecessor(
    _ log: LogIdentity, _ size: UInt64, _ process: NodeProcess
  ) -> Genesis.Predecessor? {
    guard let leafHash = try? process.store.leafHash(log.id, size - 1),
      let root = try? process.store.root(log.id, size: size)
    else { return nil }
    return Genesis.Predecessor(origin: log.origin, size: size, leafHash: leafHash, root: root)
  }
}
