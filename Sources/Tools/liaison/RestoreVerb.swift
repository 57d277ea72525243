import CommandLine
import Log
import Node
import Secrets

enum RestoreVerb {
  static let verb = Verb(
    "restore", "make a node's folder from a backup and an export of its keys",
    details: [
      "The folder must not be there yet, or be empty. No token is made: after a restore the node reads, "
        + "carries on and takes back what its peers hold, and signs nothing before the operator opens the "
        + "next epoch (liaison epoch open)."
    ],
    options: [
      Option("--from", "DIR2", summary: "the backup", isRequired: true),
      Option("--keys", "FILE", summary: "what keys export wrote", isRequired: true),
      Liaison.data, Option("--passphrase-file", "FILE", summary: "read its passphrase from here"),
    ])

  static func run(_ arguments: Arguments) throws(Failure) {
    let folder = arguments.folder
    let backup = arguments.value("--from") ?? ""
    let keys = arguments.value("--keys") ?? ""
    try Failure.wrap { () throws(IdentityError) in try Restore.check(from: backup, to: folder) }
    let passphrase = try arguments.passphrase("the exported keys")
    let (card, summary) = try Failure.wrap { () throws(IdentityError) in
      try Restore.run(
        from: backup, keys: try KeysFile.read(keys, passphrase: passphrase), to: folder)
    }
    BackupVerb.print(summary)
    Output.print("restored \(card.origin.text) in \(folder.root)\n")
    Output.print(
      "start liaisond, wait until its peers gave back what they hold (liaison status), then open the next "
        + "epoch: liaison epoch open --recovery FILE\n")
    try summary.check("node", folder.root)
  }
}
