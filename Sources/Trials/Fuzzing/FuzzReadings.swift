import Node
import Reading

/// A node's readings, made of values: some pages, then nothing.
final class FuzzReadings: ReaderService {
  private var pending: [() -> Void] = []
  private(set) var wakes: [ArrivalToken: () -> Void] = [:]
  private var observers: UInt64 = 0
  private var pages = 0

  /// Answers what waits. Each time something arrives, so that a reader that follows is told again.
  func settle() {
    for _ in 0..<64 where !pending.isEmpty { pending.removeFirst()() }
    for wake in wakes.values { wake() }
  }

  let version = "t"

  func status() -> StatusReport { StatusReport(node: "nl", peers: [], version: version) }

  func show(
    _ request: ShowRequest, isHeard: @escaping () -> Bool,
    reply: @escaping (Result<ShowReply, ControlError>) -> Void
  ) {
    pending.append { reply(.failure(.unknownEntry(request.entry))) }
  }

  func meet(_ reader: String) throws(ReaderFailure) {}
  func confirm(_ request: ConfirmRequest) throws(ReaderFailure) {}

  func page(of reader: ReaderPlace) throws(ReaderFailure) -> ReadingPage? {
    pages += 1
    switch pages % 8 {
    case 5: return nil
    case 7: throw .diskFailed(reason: "x")
    default:
      let change = ReadingChange(
        log: "x", entry: "nl/1/\(pages)", isReadable: false, why: "expired")
      return ReadingPage(
        changes: [change], cursor: ReadingCursor(journal: "x", number: UInt64(pages)),
        more: pages % 2 == 0, isComplete: pages % 2 == 1)
    }
  }

  func observeArrivals(_ wake: @escaping () -> Void) -> ArrivalToken {
    observers += 1
    wakes[ArrivalToken(number: observers)] = wake
    return ArrivalToken(number: observers)
  }

  func cancel(_ token: ArrivalToken) { wakes[token] = nil }
  func readerInputRefused(_ reason: String) {}
  func soon(_ work: @escaping () -> Void) { pending.append(work) }
}
