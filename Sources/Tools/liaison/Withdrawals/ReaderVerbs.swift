import CommandLine
import Node

enum ReaderVerbs {
  static let list = Verb(
    "reader list", "the processes that gather records from this node, such as its hub",
    details: [
      "While one of them has not confirmed that nothing withdrawn is left on its disks, this node signs no erasure receipt: the column says which keeps one waiting now."
    ], options: [Liaison.data])

  static func runList(_ arguments: Arguments) throws(Failure) {
    let daemon = try DaemonConnection(arguments.folder)
    let reply = try daemon.call("Readers", reply: ReadersReply.self)
    var table = TextTable(["READER", "KEEPS RECEIPTS WAITING"])
    for reader in reply.readers { table.add([reader.name, reader.holdsBack ? "yes" : "no"]) }
    Output.print(reply.readers.isEmpty ? "no readers\n" : table.text)
  }

  static let forget = Verb(
    "reader forget", "wait no more for a reader that is gone for good",
    details: [
      "From then on receipts say nothing of what that process gathered: destroy its files first. One that asks again is known again."
    ],
    arguments: [Argument("NAME", "the reader's name, by liaison reader list")],
    options: [Liaison.data])

  static func runForget(_ arguments: Arguments) throws(Failure) {
    let daemon = try DaemonConnection(arguments.folder)
    let name = arguments.words[0]
    _ = try daemon.call("ForgetReader", ForgetReaderRequest(name: name), reply: DoneReply.self)
    Output.print("forgot \(name)\n")
  }
}
