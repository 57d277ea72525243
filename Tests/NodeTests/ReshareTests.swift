import Foundation
import Log
import Node
import Testing

@Suite(
  "Passing on and proving a record (DIS-3, DIS-4, DIS-5, DIS-12, DIS-13)", .serialized)
final class ReshareTests {
  private let host: NodeHost

  init() throws { host = try NodeHost() }

  deinit { host.end() }

  private func tell(_ node: HostedNode, _ words: String...) throws -> (status: Int32, said: String)
  {
    try host.liaison(words + ["--data", node.folder.root])
  }

  private func publish(_ node: HostedNode, _ record: String, to: String) throws -> String {
    let path = host.path("in.jsonl")
    try (record + "\n").write(toFile: path, atomically: true, encoding: .utf8)
    let result = try tell(node, "publish", "--to", to, path)
    #expect(result.status == 0, "\(result.said)")
    return result.said.trimmingCharacters(in: .whitespacesAndNewlines)
  }

  private static func note(_ id: String, _ more: String = "") -> String {
    #"{"type":"event","v":1,"id":"\#(id)","basis":"fact","grade":"B2","handling":["H0"],"purpose":["ct"],"kind":"meeting","summary":"invented \#(id)"\#(more)}"#
  }

  /// nl, be and se, each connected with the others.
  private func nodes() throws -> (nl: HostedNode, be: HostedNode, se: HostedNode) {
    let all = try ["nl", "be", "se"].map { try host.node($0) }
    for node in all { try node.start() }
    for node in all {
      for other in all where other !== node { try node.add(other, dial: true) }
      node.hangUp()
    }
    for node in all { try node.release(after: 2) }
    return (all[0], all[1], all[2])
  }

  private func wait(_ node: HostedNode, for size: UInt64) throws {
    let isThere = try node.wait { status in
      status.logs.contains { $0.origin == "nl/1" && $0.size >= size }
    }
    #expect(isThere, "\(node.name) has not got \(size) entries of nl/1")
  }

  @Test("An own record is passed on by its key: the receiver opens the body that it carries")
  func own() throws {
    let (nl, be, se) = try nodes()
    let entry = try publish(nl, Self.note("one"), to: "be")
    let other = try publish(nl, Self.note("two"), to: "be")
    try wait(se, for: 4)
    let closed = try tell(se, "show", entry)
    #expect(!closed.said.contains("invented one"), "\(closed.said)")
    let passed = try tell(nl, "reshare", "nl:one", "--to", "se")
    #expect(passed.status == 0, "\(passed.said)")
    let reshare = passed.said.split(separator: "\n").last.map(String.init) ?? ""
    let size = try nl.size(of: "nl/1")
    try wait(se, for: size)
    let opened = try tell(se, "show", reshare, "--reshared")
    #expect(opened.status == 0 && opened.said.contains("invented one"), "\(opened.said)")
    // It is the key of that entry alone, and nobody else got it.
    #expect(!(try tell(be, "show", reshare).said.contains(#""key""#)))
    #expect(!(try tell(se, "show", other).said.contains("invented two")))
    #expect(try tell(se, "show", entry, "--reshared").status == 65)
    // A withdrawal reaches it.
    #expect(try tell(nl, "withdraw", entry).status == 0)
    let withdrawn = try nl.size(of: "nl/1")
    try wait(se, for: withdrawn)
    #expect(!(try tell(se, "show", reshare, "--reshared").said.contains("invented one")))
  }

  @Test("Who is no reader passes nothing on; nobody is given what is his, or this node's")
  func refused() throws {
    let (nl, be, se) = try nodes()
    let entry = try publish(nl, Self.note("one"), to: "be")
    let size = try nl.size(of: "nl/1")
    try wait(be, for: size)
    try wait(se, for: size)
    #expect(try tell(se, "reshare", entry, "--to", "be").status == 66)
    #expect(try tell(be, "reshare", entry, "--to", "nl").said.contains("own"))
    #expect(try tell(nl, "reshare", entry, "--to", "nl").status == 64)
    #expect(try tell(nl, "reshare", entry, "--to", "xx").status == 64)
    // A hub that is not there cannot say that there is a consent.
    let asked = try tell(
      be, "reshare", entry, "--to", "se", "--hub", "/nowhere", "--purpose", "ct", "--reason", "x")
    #expect(asked.status == 69, "\(asked.said)")
  }

  @Test("Evidence is checked without a node; one byte more or less, and nothing of it holds")
  func evidence() throws {
    let (nl, be, _) = try nodes()
    let entry = try publish(nl, Self.note("one", #","tlp":"AMBER""#), to: "be")
    let size = try nl.size(of: "nl/1")
    try wait(be, for: size)
    let file = host.path("one.evidence")
    // A checkpoint comes within a second of an entry.
    try be.pass(seconds: 3)
    let exported = try tell(be, "evidence", "export", entry, file)
    #expect(exported.status == 0, "\(exported.said)")
    #expect(try tell(be, "evidence", "export", entry, file).status == 73)
    let verified = try host.liaison(["evidence", "verify", file])
    #expect(verified.status == 0 && verified.said.contains("invented one"), "\(verified.said)")
    #expect(verified.said.contains("was NOT checked"))
    let card = host.path("nl.card")
    let printed = try tell(nl, "card")
    try printed.said.write(toFile: card, atomically: true, encoding: .utf8)
    let known = try host.liaison(["evidence", "verify", file, "--card", card])
    #expect(known.status == 0 && known.said.contains("that of the card given"), "\(known.said)")
    var bytes = try Data(contentsOf: URL(fileURLWithPath: file))
    bytes[bytes.count / 2] ^= 1
    try bytes.write(to: URL(fileURLWithPath: file))
    let broken = try host.liaison(["evidence", "verify", file])
    #expect(broken.status == 65 && !broken.said.contains("invented one"), "\(broken.said)")
  }

  @Test("A consent is sealed to asker and receiver, is no other record's, and is taken back")
  func consent() throws {
    let (nl, be, se) = try nodes()
    _ = try publish(nl, Self.note("one"), to: "be")
    for (words, part) in [
      (["--use", "court", "--to", "se"], "has none"), (["--use", "pass-on"], "has a receiver"),
      (["--to", "se", "--until", "91"], "90 days"), (["--to", "xx"], "no log is here"),
    ] {
      let result = try host.liaison(
        ["consent", "grant", "nl:one", "--asker", "be", "--data", nl.folder.root] + words)
      #expect(result.status == 64 && result.said.contains(part), "\(result.said)")
    }
    let granted = try tell(
      nl, "consent", "grant", "nl:one", "--asker", "be", "--to", "se", "--id", "leave")
    #expect(granted.status == 0, "\(granted.said)")
    let entry = granted.said.split(separator: "\n").first { $0.hasPrefix("nl/1/") } ?? ""
    let size = try nl.size(of: "nl/1")
    for node in [be, se] {
      try wait(node, for: size)
      let shown = try tell(node, "show", String(entry))
      #expect(shown.said.contains(#""use":"pass-on""#), "\(shown.said)")
    }
    #expect(try tell(be, "consent", "grant", "nl:one", "--asker", "se", "--to", "be").status != 0)
    #expect(try tell(nl, "consent", "revoke", "nl:one").status == 66)
    #expect(try tell(nl, "consent", "revoke", "nl:leave").status == 0)
    #expect(try tell(nl, "consent", "revoke", "nl:leave").status == 66)
  }
}
