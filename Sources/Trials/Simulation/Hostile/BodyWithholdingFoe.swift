import Log
import Replication
import Store

/// Leaves bodies out of what it answers, and says of each that its author withdrew it, that it
/// expired, or that it has none.
final class BodyWithholdingFoe: Foe {
  private static let mostEntries = 256

  override func say(
    _ message: [UInt8], on session: SessionID, _ page: SessionPage, _ ways: FoeWays
  ) throws(Violation) -> [[UInt8]] {
    guard case .chunk(let chunk) = SyncMessage(message), chunk.request != 0, !chunk.lacksBodies,
      !chunk.bodies.isEmpty, chunk.count <= BodyWithholdingFoe.mostEntries,
      let process = ways.process,
      let log = page.log(atOurs: chunk.position, of: process.store.logs),
      // Only bodies of another's log: nobody can have those that an author withholds of its own.
      log.origin.name != process.site.name,
      let batch = entries(log.id, chunk.range, process), batch.count == chunk.count,
      let withheld = withheld(batch, ways)
    else { return [message] }
    ways.did(kind)
    let answer = SyncChunk(
      withheld.batch, request: chunk.request, position: chunk.position, full: true,
      states: withheld.states)
    return [SyncMessage.chunk(answer).bytes]
  }

  /// Half of the records go without their bodies.
  private func withheld(
    _ batch: EntryBatch, _ ways: FoeWays
  ) -> (batch: EntryBatch, states: [UInt8])? {
    let states = (0..<batch.count).map { position in
      guard batch.header(at: position).knownKind == .record, ways.random.oneIn(2) else {
        return BodyState.present
      }
      return [.purged, .purgedHere, .expired, .absent][ways.random.below(4)]
    }
    guard states.contains(where: { $0 != .present }) else { return nil }
    let bodies = zip(batch.bodyRanges(), states).flatMap { range, state in
      state == .present ? Array(batch.bodies[range]) : []
    }
    let made = try? EntryBatch(
      first: batch.first, leaves: batch.leaves, bodies: bodies, bodyStates: states)
    return made.map { ($0, states.map(\.rawValue)) }
  }
}
