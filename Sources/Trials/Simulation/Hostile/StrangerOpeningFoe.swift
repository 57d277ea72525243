import Crypto
import Log
import Replication

/// Relays the next epoch of a node that is on nobody's roster, true in itself, where the epoch of
/// somebody who is would stand. Nobody is to keep it or to pass it on.
final class StrangerOpeningFoe: Foe {
  static let name = "zz"

  override func act(_ process: NodeProcess, _ ways: FoeWays) throws(Violation) {
    guard ways.random.oneIn(8), let session = drawn(readySessions(ways), ways),
      let log = drawn(sharedLogs(session.page, process), ways),
      let position = session.page.position(of: log.id)
    else { return }
    let stranger = try NodeKeys(StrangerOpeningFoe.name, seed: ways.random.next())
    let first = stranger.identity(1)
    let genesis = try stranger.genesis(
      2,
      follows: Genesis.Predecessor(
        origin: first.origin, size: 1, leafHash: .zero, root: .zero))
    try misbehave(.opening(genesis, position: position), on: session.id, ways)
  }
}
