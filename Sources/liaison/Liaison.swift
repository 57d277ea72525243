import CommandLine
import Log
import Node
import Runtime
import Secrets

/// The operator's tool. This file is the table of its verbs, and which function does each.
@main
enum Liaison {
  static let data = Option(
    "--data", "DIR", summary: "the node's data folder", fallback: NodeFolder.defaultRoot)

  static let tool = Tool(
    name: "liaison", summary: "operate a Liaison node",
    description: [
      "Makes a node, exchanges cards with others, publishes records to them and shows what arrived; asks the node's hub for what they mean together. "
        + "With the daemon running, verbs go through its socket; init, card, fingerprint, peer, backup, "
        + "keys export, restore, epoch prepare, record check and fsck also work without."
    ],
    verbs: [
      InitVerb.verb, CardVerbs.card, CardVerbs.fingerprint, PeerVerbs.add, PeerVerbs.list,
      PeerVerbs.remove, RecordVerb.check, PublishVerb.verb, CorrectVerb.verb, WithdrawVerb.verb,
      ShowVerb.verb,
      TailVerb.verb,
      StatusVerb.verb, DiskVerb.verb, ScrubVerb.verb, SigningVerb.verb, BackupVerb.verb,
      KeysVerb.verb, RestoreVerb.verb, EpochVerb.verb, EpochPlanVerbs.plan,
      EpochPlanVerbs.prepare, ImportVerb.verb, FsckVerb.verb,
    ] + HubTable.verbs,
    version: Daemon.version, seeAlso: ["liaisond(8)", "liaison-hub(1)", "liaison-audit(1)"])

  static func main() {
    Program.begin(holdsSecrets: true)
    do throws(Failure) {
      switch try tool.parse(Program.arguments) {
      case .print(let text): Output.print(text)
      case .run(let verb, let arguments):
        try run(verb, arguments)
        if let warning = SecretMemory.warning { Output.printError("liaison: \(warning)\n") }
      }
    } catch {
      Output.fail(tool.name, error)
    }
  }

  private static func run(_ verb: Verb, _ arguments: Arguments) throws(Failure) {
    switch verb.name {
    case "init": try InitVerb.run(arguments)
    case "card": try CardVerbs.printCard(arguments)
    case "fingerprint": try CardVerbs.printFingerprint(arguments)
    case "peer add": try PeerVerbs.runAdd(arguments)
    case "peer list": try PeerVerbs.runList(arguments)
    case "peer remove": try PeerVerbs.runRemove(arguments)
    case "record check": try RecordVerb.runCheck(arguments)
    case "publish": try PublishVerb.run(arguments)
    case "correct": try CorrectVerb.run(arguments)
    case "withdraw": try WithdrawVerb.run(arguments)
    case "disk": try DiskVerb.run(arguments)
    case "scrub": try ScrubVerb.run(arguments)
    case "show": try ShowVerb.run(arguments)
    case "tail": try TailVerb.run(arguments)
    case "status": try StatusVerb.run(arguments)
    case "signing release": try SigningVerb.run(arguments)
    case "backup": try BackupVerb.run(arguments)
    case "keys export": try KeysVerb.run(arguments)
    case "restore": try RestoreVerb.run(arguments)
    case "epoch open": try EpochVerb.run(arguments)
    case "epoch plan": try EpochPlanVerbs.runPlan(arguments)
    case "epoch prepare": try EpochPlanVerbs.runPrepare(arguments)
    case "epoch import": try ImportVerb.run(arguments)
    case "fsck": try FsckVerb.run(arguments)
    default:
      guard try HubTable.run(verb, arguments) else {
        preconditionFailure("a verb of the table without a function")
      }
    }
  }
}

extension Arguments {
  /// Refuses an `--address` that no card could hold.
  func checkAddress() throws(Failure) {
    guard let address = value("--address"), !Card.isAddress(address) else { return }
    throw Failure(
      .usage, "--address is \"\(address)\".",
      hint: "Write HOST:PORT, for example be.example:4747 or [2001:db8::1]:4747.")
  }

  /// Where the folder really is: whatever link or spelling led to it, its token lies beside it.
  var folder: NodeFolder {
    NodeFolder(FileSystem.canonical(value("--data") ?? NodeFolder.defaultRoot))
  }
}
