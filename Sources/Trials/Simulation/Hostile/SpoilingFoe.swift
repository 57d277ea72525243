import Log
import Replication
import Store

/// Spoils half of the chunks that it sends, each kind in one way.
final class SpoilingFoe: Foe {
  override func say(
    _ message: [UInt8], on session: SessionID, _ page: SessionPage, _ ways: FoeWays
  ) throws(Violation) -> [[UInt8]] {
    guard case .chunk(let chunk) = SyncMessage(message), ways.random.oneIn(2) else {
      return [message]
    }
    if kind == .wrongProofs { return misprove(chunk, page, ways) ?? [message] }
    guard let spoiled = spoil(message, chunk, ways) else { return [message] }
    ways.did(kind)
    return [spoiled]
  }

  /// Sends what there is under the newest checkpoint, whether it was to be or not, and with another
  /// proof.
  private func misprove(
    _ chunk: SyncChunk, _ page: SessionPage, _ ways: FoeWays
  ) -> [[UInt8]]? {
    guard let store = ways.process?.store,
      let log = page.log(atOurs: chunk.position, of: store.logs),
      let checkpoint = store.newestCheckpoint(log.id), checkpoint.size >= chunk.end
    else { return nil }
    var wrong = chunk
    wrong.checkpointSize = checkpoint.size
    let below = chunk.isFull ? chunk.first.nonzeroBitCount : 0
    wrong.before = (0..<below).map { _ in ways.random.bytes(32) }
    wrong.proof = [ways.random.bytes(32)]
    ways.did(kind)
    return [
      SyncMessage.checkpoint(SyncCheckpoint(checkpoint, position: chunk.position)).bytes,
      SyncMessage.chunk(wrong).bytes,
    ]
  }

  private func spoil(_ message: [UInt8], _ chunk: SyncChunk, _ ways: FoeWays) -> [UInt8]? {
    var wrong = chunk
    let bit = UInt8(1) << UInt8(ways.random.below(8))
    switch kind {
    case .wrongLeaves:
      let place = ways.random.below(chunk.leaves.count + chunk.states.count)
      if place < chunk.leaves.count {
        wrong.leaves[place] ^= bit
      } else {
        wrong.states[place - chunk.leaves.count] ^= bit
      }
    case .wrongBodies:
      guard !chunk.bodies.isEmpty else { return nil }
      wrong.bodies[ways.random.below(chunk.bodies.count)] ^= bit
    case .gaps: wrong.first += 1 + UInt64(ways.random.below(3))
    case .wrongRequests: wrong.request ^= 1 + UInt32(ways.random.below(9))
    default: return Array(message.dropLast(1 + ways.random.below(message.count - 1)))
    }
    return SyncMessage.chunk(wrong).bytes
  }
}

/// Flips a bit of some of what it says, whatever it is.
final class GarblingFoe: Foe {
  override func say(
    _ message: [UInt8], on session: SessionID, _ page: SessionPage, _ ways: FoeWays
  ) throws(Violation) -> [[UInt8]] {
    guard page.isReady, ways.random.oneIn(12) else { return [message] }
    var bytes = message
    bytes[ways.random.below(min(bytes.count, 64))] ^= 1 << UInt8(ways.random.below(8))
    ways.did(kind)
    return [bytes]
  }
}

/// Passes one log off as another: what it says of one stands at the place of the other.
final class MisplacingFoe: Foe {
  override func say(
    _ message: [UInt8], on session: SessionID, _ page: SessionPage, _ ways: FoeWays
  ) throws(Violation) -> [[UInt8]] {
    guard page.listed > 1, ways.random.oneIn(4) else { return [message] }
    guard let misplaced = misplace(message, page, ways) else { return [message] }
    ways.did(kind)
    return [misplaced.bytes]
  }

  private func misplace(
    _ message: [UInt8], _ page: SessionPage, _ ways: FoeWays
  ) -> SyncMessage? {
    func other(_ position: Int) -> Int {
      (position + 1 + ways.random.below(page.listed - 1)) % page.listed
    }
    switch SyncMessage(message) {
    case .pull: return nil
    case .heads(var heads):
      guard let first = heads.first else { return nil }
      heads[0].position = other(first.position)
      return .heads(heads)
    case let said: return said?.position.flatMap { said?.moved(to: other($0)) }
    }
  }
}
