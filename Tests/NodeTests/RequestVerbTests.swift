import Foundation
import Node
import Testing

@Suite("liaison rfi send and close with a node", .serialized)
final class RequestVerbTests {
  private let host: NodeHost

  init() throws { host = try NodeHost() }

  deinit { host.end() }

  private func send(_ node: HostedNode, _ id: String, to: String = "be") throws -> (
    status: Int32, said: String
  ) {
    try host.liaison([
      "rfi", "send", "--data", node.folder.root, "--id", id, "--to", to, "--subject",
      "phone:+31600000000", "--question", "Known?", "--justification", "A test.", "--purpose",
      "ct,soc", "--urgency", "8h",
    ])
  }

  private func close(_ node: HostedNode, _ ref: String) throws -> (status: Int32, said: String) {
    try host.liaison(["rfi", "close", "--data", node.folder.root, ref, "--because", "it was found"])
  }

  @Test(
    "A request is a record of its author's; closed, it is a further version, and the first is kept")
  func sendAndClose() throws {
    let (nl, be) = (try host.node("nl"), try host.node("be"))
    try nl.add(be, dial: false)
    try nl.start()
    try nl.release(after: 0)
    let sent = try send(nl, "ask")
    #expect(sent.status == 0 && sent.said.contains("nl:ask"), "\(sent.said)")
    #expect(try send(nl, "ask").said.contains("stands already"))
    #expect(try send(nl, "own", to: "nl").status == 64)
    #expect(try send(nl, "other", to: "se").status != 0)
    let size = try nl.size(of: "nl/1")
    let closed = try close(nl, "nl:ask")
    #expect(closed.status == 0, "\(closed.said)")
    // One more record, and no withdrawal.
    #expect(try nl.size(of: "nl/1") == size + 1)
    let shown = try host.liaison(["show", "--data", nl.folder.root, "nl/1/\(size)"])
    for part in [#""state":"closed""#, #""reason":"it was found""#, #""fields":["state"]"#] {
      #expect(shown.said.contains(part), "\(shown.said)")
    }
    #expect(try close(nl, "nl:ask").said.contains("closed already"))
    #expect(try close(nl, "nl:none").status == 66)
    #expect(try close(nl, "be:ask").said.contains("not this node's"))
  }
}
