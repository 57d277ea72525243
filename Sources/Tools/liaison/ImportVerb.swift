import CommandLine
import Crypto
import Log
import Node
import Runtime

enum ImportVerb {
  static let verb = Verb(
    "epoch import", "take a partner's next epoch from a file",
    details: [
      "For a partner that this node does not reach: the file is what its \"liaison epoch open\" wrote. It is followed only "
        + "if the card of that partner that this node holds commits to the key that opened it."
    ],
    arguments: [Argument("FILE", "the opening")], options: [Liaison.data])

  static func run(_ arguments: Arguments) throws(Failure) {
    let bytes: [UInt8]
    do throws(SystemError) {
      bytes = try FileSystem.read(
        arguments.words[0], maxBytes: EntryLayout.leafBytes + LogLimits.publicBodyBytes)
    } catch {
      throw Failure(input: error)
    }
    let daemon = try DaemonConnection(arguments.folder)
    let reply = try daemon.call(
      "ImportOpening", ImportRequest(opening: Base64.encode(bytes)), reply: ImportReply.self)
    Output.print(
      reply.contested
        ? "\(reply.origin) contests an epoch that is known: nothing is sealed to that node; call its operator\n"
        : "following \(reply.origin): compare its card by voice, and give it to liaison peer add\n")
  }
}
