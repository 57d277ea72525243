import CommandLine
import HubInterface
import Runtime

/// Prints what stands, and then each event once, until it is interrupted.
struct AlertFollow {
  /// How long the hub waits for something to happen; less than a connection's own limit.
  static let waitSeconds = 25
  /// An answer without events that came sooner was none to wait for.
  private static let shortestWaitMilliseconds: UInt64 = 1_000

  private var hub: SteadyHub
  private let standing: AlertsRequest
  private let isJSON: Bool
  private let clock = SystemClock()
  /// Said of the last answer, and not said again.
  private var said: [String] = []

  /// - Parameter standing: what is shown first.
  init(_ hub: SteadyHub, _ standing: AlertsRequest, isJSON: Bool) {
    self.hub = hub
    self.standing = standing
    self.isJSON = isJSON
  }

  mutating func run() throws(Failure) -> Never {
    var next = try stand()
    while true {
      let start = clock.monotonicMilliseconds
      let reply = try hub.call(
        "Alerts", AlertsRequest(after: next, wait: AlertFollow.waitSeconds),
        reply: AlertsReply.self)
      guard reply.next >= next else {
        Output.printError(
          "liaison: the hub has fewer events than before, as after a restored backup: what stands now follows\n"
        )
        next = try stand()
        continue
      }
      next = reply.next
      print(reply.events)
      say(reply.account)
      let passed = clock.monotonicMilliseconds - start
      if reply.events.isEmpty, passed < AlertFollow.shortestWaitMilliseconds { hub.pause() }
    }
  }

  /// - Returns: the last event before what was shown.
  private mutating func stand() throws(Failure) -> Int {
    let reply = try hub.call("Alerts", standing, reply: AlertsReply.self)
    AlertsVerb.print(reply, limit: standing.limit, isJSON: isJSON)
    said = lines(reply.account)
    return reply.next
  }

  private func print(_ events: [AlertEvent]) {
    if isJSON {
      Output.print(records: events.map(AlertJSON.line))
    } else {
      let now = clock.wallMilliseconds
      Output.print(events.map { EventText.text($0, now: now) }.joined())
    }
  }

  /// Prints the hub's statements on itself, where they differ from the last ones.
  private mutating func say(_ account: LookAccount) {
    let lines = lines(account)
    defer { said = lines }
    guard lines != said else { return }
    Output.printError(lines.map { "liaison: \($0)\n" }.joined())
  }

  private func lines(_ account: LookAccount) -> [String] {
    var text = AccountText(nil)
    text.add(account, isRecorded: false)
    return text.lines
  }
}
