import CommandLine
import Node
import Records
import Runtime
import Text

enum AttachmentVerbs {
  static let list = Verb(
    "attachment list", "list the attachments of a record",
    details: [
      "Number, size, media type, name and chunks of each. A reference stands for the current version that this node holds."
    ],
    arguments: [NamedRecord.argument], options: [Liaison.data])

  static let get = Verb(
    "attachment get", "print an attachment's bytes",
    details: [
      "All of it is fetched and checked before the first byte is printed: that each chunk stands below its record and is sealed as it is, "
        + "the sizes, and the SHA-256 that the record names. What is missing is said with the peers that may have it. Nothing is written to a disk but where standard output leads."
    ],
    arguments: [
      NamedRecord.argument,
      Argument("NUMBER", "which one, from 0, as liaison attachment list says"),
    ],
    options: [Option("--force", summary: "print it to a terminal, too"), Liaison.data])

  static func runList(_ arguments: Arguments) throws(Failure) {
    let daemon = try DaemonConnection(arguments.folder)
    let named = try NamedRecord(arguments.words[0], arguments, daemon)
    let all = named.record.common.attachments
    guard !all.isEmpty else {
      return Output.printError("liaison: \(named.shown.entry) has no attachments\n")
    }
    var table = TextTable(["NUMBER", "SIZE", "TYPE", "NAME", "CHUNKS"], numbers: [0, 1])
    for (number, file) in all.enumerated() {
      table.add([
        "\(number)", file.bytes.map { "\($0)" } ?? "?", file.mediaType ?? "?",
        file.name ?? "?", file.chunks.map(\.text).joined(separator: ","),
      ])
    }
    Output.print(table.text)
  }

  static func runGet(_ arguments: Arguments) throws(Failure) {
    guard arguments.has("--force") || !Output.isTerminal(1) else {
      throw Failure(
        .usage, "Standard output is a terminal, and an attachment may be anything.",
        hint: "Write it to a file: > FILE; or add --force.")
    }
    let daemon = try DaemonConnection(arguments.folder)
    let named = try NamedRecord(arguments.words[0], arguments, daemon)
    let attachment = try named.attachment(arguments.words[1])
    Output.print(bytes: try AttachmentReading(daemon, named.shown).bytes(of: attachment))
  }
}
