import CommandLine
import Node
import Runtime

/// The daemon: reads its arguments, runs the node until SIGTERM.
@main
struct Main {
  static let tool = Tool(
    name: "liaisond", summary: "run a node of Liaison",
    description: [
      "Holds this node's own log and those of its peers, and exchanges what is new with them over TCP. "
        + "It runs in the foreground, writes one line an event to standard error, and is controlled through "
        + "DIR/control.socket by liaison(1).",
      "What this node can read is gathered through reader.socket, which changes nothing, by liaison-hub(8); anchor.socket lets a hub bind its log of looks to the node's.",
      "SIGTERM ends it cleanly; SIGHUP reads the roster again.",
    ],
    verbs: [
      Verb(
        "", "run a node of Liaison",
        options: [
          Option(
            "--data", "DIR", summary: "the node's data folder, made by \"liaison init\"",
            fallback: NodeFolder.defaultRoot),
          Option(
            "--listen", "HOST:PORT",
            summary: "accept peers here; port 0 takes a free one; without it the node only dials"),
          Option(
            "--token", "FILE",
            summary: "the token that no backup holds; by default DIR.token, beside the folder"),
          Option(
            "--run", "DIR",
            summary: "where reader.socket and anchor.socket are made; by default the data folder"),
          Option(
            "--reader-group", "NAME",
            summary:
              "a group whose members may use reader.socket; without it the node's own user and root alone"
          ),
          Option(
            "--anchor-group", "NAME",
            summary:
              "a group whose members may use anchor.socket: the hub's; without it the node's own user and root alone"
          ),
          Option(
            "--rotate-sealing-days", "N",
            summary:
              "rotate the sealing key when it is N days old, 7 to 3650; without it the operator alone does"
          ),
        ])
    ],
    version: Daemon.version, seeAlso: ["liaison(1)", "liaison-audit(1)"])

  static func main() {
    Program.begin(holdsSecrets: true)
    do throws(Failure) {
      switch try tool.parse(Program.arguments) {
      case .print(let text): Output.print(text)
      case .run(_, let arguments): try run(arguments)
      }
    } catch {
      Output.fail(tool.name, error)
    }
  }

  private static func run(_ arguments: Arguments) throws(Failure) {
    if let address = arguments.value("--listen"), !Daemon.canListen(on: address) {
      throw Failure(
        .usage, "--listen is \"\(address)\".",
        hint: "Write HOST:PORT, for example 0.0.0.0:4747 or [::]:4747; port 0 takes a free one.")
    }
    let days = arguments.value("--rotate-sealing-days")
    guard days.map({ Daemon.rotationDays.contains(Int($0) ?? 0) }) ?? true else {
      throw Failure(
        .usage, "--rotate-sealing-days is \"\(days ?? "")\".",
        hint: "Write a number of days from 7 to 3650.")
    }
    let configuration = DaemonConfiguration(
      data: arguments.value("--data") ?? NodeFolder.defaultRoot,
      listen: arguments.value("--listen"), token: arguments.value("--token"),
      run: arguments.value("--run"), readerGroup: arguments.value("--reader-group"),
      anchorGroup: arguments.value("--anchor-group"), rotateSealingDays: days.flatMap { Int($0) })
    do throws(DaemonError) {
      try Daemon.run(configuration)
    } catch {
      throw error.failure
    }
  }
}

extension DaemonError {
  /// The exit status, one sentence and one hint.
  fileprivate var failure: Failure {
    switch self {
    case .identity(let error):
      Failure(code(error.kind), error.reason.sentence, hint: error.hint.sentence)
    case .locked(let reason):
      Failure(
        .temporaryFailure, reason.sentence,
        hint: "Stop the other process; liaison status speaks to it.")
    case .store(let reason):
      Failure(
        .inputOutput, reason.sentence, hint: "Run liaison fsck --data DIR to see what is wrong.")
    case .socketGroup(let name, let socket, let error):
      Failure(
        .configuration, "Cannot give \(socket) to the group \"\(name)\": \(error).",
        hint:
          "Make the group (systemd-sysusers, or groupadd -r), and the daemon's user a member of it."
      )
    case .listen(let address, let error):
      Failure(
        error.isInUse ? .temporaryFailure : error.isPermission ? .noPermission : .inputOutput,
        "Cannot listen on \(address): \(error).",
        hint: error.isInUse
          ? "Stop the process that has this port, or choose another."
          : "Give a numeric address of this machine and a free port, 127.0.0.1:4747 for example.")
    case .system(let error):
      Failure(
        error.isPermission ? .noPermission : .inputOutput, "Cannot \(error).",
        hint: error.advice.sentence)
    }
  }

  private func code(_ kind: IdentityError.Kind) -> ExitCode {
    switch kind {
    case .missing: .noInput
    case .permission: .noPermission
    case .inputOutput: .inputOutput
    case .exists, .malformed, .refused: .configuration
    }
  }
}
