import Crypto
import Log
import Replication
import Secrets
import Store

/// Says one thing very often. The number in a run is bounded, so that a campaign has time for
/// others.
final class FloodingFoe: Foe {
  private static let mostMessages = 3_000
  private static let bursts = [16, 64, 256, 1_024]

  private var left = FloodingFoe.mostMessages
  private var number: UInt32 = 1 << 20
  private var checkpoints: [LogID: VerifiedCheckpoint] = [:]
  private var cosignatures: [LogID: Cosignature] = [:]
  /// Logs that were listed on a session beyond those of the core.
  private var invented: [SessionID: Int] = [:]

  override func act(_ process: NodeProcess, _ ways: FoeWays) throws(Violation) {
    guard left > 0, ways.random.oneIn(4), let session = drawn(readySessions(ways), ways),
      let burst = drawn(FloodingFoe.bursts, ways)
    else { return }
    var messages: [[UInt8]] = []
    for _ in 0..<min(left, burst) {
      guard let message = message(session.id, session.page, process, ways) else { return }
      messages.append(message.bytes)
    }
    left -= messages.count
    try ways.send(messages, on: session.id)
    ways.did(kind, messages.count)
  }

  private func message(
    _ id: SessionID, _ page: SessionPage, _ process: NodeProcess, _ ways: FoeWays
  ) -> SyncMessage? {
    number += 1
    switch kind {
    case .floodOfPings: return .ping
    case .floodOfDigests: return .digest(page.digest)
    case .floodOfCredit: return .credit(request: openRequest(page, ways), bytes: 1)
    case .floodOfLists:
      let first = invented[id] ?? page.listed
      invented[id] = first + 1
      return .logs(first: first, saltedIDs: [ways.random.bytes(16)])
    case .floodOfHellos: return .hello(version: 1, runID: ways.random.bytes(16), carry: 0)
    case .floodOfEnds: return .end(request: openRequest(page, ways), reason: UInt8(number % 4))
    case .floodOfPongs: return .pong
    case .floodOfCopies: return .copy
    case .floodOfLeaving: return .leave(request: openRequest(page, ways))
    default: break
    }
    guard let log = drawn(sharedLogs(page, process), ways),
      let position = page.position(of: log.id)
    else { return nil }
    return message(about: log, position, process, ways)
  }

  private func message(
    about log: LogIdentity, _ position: Int, _ process: NodeProcess, _ ways: FoeWays
  ) -> SyncMessage? {
    let size = self.size(of: log.id, process)
    switch kind {
    case .floodOfHeads:
      return .heads([
        SyncHead(
          position: position, size: size + UInt64(number), leafHash: ways.random.bytes(32))
      ])
    case .floodOfPulls:
      return .pull(SyncPull(request: number, position: position, range: 0..<size, credit: 1))
    case .floodOfPrunes:
      return number % 2 == 0
        ? .prune(position: position) : .graft(position: position, size: size)
    case .floodOfSearches:
      return .probe(
        position: position, index: UInt64(ways.random.below(Int(size))),
        headerHash: ways.random.bytes(32))
    case .floodOfLeaves:
      let index = UInt64(ways.random.below(Int(size)))
      guard let entry = entries(log.id, index..<(index + 1), process) else { return nil }
      return .entry(position: position, leaf: entry.leaves)
    case .floodOfChunks:
      guard let entry = entries(log.id, (size - 1)..<size, process) else { return nil }
      return .chunk(SyncChunk(entry, request: 0, position: position, full: false))
    case .floodOfOpenings:
      return .opening(
        position: position, leaf: ways.random.bytes(216), body: ways.random.bytes(300))
    case .floodOfCheckpoints:
      return old(log, process).map { .checkpoint(SyncCheckpoint($0, position: position)) }
    case .floodOfCosignatures:
      guard let checkpoint = old(log, process) else { return nil }
      let own = process.site.keys.lasting
      let made =
        cosignatures[log.id]
        ?? Cosignature.make(
          checkpoint: checkpoint, name: process.site.name, key: own.cosigning.publicKey, time: 1
        ) { own.cosigning.sign($0) }
      cosignatures[log.id] = made
      return .cosignatures(
        direction: UInt8(number % 2), SyncCheckpoint(checkpoint, position: position),
        [SyncCosignature(made, by: own.cosigning.publicKey)])
    case .floodOfAnswers:
      return .probed(position: position, index: size - 1, answer: UInt8(number % 3))
    case .floodOfExhibits:
      return .exhibit(position: position, ways.random.bytes(300))
    default:
      return .proof(position: position, ways.random.bytes(500))
    }
  }

  /// The first checkpoint that it sees of a log, for ever.
  private func old(_ log: LogIdentity, _ process: NodeProcess) -> VerifiedCheckpoint? {
    if checkpoints[log.id] == nil { checkpoints[log.id] = process.store.newestCheckpoint(log.id) }
    return checkpoints[log.id]
  }

  private func openRequest(_ page: SessionPage, _ ways: FoeWays) -> UInt32 {
    page.pulls.last?.request ?? UInt32(1 + ways.random.below(8))
  }
}
