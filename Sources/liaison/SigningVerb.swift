import CommandLine
import Node

enum SigningVerb {
  static let verb = Verb(
    "signing release", "sign without waiting for peers that have not answered",
    details: [
      "After a start the node asks its peers first whether they hold own entries that it lacks. Release the "
        + "wait only if you know that this folder is the one that signed last: neither a copy nor a restored one. "
        + "Otherwise the node may contradict itself for ever. The daemon logs it."
    ],
    options: [Liaison.data])

  static func run(_ arguments: Arguments) throws(Failure) {
    let daemon = try DaemonConnection(arguments.folder)
    let reply = try daemon.call("ReleaseSigning", reply: ReleaseReply.self)
    let names = reply.waitedFor.isEmpty ? "anybody" : reply.waitedFor.joined(separator: ", ")
    Output.print("released; not waited for: \(names)\n")
  }
}
