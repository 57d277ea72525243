import CommandLine
import Crypto
import Log
import Node
import Runtime
import Secrets

/// Opening an epoch with a passphrase that never comes to the machine of the node: what it will
/// follow is carried away from there, and what was made of it is carried back.
enum EpochPlanVerbs {
  static let plan = Verb(
    "epoch plan", "write what the next epoch will follow, for \"epoch prepare\" elsewhere",
    details: [
      "The daemon must be running, and have asked its peers. FILE holds nothing secret: the ends of this node's epochs, and "
        + "who answered. What is published after that would be late, so publish nothing until the epoch is open.",
      "After a theft of the log key give --ends-at here, and again to \"liaison epoch open --prepared\".",
    ],
    arguments: [Argument("FILE", "where to: nothing is written over")],
    options: [Liaison.data, EpochVerb.endsAt])

  static let prepare = Verb(
    "epoch prepare", "make the next epoch on a machine where the node does not run",
    details: [
      "Neither a data folder nor a daemon is needed here, and no key of the running epoch: all keys of an epoch are "
        + "fresh. DIR2 then holds node.key (secret), the opening for partners (genesis) and the new card. Carry it to the node and "
        + "give it to \"liaison epoch open --prepared\". Partners can take the opening at once, with \"liaison epoch import\".",
      "Compare what it says it follows with what a partner's \"liaison status\" shows, before you carry it anywhere: the "
        + "machine that the plan came from may lie.",
    ],
    arguments: [Argument("DIR2", "a folder that is not there yet")],
    options: [
      Option("--plan", "FILE", summary: "what \"liaison epoch plan\" wrote", isRequired: true),
      Option(
        "--recovery", "FILE", summary: "the recovery file of the next epoch", isRequired: true),
      Option(
        "--next-recovery", "FILE", summary: "where to write the one after (default: beside DIR2)"),
      Option("--passphrase-file", "FILE", summary: "read the recovery file's passphrase from here"),
      Option(
        "--without", "NAME",
        summary: "in spite of own entries that this peer shows and did not deliver", repeats: true),
      Option("--unasked", summary: "also if no peer had answered"),
    ])

  static func runPlan(_ arguments: Arguments) throws(Failure) {
    let folder = arguments.folder
    let own = try Failure.wrap { () throws(IdentityError) in try CardFile.own(folder) }
    let size = try arguments.endsAt()
    let epochs = try DaemonConnection(folder).call(
      "Epochs", EpochsRequest(endsAt: size), reply: EpochsReply.self)
    if let size, let last = epochs.epochs.last(where: { $0.size > 0 }), last.size != size {
      throw Failure.noEnd(of: last.origin, last.size, at: size)
    }
    let path = arguments.words[0]
    do throws(SystemError) {
      try FileSystem.writeNew(path, EpochPlanFile(own: own, epochs: epochs).encode(), mode: 0o644)
    } catch {
      throw Failure(.cannotCreate, "Cannot \(error).", hint: "Name a file that is not there yet.")
    }
    for epoch in epochs.epochs { Output.print("\(epoch.origin): \(epoch.size) entries\n") }
    Output.print("plan of the next epoch in \(path): publish nothing until it is open\n")
  }

  static func runPrepare(_ arguments: Arguments) throws(Failure) {
    let place = FileSystem.canonical(arguments.words[0])
    let isThere: Bool
    do throws(SystemError) { isThere = try FileSystem.status(place) != nil } catch {
      throw Failure(input: error)
    }
    guard !isThere else {
      throw Failure(
        .cannotCreate, "\(place) is there already.", hint: "Name a folder that is not there yet.")
    }
    let prepared = try Failure.wrap { () throws(IdentityError) in
      try EpochPlanFile.read(arguments.value("--plan") ?? "")
    }
    let passphrase = try arguments.passphrase("the recovery file")
    let (made, recovery) = try Failure.wrap { () throws(IdentityError) in
      try make(prepared, at: place, arguments, passphrase)
    }
    Output.print("prepared \(made.card.origin.text) in \(place)\n\(made.card.fingerprint)\n")
    if let follows = made.genesis.follows {
      Output.print(
        "it follows \(follows.origin.text) at \(follows.size) entries, of root \(follows.root)\n")
    }
    Output.print(
      "recovery file of the epoch after: \(recovery) (keep it here, not with the node)\n")
  }

  private static func make(
    _ file: EpochPlanFile, at place: String, _ arguments: Arguments,
    _ passphrase: borrowing GuardedBytes
  ) throws(IdentityError) -> (NextEpoch, recovery: String) {
    let contents = try NextEpoch.readRecovery(
      arguments.value("--recovery") ?? "", passphrase: passphrase)
    guard let name = try? NodeName(file.name) else {
      throw IdentityError(
        .malformed, "the plan names no node", hint: "make it again with \"liaison epoch plan\"")
    }
    let plan = try EpochPlan(
      recovery: contents.origin, key: contents.key.publicKey, name: name, file.epochs,
      waived: Set(arguments.all("--without")), isUnasked: arguments.has("--unasked"))
    let folder = NodeFolder(place)
    let after = try plan.origin.next().epoch
    let recovery = arguments.value("--next-recovery") ?? folder.defaultRecovery(of: after)
    let commitment = try NextEpoch.writeRecovery(
      recovery, after: plan.origin, folder, passphrase: passphrase)
    return (
      try NextEpoch.prepare(
        plan, key: contents.key, commitment: commitment, address: file.address, at: place),
      recovery
    )
  }
}
