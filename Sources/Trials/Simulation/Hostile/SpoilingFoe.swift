import Log
import Replication
import Store

/// Spoils half of the chunks that it sends, each kind in one way.
final class SpoilingFoe: Foe {
  override func say(
    _ message: [UInt8], on session: SessionID, _ page: SessionPage, _ ways: FoeWays
  ) throws(Violation) -> [[UInt8]] {
    guard let chunk = SaidChunk(message), ways.random.oneIn(2) else { return [message] }
    if kind == .wrongProofs { return misprove(message, chunk, page, ways) }
    guard let spoiled = spoil(message, chunk, ways) else { return [message] }
    ways.did(kind)
    return [spoiled]
  }

  /// Sends what there is under the newest checkpoint, whether it was to be or not, and with another
  /// proof.
  private func misprove(
    _ message: [UInt8], _ chunk: SaidChunk, _ page: SessionPage, _ ways: FoeWays
  ) -> [[UInt8]] {
    guard let store = ways.process?.store,
      let log = page.log(atOurs: chunk.position, of: store.logs),
      let checkpoint = store.newestCheckpoint(log.id), checkpoint.size >= chunk.end
    else { return [message] }
    var bytes = message
    bytes.put(checkpoint.size, at: 21)
    bytes[SaidChunk.proofAt - 1] = 1
    let below = chunk.first.nonzeroBitCount
    let before = chunk.isFull ? [UInt8(below)] + ways.random.bytes(32 * below) : []
    bytes.replaceSubrange(
      SaidChunk.proofAt..<chunk.leavesAt, with: ways.random.bytes(32) + before)
    ways.did(kind)
    return [
      Said.checkpoint(checkpoint, position: chunk.position), bytes,
    ]
  }

  private func spoil(_ message: [UInt8], _ chunk: SaidChunk, _ ways: FoeWays) -> [UInt8]? {
    var bytes = message
    let bit = UInt8(1) << UInt8(ways.random.below(8))
    switch kind {
    case .wrongLeaves:
      bytes[chunk.leavesAt + ways.random.below(chunk.bodiesAt - chunk.leavesAt)] ^= bit
    case .wrongBodies:
      guard message.count > chunk.bodiesAt else { return nil }
      bytes[chunk.bodiesAt + ways.random.below(message.count - chunk.bodiesAt)] ^= bit
    case .gaps:
      bytes.put(chunk.first + 1 + UInt64(ways.random.below(3)), at: 9)
    case .wrongRequests:
      bytes.put(chunk.request ^ (1 + UInt32(ways.random.below(9))), at: 1)
    default:
      bytes.removeLast(1 + ways.random.below(bytes.count - 1))
    }
    return bytes
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
    let place = message.first == Said.heads ? 5 : Said.placeOfPosition(in: message)
    guard let place, message.count >= place + 4, message.first != Said.pull else {
      return [message]
    }
    var bytes = message
    let said = Int(message.number(at: place, bytes: 4))
    let other = (said + 1 + ways.random.below(page.listed - 1)) % page.listed
    bytes.put(UInt32(other), at: place)
    ways.did(kind)
    return [bytes]
  }
}
