import Crypto
import Log
import Replication
import Store

/// Opens the next epoch of somebody else, with a key that nobody committed to.
final class FalseOpeningFoe: Foe {
  override func act(_ process: NodeProcess, _ ways: FoeWays) throws(Violation) {
    guard ways.random.oneIn(4), let session = drawn(readySessions(ways), ways),
      let log = drawn(
        sharedLogs(session.page, process).filter { $0.origin.name != process.site.name }, ways),
      let position = session.page.position(of: log.id), let head = process.store.durableHead(log.id)
    else { return }
    let usurper = try NodeKeys(log.origin.name.text, seed: ways.random.next())
    let genesis = try usurper.genesis(
      log.origin.epoch + 1,
      follows: Genesis.Predecessor(
        origin: log.origin, size: head.size, leafHash: head.leafHash, root: .zero))
    try misbehave(.opening(genesis, position: position), on: session.id, ways)
  }
}
