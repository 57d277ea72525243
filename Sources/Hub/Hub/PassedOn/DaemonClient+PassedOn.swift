internal import Crypto
internal import JSON
internal import Log
internal import Reading
internal import Runtime
internal import Varlink

extension DaemonClient {
  /// Asks about entries that were passed on, one after the other.
  func answers(to asks: [PassedOnAsk]) throws -> [PassedOnAnswer] {
    guard asks.contains(where: { !$0.candidates.isEmpty }) else {
      return asks.map { PassedOnAnswer(ask: $0, opened: nil) }
    }
    let client = try connect()
    return try asks.map { PassedOnAnswer(ask: $0, opened: try opened($0, client)) }
  }

  private func opened(_ ask: PassedOnAsk, _ client: UnixClient) throws -> PassedOnAnswer.Opened? {
    for candidate in ask.candidates {
      guard let origin = candidate.origin,
        let shown = try shown(candidate, client), shown.opening == "opened",
        shown.log == Hex32.encode(ask.log), shown.leafHash == candidate.leaf,
        let text = shown.record, let record = try? Record(checking: Array(text.utf8))
      else { continue }
      var state: EntryState = []
      if shown.disputed { state.insert(.disputed) }
      if shown.late { state.insert(.late) }
      let change = EntryChange(
        log: ask.log, origin: origin, index: ask.place, count: 1,
        readable: ReadableEntry(
          time: shown.time, expiryDay: Int(shown.expiryDay), state: state, record: record.bytes))
      return PassedOnAnswer.Opened(
        candidate: candidate, origin: origin, prepared: PreparedEntry(change))
    }
    return nil
  }

  /// - Returns: nil for an entry that the daemon has not.
  private func shown(
    _ candidate: PassedOnAsk.Candidate, _ client: UnixClient
  ) throws -> KeyShown? {
    try client.write(
      VarlinkCall.encode(
        "\(ReaderInterface.name).Show",
        KeyShowRequest(entry: candidate.entry, key: candidate.key)))
    guard let message = try client.readMessage(maxBytes: HubLimits.messageBytes) else {
      throw SystemError(number: 104, call: "Show", detail: "the daemon ended the connection")
    }
    do throws(ReaderFailure) {
      return try VarlinkAnswer<ReaderFailure>(message: message).decode(KeyShown.self).parameters
    } catch .unknownEntry {
      return nil
    } catch {
      throw error
    }
  }
}
