import CommandLine
import HubInterface
import Varlink

/// Asks for batch after batch, with several calls under way, and prints the candidates in the order
/// of the lines.
struct MatchRun {
  /// One batch, from its sending until its answer is printed.
  private struct Call {
    let lines: [MatchInput.Line]
    /// Nil: no line of it is a record.
    let message: [UInt8]?
    let records: Int
    var matches: [MatchResult]?
    var account: LookAccount?
  }

  private static let callsUnderWay = 4
  /// Bytes of calls that were sent and not answered, unless it is one alone. A socket holds as many
  /// without anybody reading, so that this program never waits to write while the hub waits to
  /// write its answers.
  private static let bytesUnderWay = 96 << 10
  /// A hub that is busy for as long is not asked again: a minute of rests of 50 ms.
  private static let mostRests = 1_200

  private let hub: HubConnection
  private var input: MatchInput
  private let look: Look
  private let limit: Int?
  private let isJSON: Bool
  /// Sent, in the order of their lines.
  private var calls: [Call] = []
  /// Read and not sent.
  private var next: Call?
  private var isAtEnd = false
  private var account: AccountText
  private var isAsked = false
  private var progress = ProgressLine()

  init(_ hub: HubConnection, _ input: MatchInput, _ look: Look, limit: Int?, isJSON: Bool) {
    self.hub = hub
    self.input = input
    self.look = look
    self.limit = limit
    self.isJSON = isJSON
    account = AccountText(look)
  }

  mutating func run() throws(Failure) {
    do throws(Failure) {
      while true {
        try fill()
        guard !calls.isEmpty else { break }
        try take()
      }
    } catch {
      progress.clear()
      let first = calls.first?.lines.first?.number ?? next?.lines.first?.number
      var failure = error
      if let first { failure.hint += " Lines from \(first) on were not compared." }
      throw failure
    }
    progress.clear()
    guard isAsked else { return }
    if isJSON { account.printError() } else { account.print() }
  }

  // MARK: - Sending

  private mutating func fill() throws(Failure) {
    while calls.count < MatchRun.callsUnderWay {
      if next == nil, !isAtEnd {
        // A pipe may give its next line long after the hub's answer.
        if !calls.isEmpty, !input.isReady { return }
        let lines = try input.batch()
        if lines.isEmpty { isAtEnd = true } else { next = call(lines) }
      }
      guard let call = next else { return }
      let underWay = calls.reduce(0) { $0 + ($1.message?.count ?? 0) }
      let bytes = call.message?.count ?? 0
      guard underWay == 0 || underWay + bytes <= MatchRun.bytesUnderWay else { return }
      if let message = call.message { try hub.send(message) }
      calls.append(call)
      next = nil
    }
  }

  private func call(_ lines: [MatchInput.Line]) -> Call {
    let records = lines.compactMap { line in
      if case .record(let text) = line.content { text } else { nil }
    }
    let message =
      records.isEmpty
      ? nil
      : HubConnection.message(
        "Match", MatchRequest(look: look, records: records, limit: limit))
    return Call(lines: lines, message: message, records: records.count)
  }

  // MARK: - Answers

  private mutating func take() throws(Failure) {
    if calls[0].matches == nil, let message = calls[0].message {
      if !(try answer(0)) { try askAgain(message) }
    }
    let call = calls.removeFirst()
    print(call)
    if let answer = call.account {
      account.add(answer)
      isAsked = true
    }
    if !Output.isTerminal(1), let last = call.lines.last {
      progress.show("compared \(last.number)")
    }
  }

  /// - Returns: false when the hub was busy.
  private mutating func answer(_ place: Int) throws(Failure) -> Bool {
    do throws(HubError) {
      let reply = try hub.answer(MatchReply.self)
      guard reply.matches.count == calls[place].records else {
        throw HubError.refused(
          reason: "the hub answered for other records than were sent",
          hint: "use a liaison and a liaison-hub of the same version")
      }
      calls[place].matches = reply.matches
      calls[place].account = reply.account
      return true
    } catch .busy {
      return false
    } catch {
      throw Failure(error)
    }
  }

  /// Takes the answers of all other calls, whose order is that of their sending, and then asks one
  /// by one what found the hub busy.
  private mutating func askAgain(_ first: [UInt8]) throws(Failure) {
    var busy = [(0, first)]
    for place in calls.indices.dropFirst() {
      guard let message = calls[place].message, calls[place].matches == nil else { continue }
      if !(try answer(place)) { busy.append((place, message)) }
    }
    for (place, message) in busy {
      var rests = 0
      repeat {
        guard rests < MatchRun.mostRests else { throw Failure(HubError.busy) }
        rests += 1
        hub.rest()
        try hub.send(message)
      } while !(try answer(place))
    }
  }

  // MARK: - Printing

  private mutating func print(_ call: Call) {
    progress.clear()
    var matches = (call.matches ?? [])[...]
    if isJSON {
      Output.print(
        records: call.lines.map { MatchText.json($0, result($0, &matches), call.account) })
    } else {
      Output.print(call.lines.map { MatchText.text($0, result($0, &matches)) }.joined())
    }
  }

  private func result(
    _ line: MatchInput.Line, _ matches: inout ArraySlice<MatchResult>
  ) -> MatchResult {
    switch line.content {
    case .problem(let problem): MatchResult(hits: [], problem: problem)
    case .record: matches.popFirst() ?? MatchResult(hits: [])
    }
  }
}
