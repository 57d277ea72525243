import CommandLine
import Glibc
import HubInterface
import Runtime
import Varlink

/// Gives a program one event after another: the next one only when it confirmed the one before.
struct HookRun {
  typealias Program = (
    _ input: [UInt8], _ environment: [(name: String, value: String)]
  ) -> ChildProgram.End

  private static let waitSeconds = 25
  private static let longestRestSeconds: UInt32 = 60
  /// The hub is told from this failure of one event on.
  private static let loudFailure = 3

  private var hub: SteadyHub
  private let name: String
  private let program: Program
  private let rest: (_ seconds: UInt32) -> Void
  private let clock = SystemClock()
  /// The event that was not confirmed, how often it failed, and how long to rest after the next
  /// failure.
  private var event: Int?
  private var failures = 0
  private var restSeconds: UInt32 = 1

  init(
    _ hub: SteadyHub, name: String, rest: @escaping (_ seconds: UInt32) -> Void = { _ = sleep($0) },
    program: @escaping Program
  ) {
    self.hub = hub
    self.name = name
    self.rest = rest
    self.program = program
  }

  /// - Parameter isOnce: ends after one confirmed event; else never.
  mutating func run(isOnce: Bool) throws(Failure) {
    while true {
      // Asked for again after a failure, too: its record may have been withdrawn meanwhile.
      guard let event = try next() else { continue }
      if event.event != self.event { begin(event.event) }
      let end = program(AlertJSON.line(event) + [UInt8(ascii: "\n")], environment(event))
      guard let problem = HookRun.problem(end) else {
        _ = try hub.call(
          "HookDone", HookDoneRequest(hook: name, event: event.event), reply: NoParameters.self)
        if isOnce { return }
        continue
      }
      try failed(event, problem)
    }
  }

  private mutating func begin(_ event: Int) {
    self.event = event
    failures = 0
    restSeconds = 1
  }

  private mutating func next() throws(Failure) -> AlertEvent? {
    let start = clock.monotonicMilliseconds
    let reply = try hub.call(
      "HookEvent", HookEventRequest(hook: name, wait: HookRun.waitSeconds),
      reply: HookEventReply.self)
    // One that does not wait would be asked without end.
    if reply.event == nil, clock.monotonicMilliseconds - start < 1_000 { hub.pause() }
    return reply.event
  }

  private mutating func failed(_ event: AlertEvent, _ problem: String) throws(Failure) {
    failures += 1
    Output.printError(
      "liaison: event \(event.event): the program \(problem); it is run again in \(restSeconds) s\n"
    )
    if failures >= HookRun.loudFailure {
      _ = try hub.call(
        "HookFailed",
        HookFailedRequest(
          hook: name, event: event.event, reason: "\(problem), \(failures) times"),
        reply: NoParameters.self)
    }
    rest(restSeconds)
    restSeconds = min(2 * restSeconds, HookRun.longestRestSeconds)
  }

  private func environment(_ event: AlertEvent) -> [(name: String, value: String)] {
    [
      ("LIAISON_EVENT", "\(event.event)"),
      ("LIAISON_ALERT", event.alert.map { "\($0.alert)" } ?? ""),
      ("LIAISON_KIND", event.kind), ("LIAISON_BAND", event.alert?.band ?? ""),
    ]
  }

  /// Completes the sentence "the program …"; nil: it confirmed the event.
  static func problem(_ end: ChildProgram.End) -> String? {
    switch end {
    case .exited(0): nil
    case .exited(let status): "ended with status \(status)"
    case .signalled(let signal): "was ended by signal \(signal)"
    case .overran: "took too long and was ended"
    case .notStarted(let error): "could not be run (\(error))"
    }
  }
}
