import CommandLine
import HubInterface

/// Asks for part after part, two of them under way, and prints the answers in the order of the
/// lines.
struct ScreenRun {
  private static let partsUnderWay = 2
  /// A hub that is busy for as long is not asked again: a minute of rests of 50 ms.
  private static let mostRests = 1_200

  private let hub: HubConnection
  private var input: ScreenInput
  private let look: Look
  private let flight: String?
  private let comparesNames: Bool
  private let isJSON: Bool
  /// The number that the first answer named.
  private var list: Int?
  /// In the order of their lines; those with passengers were sent.
  private var parts: [ScreenPart] = []
  /// Read, and of the part behind these.
  private var held: ScreenLine?
  private var isAtEnd = false
  private var account: AccountText
  private var tally = ScreenTally()
  private var progress = ProgressLine()

  init(
    _ hub: HubConnection, _ input: ScreenInput, _ look: Look, flight: String?,
    comparesNames: Bool, isJSON: Bool
  ) {
    self.hub = hub
    self.input = input
    self.look = look
    self.flight = flight
    self.comparesNames = comparesNames
    self.isJSON = isJSON
    account = AccountText(look)
  }

  mutating func run() throws(Failure) {
    do throws(Failure) {
      while true {
        try fill()
        guard !parts.isEmpty else { break }
        try take()
      }
    } catch {
      progress.clear()
      let first = parts.first?.lines.first ?? held
      let rest = first.map { "from \(input.unit) \($0.number) on" } ?? "of the list"
      throw error.with(hint: "Passengers \(rest) were not compared.")
    }
    progress.clear()
    guard tally.lines > 0 else {
      throw Failure(
        .dataError, "The list has no passengers.", hint: "Look at the file: is it the right one?")
    }
    do throws(Failure) { try finish() } catch {
      throw error.with(
        hint: "Every line was answered, but the hub does not know that the list is complete.")
    }
  }

  // MARK: - Sending

  private mutating func fill() throws(Failure) {
    // Only the first answer names the list that the other parts belong to.
    while parts.count < ScreenRun.partsUnderWay, list != nil || parts.isEmpty {
      guard let part = try nextPart() else { return }
      if !part.passengers.isEmpty { try hub.send(message(part.passengers)) }
      parts.append(part)
    }
  }

  private mutating func nextPart() throws(Failure) -> ScreenPart? {
    var part = ScreenPart()
    while true {
      if held == nil, !isAtEnd {
        held = try input.next()
        isAtEnd = held == nil
      }
      guard let line = held, part.add(line) else { break }
      held = nil
    }
    return part.lines.isEmpty ? nil : part
  }

  private func message(_ passengers: [ScreenPassenger]) -> [UInt8] {
    HubConnection.message(
      "Screen",
      ScreenRequest(
        look: look, list: list, flight: flight, names: comparesNames ? true : nil,
        passengers: passengers))
  }

  // MARK: - Answers

  private mutating func take() throws(Failure) {
    if parts[0].results == nil {
      if !parts[0].passengers.isEmpty, try !answer(0) { try askAgain() }
    }
    let part = parts.removeFirst()
    print(part)
    if !Output.isTerminal(1) { progress.show("compared \(tally.lines) of \(input.count)") }
  }

  /// - Returns: false when the hub was busy.
  private mutating func answer(_ place: Int) throws(Failure) -> Bool {
    do throws(HubError) {
      let reply = try hub.answer(ScreenReply.self)
      guard reply.results.map(\.line) == parts[place].passengers.map(\.line),
        list == nil || list == reply.list
      else { throw ScreenRun.otherAnswer }
      list = reply.list
      parts[place].results = reply.results
      account.add(reply.account)
      return true
    } catch .busy {
      return false
    } catch {
      throw Failure(error)
    }
  }

  /// Takes the answer of the other part, which was sent later, and then asks one by one what found
  /// the hub busy.
  private mutating func askAgain() throws(Failure) {
    var busy = [0]
    for place in parts.indices.dropFirst() where !parts[place].passengers.isEmpty {
      if try !answer(place) { busy.append(place) }
    }
    for place in busy { try ask(place) }
  }

  private mutating func ask(_ place: Int) throws(Failure) {
    var rests = 0
    repeat {
      guard rests < ScreenRun.mostRests else { throw Failure(HubError.busy) }
      rests += 1
      hub.rest()
      try hub.send(message(parts[place].passengers))
    } while try !answer(place)
  }

  private static let otherAnswer = HubError.refused(
    reason: "the hub answered for other passengers than were sent",
    hint: "use a liaison and a liaison-hub of the same version")

  // MARK: - Printing

  private mutating func print(_ part: ScreenPart) {
    progress.clear()
    var results = (part.results ?? [])[...]
    var text = ""
    var records: [[UInt8]] = []
    for line in part.lines {
      let result = line.passenger == nil ? nil : results.popFirst()
      tally.add(line, result)
      if isJSON {
        records.append(ScreenJSON.line(line, result))
      } else {
        text += ScreenText.block(line, result, unit: input.unit)
      }
    }
    if isJSON { Output.print(records: records) } else { Output.print(text) }
  }

  /// The hub is told that this was all, and says what it knows of the list.
  private mutating func finish() throws(Failure) {
    if list == nil {
      // Nothing of it could be read, and that is to be known, too.
      try hub.send(message([]))
      parts = [ScreenPart()]
      if try !answer(0) { try ask(0) }
      parts = []
    }
    let request = FinishListRequest(
      list: list ?? 0, digest: try input.digest(), unreadable: tally.unreadable)
    let reply = try hub.call("FinishList", request, reply: FinishListReply.self)
    let others = try earlier(reply.screening)
    let summary = tally.summary(reply, since: others.since, same: others.same, unit: input.unit)
    Output.printError(input.warnings.map { "liaison: \($0)\n" }.joined())
    if isJSON {
      Output.printError(summary)
      account.printError()
    } else {
      Output.print(summary + "\n")
      account.print()
    }
  }

  /// The flight's list before this one, and that with the same bytes.
  private func earlier(
    _ screening: Screening
  ) throws(Failure) -> (since: Screening?, same: Screening?) {
    guard screening.flight != nil || screening.sameAs != nil else { return (nil, nil) }
    let lists = try hub.call("Screenings", reply: ScreeningsReply.self).screenings
    let before = lists.filter {
      $0.number < screening.number && $0.flight == screening.flight && $0.flight != nil
    }
    return (
      before.max { $0.number < $1.number }, lists.first { $0.number == screening.sameAs }
    )
  }
}
