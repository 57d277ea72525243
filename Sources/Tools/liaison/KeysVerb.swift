import CommandLine
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
