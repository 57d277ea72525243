import CommandLine
import Crypto
import Log
import Node
import Secrets

enum InitVerb {
  static let verb = Verb(
    "init", "make a node: keys, log with its genesis entry, recovery file",
    details: [
      "The recovery file holds the key that opens the node's next epoch, encrypted with a passphrase. "
        + "Keep file and passphrase away from this machine and from each other: without them a "
        + "node that lost its disk cannot go on under partners' trust.",
      "The passphrase is asked for on the terminal, unless a file is named; it has at least twelve "
        + "bytes, and is never printed.",
    ],
    options: [
      Option(
        "--name", "NAME", summary: "1 to 32 of a-z 0-9 . -, first a letter or digit",
        isRequired: true),
      Liaison.data,
      Option("--recovery", "FILE", summary: "the recovery file (default: beside the data folder)"),
      Arguments.passphraseFile, Arguments.makePassphrase,
      Option("--address", "HOST:PORT", summary: "put into the card where others can dial"),
      Option("--token", "FILE", summary: "the rollback token (default: beside the data folder)"),
    ])

  static func run(_ arguments: Arguments) throws(Failure) {
    let folder = arguments.folder
    let name: NodeName
    do {
      name = try NodeName(arguments.value("--name") ?? "")
    } catch {
      throw Failure(
        .usage, "\"\(arguments.value("--name") ?? "")\" is no name for a node.",
        hint: "Use 1 to 32 of a-z 0-9 . -; begin with a letter or a digit, and not with liaison-.")
    }
    let recovery = arguments.value("--recovery") ?? folder.defaultRecovery
    let token = arguments.value("--token") ?? folder.defaultToken
    let address = arguments.value("--address")
    try arguments.checkAddress()
    do throws(IdentityError) {
      try NodeInit.check(
        name: name, folder: folder, recoveryPath: recovery, tokenPath: token, address: address)
    } catch {
      throw unmade(error)
    }
    let passphrase = try arguments.newPassphrase("the recovery file")
    let card: Card
    do throws(IdentityError) {
      card = try NodeInit.run(
        name: name, folder: folder, recoveryPath: recovery, tokenPath: token, address: address,
        passphrase: passphrase)
    } catch {
      throw unmade(error)
    }
    Output.print("made \(card.origin.text) in \(folder.root)\n\(card.fingerprint)\n")
    Output.print("recovery file: \(recovery) (keep it off this machine)\n")
    arguments.printMadePassphrase()
  }

  /// A place that is missing for `init` is one for its output.
  private static func unmade(_ error: IdentityError) -> Failure {
    var failure = Failure(error)
    if error.kind == .missing { failure.code = .cannotCreate }
    return failure
  }
}
