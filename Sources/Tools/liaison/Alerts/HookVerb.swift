import CommandLine
import Runtime

enum HookVerb {
  static let verb = Verb(
    "hook", "run a program for each event of the alerts, so that no alert waits for a screen",
    details: [
      "For each event, one after another and in their order, PROGRAM gets one line of JSON on its standard input, as liaison alerts --follow --json prints it, and in "
        + "its environment LIAISON_EVENT (the event's number), LIAISON_ALERT (the alert's number), LIAISON_KIND (raised, escalated, retracted …) and "
        + "LIAISON_BAND (alert or review). Status 0 confirms it. Any other status, or no end within --limit, and it is run again after 1, 2, 4 … 60 s; "
        + "from the third failure on the hub says so as well.",
      "A new NAME begins with what happens from then on. The hub keeps what each hook confirmed last: one that was away gets what it missed. It gets each event at least once, and the last one twice if it is "
        + "ended between its work and the confirmation: LIAISON_EVENT tells.",
      "PROGRAM is run without a shell. Words of its own that begin with a dash stand behind --.",
    ],
    arguments: [
      Argument("NAME", "what the hub keeps it by"), Argument("PROGRAM", "its path"),
      Argument("ARG", "words for it", isRequired: false, repeats: true),
    ],
    options: [
      Option("--limit", "SECONDS", summary: "how long it may take", fallback: "30"),
      Option("--once", summary: "end after one event that was confirmed"), HubOptions.hub,
    ])

  static func run(_ arguments: Arguments) throws(Failure) {
    let path = arguments.words[1]
    guard FileSystem.isProgram(path) else {
      throw Failure(
        .noInput, "\(path) is no program that can be run.",
        hint: "Give its path, and make it executable (chmod +x).")
    }
    let program = ChildProgram(path: path, arguments: Array(arguments.words.dropFirst(2)))
    let limit = UInt64(try arguments.number("--limit", in: 1...3_600) ?? 30) * 1_000
    var run = HookRun(SteadyHub(arguments.hub), name: arguments.words[0]) { input, environment in
      program.run(input: input, environment: environment, limitMilliseconds: limit)
    }
    try run.run(isOnce: arguments.has("--once"))
  }
}
