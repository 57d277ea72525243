import CommandLine
import Hub
import Runtime

/// The hub: reads its arguments, gathers and answers until SIGTERM.
@main
struct Main {
  static let tool = Tool(
    name: "liaison-hub", summary: "run the knowledge hub of a node of Liaison",
    description: [
      "Gathers what the node may read of all logs and answers what analysts ask of it with liaison(1): who somebody is, and with whom, "
        + "where and with whose money he travels. It runs in the foreground, writes one line an event to standard error, reads the node "
        + "through DIR/reader.socket, has its log of looks bound to the node's through DIR/anchor.socket, answers on the hub's own socket and uses no network.",
      "Every look is in the hub's consultation log before its answer leaves. SIGTERM ends it cleanly; SIGHUP reads users.conf again.",
    ],
    verbs: [
      Verb(
        "", "run the knowledge hub of a node of Liaison",
        options: [
          Option(
            "--data", "DIR", summary: "the folder with the node's reader socket", isRequired: true),
          Option(
            "--hub", "DIR", summary: "the hub's own folder",
            fallback: HubConfiguration.defaultHub),
          Option(
            "--database", "URL",
            summary:
              "postgresql://… of a database that hubs share; files in the hub's folder if left out"),
          Option(
            "--anchor-every", "SECONDS",
            summary: "how often the log of looks is bound to the node's; 600 if left out"),
          Option(
            "--reader-name", "NAME",
            summary: "its name at the node, whose erasure receipts wait for it; one for each hub",
            fallback: HubConfiguration.defaultReaderName),
          Option(
            "--lose", "N",
            summary:
              "where facts are made anew: lose so many records that only this hub has (docs/hub.md)"
          ),
        ])
    ],
    version: Hub.version, seeAlso: ["liaison(1)", "liaisond(8)", "liaison-audit(1)"])

  static func main() {
    // It holds no keys of the node, and what it reads of others is as secret.
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
    if let database = arguments.value("--database"), !isPostgres(database) {
      throw Failure(
        .usage, "--database is \"\(database)\", which is no URL of PostgreSQL.",
        hint: "Write postgresql:///NAME?host=/run/postgresql, or leave it out: docs/hub.md.")
    }
    var configuration = HubConfiguration(
      data: arguments.value("--data") ?? "",
      hub: arguments.value("--hub") ?? HubConfiguration.defaultHub,
      database: arguments.value("--database"),
      anchorSeconds: try arguments.number("--anchor-every", in: 1...86_400)
        ?? HubConfiguration.defaultAnchorSeconds,
      readerName: arguments.value("--reader-name") ?? HubConfiguration.defaultReaderName)
    configuration.lose = try arguments.number("--lose", in: 1...Int(Int32.max))
    do throws(HubStartError) {
      try Hub.run(configuration)
    } catch {
      throw error.failure
    }
  }

  private static func isPostgres(_ url: String) -> Bool {
    url.hasPrefix("postgresql://") || url.hasPrefix("postgres://")
  }
}

extension HubStartError {
  /// The exit status, one sentence and one hint.
  fileprivate var failure: Failure {
    switch self {
    case .locked(let reason):
      Failure(
        .temporaryFailure, reason.sentence,
        hint: "Stop the other process; liaison hub status speaks to it.")
    case .database(let reason):
      Failure(
        .inputOutput, reason.sentence,
        hint: "What was derived may be removed: the hub gathers it again (docs/hub.md).")
    case .server(let reason):
      Failure(
        .temporaryFailure, "The database does not answer: \(reason.sentence)",
        hint: "Start its server, or see its log for why it refuses (docs/hub.md).")
    case .configuration(let reason, let hint):
      Failure(.configuration, reason.sentence, hint: hint.sentence)
    case .system(let error):
      Failure(
        error.isPermission ? .noPermission : .inputOutput, "Cannot \(error).",
        hint: error.advice.sentence)
    }
  }
}
