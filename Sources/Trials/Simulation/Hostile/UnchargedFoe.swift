import Log
import Replication

/// Pushes compact chunks that nobody can be charged for, since they are rebuilt with the receiver's
/// copy of the log: at the size that the receiver has, so that it must look. It costs its sender
/// the time that is left to it, and nobody else.
final class UnchargedFoe: Foe {
  private static let mostMessages = 2_000
  private var left = UnchargedFoe.mostMessages

  override func act(_ process: NodeProcess, _ ways: FoeWays) throws(Violation) {
    guard left > 0, ways.random.oneIn(3), let session = drawn(readySessions(ways), ways),
      let log = drawn(sharedLogs(session.page, process), ways),
      let position = session.page.position(of: log.id)
    else { return }
    // As far as it knows: what it has itself, or a little more.
    let first = size(of: log.id, process) + UInt64(ways.random.below(2))
    guard let batch = invented(at: first, ways) else { return }
    let burst = 1 + ways.random.below(64)
    left -= burst
    let chunk = SyncChunk(batch, request: 0, position: position, full: false)
    try ways.send(
      [[UInt8]](repeating: SyncMessage.chunk(chunk).bytes, count: burst), on: session.id)
    ways.did(kind, burst)
  }

  private func invented(at first: UInt64, _ ways: FoeWays) -> EntryBatch? {
    var leaf = ways.random.bytes(EntryLayout.leafBytes)
    leaf.replaceSubrange(
      EntryLayout.bodyLength..<(EntryLayout.bodyLength + 4), with: [0, 0, 0, 9])
    return try? EntryBatch(first: first, leaves: leaf, bodies: ways.random.bytes(9))
  }
}
