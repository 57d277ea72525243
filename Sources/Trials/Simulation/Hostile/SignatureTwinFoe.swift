import Log
import Replication

/// An author that gives its headers two signatures: half of its peers get entries one by one and no
/// checkpoint of them, the others the same headers with other signatures under its checkpoint. It
/// accuses nobody and forks nothing; all are to hold what stands under the checkpoint, and to keep
/// their sessions.
final class SignatureTwinFoe: MirrorFoe {
  private var faces: [NodeName: Bool] = [:]

  override var needsCheckpoint: Bool { true }

  override func opened(
    _ session: SessionID, with peer: NodeName, _ ways: FoeWays
  ) throws(Violation) {
    try super.opened(session, with: peer, ways)
    if faces[peer] == nil { faces[peer] = faces.count % 2 == 1 }
  }

  override func change(_ index: UInt64, seed: Int) -> AlteredLog.Change {
    index > 0 && (Int(index) + seed) % 3 == 0 ? .signature : .none
  }

  override func deceives(_ peer: NodeName) -> Bool { faces[peer] ?? false }

  /// No checkpoint of its own log leaves on this side, and nothing that stands under one.
  override func say(
    _ message: [UInt8], on session: SessionID, _ page: SessionPage, _ ways: FoeWays
  ) throws(Violation) -> [[UInt8]] {
    guard let process = ways.process, !deceives(page.peer),
      let position = page.position(of: process.identity.id)
    else { return try super.say(message, on: session, page, ways) }
    let said = SyncMessage(message)
    switch said {
    case .checkpoint, .cosignatures: if said?.position == position { return [] }
    default: break
    }
    guard case .chunk(let chunk) = said, chunk.position == position, chunk.checkpointSize > 0
    else { return try super.say(message, on: session, page, ways) }
    guard chunk.count <= 256, !chunk.lacksBodies,
      let batch = entries(process.identity.id, chunk.range, process), batch.count == chunk.count
    else { return [] }
    let singly = SyncChunk(
      batch, request: chunk.request, position: position, full: chunk.isFull)
    return [SyncMessage.chunk(singly).bytes]
  }
}
