import CommandLine
import Node
import Varlink

enum DiskVerb {
  static let verb = Verb(
    "disk", "what the logs take on the disk, by kind",
    details: [
      "Each figure is the space that files take; where a file is longer than that (bodies were removed "
        + "from it) or shorter, its length follows in parentheses."
    ],
    options: [Option("--json", summary: "print one JSON object"), Liaison.data])

  static func run(_ arguments: Arguments) throws(Failure) {
    let daemon = try DaemonConnection(arguments.folder)
    let reply = try daemon.call("Disk", reply: DiskReply.self)
    if arguments.has("--json") {
      Output.print(json: VarlinkJSON.text(reply))
      return
    }
    Output.print(text(reply))
  }

  static func text(_ reply: DiskReply) -> String {
    var table = TextTable([
      "LOG", "TOTAL", "BODIES", "REMOVED", "ENTRIES", "HASHES", "NODES", "INDEX", "CONTROL",
      "CHECKPOINTS", "COSIGNATURES",
    ])
    for log in reply.logs {
      let space = log.space
      table.add(
        [log.origin, cell(space.total), cell(space.bodies), space.purgedBytes.asBytes]
          + [
            space.entries, space.hashes, space.nodes, space.index, space.control, space.checkpoints,
            space.cosignatures,
          ].map(cell))
    }
    let node = "journals \(cell(reply.journals)), reserve \(cell(reply.reserve))\n"
    return table.text + "\n" + node
  }

  private static func cell(_ space: FileSpace) -> String {
    let allocated = space.allocatedBytes.asBytes
    let length = space.bytes.asBytes
    return allocated == length ? allocated : "\(allocated) (\(length))"
  }
}

extension UInt64 {
  /// The number with a unit, in at most four digits.
  var asBytes: String {
    switch self {
    case ..<10_000: "\(self) B"
    case ..<10_000_000: "\(self / 1_000) kB"
    case ..<10_000_000_000: "\(self / 1_000_000) MB"
    default: "\(self / 1_000_000_000) GB"
    }
  }
}
