import CommandLine
import Log
import Node
import Runtime
import Secrets

enum KeysVerb {
  static let verb = Verb(
    "keys export", "write all keys of the node into a file under a passphrase",
    details: [
      "The recovery copy of the secret keys and of the keys shared with peers' operators. Together with a "
        + "backup it restores the node. The file is read back from the disk and compared before this says "
        + "that it is there. Keep it, and its passphrase, away from this machine and from each other.",
      "Where systemd keeps node.key as a credential, name the folder with it in CREDENTIALS_DIRECTORY "
        + "(of a running unit: /run/credentials/liaisond.service).",
      "The passphrase is asked for on the terminal, unless a file is named; it has at least twelve "
        + "bytes, and is never printed.",
    ],
    arguments: [Argument("FILE", "where to: nothing is written over")],
    options: [
      Liaison.data, Arguments.passphraseFile, Arguments.makePassphrase,
    ])

  static let rotate = Verb(
    "keys rotate", "give the running node new cosigning, sealing and transport keys",
    details: [
      "Writes a keys entry and the new card; without an option all three keys are replaced. The log key stays, and with it the "
        + "epoch. Peers take the new card from the log by themselves, whenever they come, and what was sealed to the old keys is "
        + "read as before. A thief of the log key is not locked out by this: open the next epoch (liaison epoch open).",
      "Export the keys anew afterwards: an older export does not hold the new ones.",
    ],
    options: [
      Option("--sealing", summary: "the key that records are sealed to"),
      Option("--cosigning", summary: "the key that cosigns others' logs"),
      Option("--transport", summary: "the key that peers know this node by on the line"),
      Liaison.data,
    ])

  static func runRotate(_ arguments: Arguments) throws(Failure) {
    let named = ["--sealing", "--cosigning", "--transport"].filter { arguments.has($0) }
    func isWanted(_ name: String) -> Bool { named.isEmpty || named.contains(name) }
    let daemon = try DaemonConnection(arguments.folder)
    let reply = try daemon.call(
      "RotateKeys",
      RotateRequest(
        cosigning: isWanted("--cosigning"), sealing: isWanted("--sealing"),
        transport: isWanted("--transport")), reply: RotateReply.self, waits: true)
    let card: Card
    do throws(CardError) { card = try Card.parse(file: Array(reply.card.utf8)) } catch {
      throw Failure(.software, "The daemon answered with no card.", hint: "See its log.")
    }
    Output.print(
      "card \(reply.serial) of \(reply.origin), entry \(reply.entry)\n\(card.fingerprint)\n"
        + "Export the keys anew: liaison keys export FILE.\n")
  }

  static func run(_ arguments: Arguments) throws(Failure) {
    let folder = arguments.folder
    let path = arguments.words[0]
    try Failure.wrap { () throws(IdentityError) in
      _ = try CardFile.own(folder)
      try KeysFile.check(path, for: folder)
    }
    let passphrase = try arguments.newPassphrase("the exported keys")
    let (origin, count) = try Failure.wrap { () throws(IdentityError) in
      try KeysFile.export(
        folder, credential: OwnSecrets.credential(), to: path, passphrase: passphrase)
    }
    Output.print(
      "exported the keys of \(origin) and \(count) pre-shared keys to \(path); read back and compared\n"
    )
    arguments.printMadePassphrase()
  }
}
