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

  private static let commands =
    [
      Command(InitVerb.verb, InitVerb.run),
      Command(CardVerbs.card, CardVerbs.printCard),
      Command(CardVerbs.fingerprint, CardVerbs.printFingerprint),
      Command(PeerVerbs.add, PeerVerbs.runAdd),
      Command(PeerVerbs.list, PeerVerbs.runList),
      Command(PeerVerbs.remove, PeerVerbs.runRemove),
      Command(RecordVerb.check, RecordVerb.runCheck),
      Command(PublishVerb.verb, PublishVerb.run),
      Command(CorrectVerb.verb, CorrectVerb.run),
      Command(WithdrawVerb.verb, WithdrawVerb.run),
      Command(AttachmentVerbs.list, AttachmentVerbs.runList),
      Command(AttachmentVerbs.get, AttachmentVerbs.runGet),
      Command(OrphansVerb.verb, OrphansVerb.run),
      Command(WithdrawalsVerb.verb, WithdrawalsVerb.run),
      Command(ShowVerb.verb, ShowVerb.run),
      Command(TailVerb.verb, TailVerb.run),
      Command(GroupVerbs.list, GroupVerbs.runList),
      Command(GroupVerbs.show, GroupVerbs.runShow),
      Command(GroupVerbs.create, GroupVerbs.runCreate),
      Command(GroupVerbs.add, GroupVerbs.runAdd),
      Command(GroupVerbs.remove, GroupVerbs.runRemove),
      Command(GroupVerbs.renew, GroupVerbs.runRenew),
      Command(GroupVerbs.accept, GroupVerbs.runAccept),
      Command(GroupVerbs.leave, GroupVerbs.runLeave),
      Command(GroupHistoryVerb.verb, GroupHistoryVerb.run),
      Command(StatusVerb.verb, StatusVerb.run),
      Command(DiskVerb.verb, DiskVerb.run),
      Command(ScrubVerb.verb, ScrubVerb.run),
      Command(SigningVerb.verb, SigningVerb.run),
      Command(ReaderVerbs.list, ReaderVerbs.runList),
      Command(ReaderVerbs.forget, ReaderVerbs.runForget),
      Command(BackupVerb.verb, BackupVerb.run),
      Command(KeysVerb.verb, KeysVerb.run),
      Command(KeysVerb.rotate, KeysVerb.runRotate),
      Command(ForgetKeysVerb.verb, ForgetKeysVerb.run),
      Command(RestoreVerb.verb, RestoreVerb.run),
      Command(EpochVerb.verb, EpochVerb.run),
      Command(EpochPlanVerbs.plan, EpochPlanVerbs.runPlan),
      Command(EpochPlanVerbs.prepare, EpochPlanVerbs.runPrepare),
      Command(ImportVerb.verb, ImportVerb.run),
      Command(FsckVerb.verb, FsckVerb.run),
    ] + HubTable.commands

  static let tool = Tool(
    name: "liaison", summary: "operate a Liaison node",
    description: [
      "Makes a node, exchanges cards with others, publishes records to them and shows what arrived; asks the node's hub for what they mean together. "
        + "With the daemon running, verbs go through its socket; init, card, fingerprint, peer, backup, "
        + "keys export, restore, epoch prepare, record check and fsck also work without."
    ],
    verbs: commands.map(\.verb),
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
    guard let command = commands.first(where: { $0.verb.name == verb.name }) else {
      preconditionFailure("the tool's verbs are those of the table")
    }
    try command.run(arguments)
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
