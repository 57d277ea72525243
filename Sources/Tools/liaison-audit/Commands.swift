internal import CommandLine
internal import Text

/// The command line of `liaison-audit`, as a table.
enum Commands {
  static let verify = Verb(
    "verify", "check every file of every log in a data folder, or in a copy of one",
    details: [
      "DIR is a node's data folder, the folder of one log in it, or a copy of either. It is only "
        + "read, and a daemon may be running on it: what was acknowledged when the audit began is "
        + "audited, the entries that are only in the journals included.",
      "Without --key for a log its identity is not checked, and the audit ends with 3: it is then "
        + "known that one key signed everything, and not whose key that is.",
    ],
    arguments: [Argument("DIR", "the folder to audit")],
    options: [
      Option(
        "--key", "FILE.card", summary: "the card of a node, got from it and compared by voice",
        repeats: true),
      Option("--json", summary: "print one JSON object; the RESULT line goes to standard error"),
      Option(
        "--threads", "N", summary: "how many threads check signatures; one a processor if left out"),
    ])

  static let looks = Verb(
    "looks", "check that a hub's log of looks is what it was when its node anchored it",
    details: [
      "FOLDER is the consultation log of a hub, LOGFOLDER the log of its node (DIR/logs/ID), best a partner's copy. Both are verified as by "
        + "verify; then each anchor in LOGFOLDER is opened with its nonce in FILE and compared with the looks that are there now.",
      "Copy LOGFOLDER first: what is anchored while you copy does not open. Looks that no anchor covers yet, or none that a node of a given card "
        + "cosigned, are counted, and the audit ends with 3.",
    ],
    arguments: [Argument("FOLDER", "the folder of the consultation log")],
    options: [
      Option(
        "--anchors", "FILE", summary: "the nonces: looks.EPOCH.anchors in the hub's folder",
        isRequired: true),
      Option(
        "--log", "LOGFOLDER", summary: "the folder of the node's log that holds the anchors",
        isRequired: true),
      Option(
        "--key", "FILE.card",
        summary: "the card of the node, and of each partner that cosigned its log", repeats: true),
      Option(
        "--other-hub", "FILE.card",
        summary:
          "the node.card beside the consultation log of another hub of this node, which is audited apart",
        repeats: true),
      Option("--json", summary: "print one JSON object; the RESULT line goes to standard error"),
      Option(
        "--threads", "N", summary: "how many threads check signatures; one a processor if left out"),
    ])

  static let checkFork = Verb(
    "check-fork", "check the proof of a fork, of an author's fault or of a defect",
    details: [
      "FILE holds one encoded proof. It convinces without anything else: what it says of the key "
        + "that it names is true, or it is refused."
    ],
    arguments: [Argument("FILE", "the proof")],
    options: [
      Option(
        "--key", "FILE.card", summary: "the card of the node whose key the proof should name",
        repeats: true),
      Option("--json", summary: "print one JSON object; the RESULT line goes to standard error"),
    ])

  static let tool = Tool(
    name: "liaison-audit",
    summary: "verify Liaison logs with public keys only",
    description: [
      "liaison-audit has no secrets and uses no network. The last line of its output is RESULT, a "
        + "word and the exit status: ok 0, failed 1, fork, fault or defect 2, partial 3, usage 64, "
        + "no-input 66, io-error 74. It says ok only after it saw the end of every file."
    ],
    verbs: [verify, looks, checkFork],
    exits: [
      Tool.Exit(0, "everything was checked, against the cards given"),
      Tool.Exit(1, "verification failed"),
      Tool.Exit(2, "a fork, an author's fault or a defect is proven"),
      Tool.Exit(3, "valid, but something was not checked"),
      Tool.Exit(64, "the command line is wrong"),
      Tool.Exit(66, "the folder or a card is not there, or is none"),
      Tool.Exit(74, "something could not be read or written"),
    ],
    version: Release.version, seeAlso: ["liaison(1)", "liaisond(8)"])
}
