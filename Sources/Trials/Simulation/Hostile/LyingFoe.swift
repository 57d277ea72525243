import Crypto
import Log
import Replication
import Store

/// Announces heads that are not so.
final class LyingFoe: Foe {
  override func act(_ process: NodeProcess, _ ways: FoeWays) throws(Violation) {
    guard let session = drawn(readySessions(ways), ways), ways.random.oneIn(3),
      let lie = lie(session.page, process, ways)
    else { return }
    let heads = kind == .sizesAtBound ? atBound(session.page, process, ways) : [lie]
    try misbehave(.heads(heads), on: session.id, ways)
  }

  /// Heads of all logs that both list: a node must bear a sum of them.
  private func atBound(_ page: SessionPage, _ process: NodeProcess, _ ways: FoeWays) -> [SyncHead] {
    process.store.logs.compactMap { log in
      guard page.shares(log.id), let position = page.position(of: log.id) else { return nil }
      return SyncHead(position: position, size: 1 << 48 - 1, leafHash: ways.random.bytes(32))
    }
  }

  private func lie(_ page: SessionPage, _ process: NodeProcess, _ ways: FoeWays) -> SyncHead? {
    let said = page.announced.keys.sorted().compactMap { page.announced[$0] }
    switch kind {
    case .shrinkingHeads:
      guard var head = drawn(said.filter { $0.size > 1 }, ways) else { return nil }
      head.size -= 1
      return head
    case .wrongHashes:
      guard var head = drawn(said, ways) else { return nil }
      head.leafHash = ways.random.bytes(32)
      return head
    case .claims:
      // Claims more of the peer's own log than the peer has.
      guard let own = process.store.logs.last(where: { $0.origin.name == page.peer }),
        let position = page.position(of: own.id)
      else { return nil }
      return SyncHead(
        position: position, size: size(of: own.id, process) + 1 + UInt64(ways.random.below(9)),
        leafHash: ways.random.bytes(32))
    default:
      guard let log = drawn(process.store.logs.filter({ page.shares($0.id) }), ways),
        let position = page.position(of: log.id)
      else { return nil }
      if kind == .sizesAtBound || kind == .sizesBeyondBound {
        let sizes: [UInt64] = [1 << 48, 1 << 63 - 1, .max]
        return SyncHead(
          position: position, size: sizes[ways.random.below(3)], leafHash: ways.random.bytes(32))
      }
      let more: UInt64 = ways.random.oneIn(2) ? 1 << 40 : 1 + UInt64(ways.random.below(300))
      return SyncHead(
        position: position, size: size(of: log.id, process) + more,
        leafHash: ways.random.bytes(32))
    }
  }
}
