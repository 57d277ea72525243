import Log
import Replication
import Store

/// Answers pulls with one entry just before the peer would ask another.
final class SlowSourceFoe: Foe {
  /// The watchdog waits for 5 s (Protocols/sync.md, SYNC-33), and a foe acts every half of a
  /// second.
  private static let everyMilliseconds: UInt64 = 4_000

  private struct Answer {
    let session: SessionID
    let pull: SyncPull
    let log: LogID
    var next: UInt64
    var at: UInt64
  }

  private var answers: [Answer] = []

  override func closed(_ session: SessionID) {
    super.closed(session)
    answers.removeAll { $0.session == session }
  }

  override func hear(
    _ message: [UInt8], on session: SessionID, _ page: SessionPage, _ ways: FoeWays
  ) throws(Violation) -> [[UInt8]] {
    guard case .pull(let pull) = SyncMessage(message), let process = ways.process,
      let log = page.log(atTheirs: pull.position, of: process.store.logs)
    else { return [message] }
    answers.removeAll { $0.session == session && $0.log == log.id }
    answers.append(
      Answer(
        session: session, pull: pull, log: log.id, next: pull.range.lowerBound, at: ways.now))
    return []
  }

  /// It pushes nothing: who wants an entry is to ask.
  override func say(
    _ message: [UInt8], on session: SessionID, _ page: SessionPage, _ ways: FoeWays
  ) -> [[UInt8]] {
    SyncType(of: message) == .chunk ? [] : [message]
  }

  override func act(_ process: NodeProcess, _ ways: FoeWays) throws(Violation) {
    for number in answers.indices.reversed()
    where ways.now >= answers[number].at + SlowSourceFoe.everyMilliseconds {
      let answer = answers[number]
      guard answer.next < answer.pull.range.upperBound,
        let position = pages[answer.session]?.position(of: answer.log),
        let entry = entries(answer.log, answer.next..<(answer.next + 1), process)
      else {
        answers.remove(at: number)
        continue
      }
      answers[number].next += 1
      answers[number].at = ways.now
      let chunk = SyncChunk(
        entry, request: answer.pull.request, position: position, full: answer.pull.form > 0)
      try misbehave(.chunk(chunk), on: answer.session, ways)
    }
  }
}
