import Foundation
import Node
import Testing

@Suite("liaison record check, publish and correct: Protocols/records.md, 7 and 9", .serialized)
final class RecordVerbTests {
  private let host: NodeHost

  init() throws { host = try NodeHost() }

  deinit { host.end() }

  private static func person(_ id: String, _ more: String = "") -> String {
    #"{"type":"person","v":1,"id":"\#(id)","basis":"fact","grade":"B2","handling":["H0"],"purpose":["ct"],"category":"suspect"\#(more)}"#
  }

  private func file(_ lines: String...) throws -> String {
    let path = host.path("in.jsonl")
    try (lines.joined(separator: "\n") + "\n").write(
      toFile: path, atomically: true, encoding: .utf8)
    return path
  }

  private func nodes() throws -> (nl: HostedNode, be: HostedNode) {
    let (nl, be) = (try host.node("nl"), try host.node("be"))
    let fr = try host.node("fr")
    try nl.add(be, dial: false)
    try nl.add(fr, dial: false)
    try nl.start()
    try nl.release(after: 0)
    return (nl, be)
  }

  private func publish(_ node: HostedNode, _ words: String...) throws -> (
    status: Int32, said: String
  ) {
    try host.liaison(["publish", "--data", node.folder.root] + words)
  }

  private func correct(_ node: HostedNode, _ words: String...) throws -> (
    status: Int32, said: String
  ) {
    try host.liaison(["correct", "--data", node.folder.root] + words)
  }

  @Test("REC-90, 91: `record check` names line, field, rule and hint, without a node")
  func check() throws {
    let right = try host.liaison(["record", "check", try file(Self.person("a"), Self.person("b"))])
    #expect(right.status == 0 && right.said == "2 records, no breach\n", "\(right.said)")
    let wrong = try host.liaison([
      "record", "check",
      try file(
        Self.person("a", #","nationality":["Iraq"]"#), "{",
        Self.person("b", #","birthDate":["2-3-1987"],"nationality":["Iraq"]"#), Self.person("a")),
    ])
    #expect(wrong.status == 65)
    for part in [
      "line 2: the record ends inside a value", "(REC-3)",
      "line 3: birthDate[0] is no date (REC-20). Write 1987, 1987-03,",
      "line 4: id stands in line 1, too (REC-92).", "liaison correct",
      "note: line 1: nationality[0] is taken for the country iq, and is not its code (REC-19)",
      ", and 1 more like it. Write iq.",
      "4 records, and 3 of them break the rules.",
    ] { #expect(wrong.said.contains(part), "\(part): \(wrong.said)") }
    let json = try host.liaison([
      "record", "check", "--json", try file(Self.person("a", #","status":"free""#)),
    ])
    #expect(json.status == 65)
    #expect(
      json.said.contains(
        #"{"line":1,"field":"status","rule":"REC-6","failure":"notListed","breach":true,"#),
      "\(json.said)")
    #expect(try host.liaison(["record", "check", host.path("none")]).status == 66)
  }

  @Test("REC-90: one breach, and nothing is published")
  func breach() throws {
    let (nl, _) = try nodes()
    let broken = try file(
      Self.person("a"), Self.person("b", #","onHit":{"action":"shoot"}"#))
    let refused = try publish(nl, "--to", "nl", broken)
    #expect(refused.status == 65, "\(refused.said)")
    for part in ["Line 2: onHit.action is no value of its list (REC-11).", "Nothing was published"]
    {
      #expect(refused.said.contains(part), "\(refused.said)")
    }
    #expect(try nl.size(of: "nl/1") == 1)
    // A record of an unknown type is published, with a note.
    let unknown = try publish(
      nl, "--to", "nl", try file(#"{"type":"note"}"#, #"{"type":"note"}"#, Self.person("c")))
    #expect(unknown.status == 0 && unknown.said.hasSuffix("nl/1/2\nnl/1/3\nnl/1/4\n"))
    #expect(
      unknown.said.contains("line 1: type is no type that this program knows"), "\(unknown.said)")
    #expect(unknown.said.contains("(REC-82), and 1 more like it."))
  }

  @Test(
    "REC-92: an id that stands is refused, of a file and of a stream; one that is withdrawn is free"
  )
  func ids() throws {
    let (nl, _) = try nodes()
    #expect(try publish(nl, "--to", "nl", try file(Self.person("a"), Self.person("b"))).status == 0)
    let again = try publish(nl, "--to", "nl", try file(Self.person("c"), Self.person("b")))
    #expect(again.status == 65)
    #expect(again.said.contains("Line 2: the id b stands already, as nl/1/3 (REC-92)."))
    #expect(again.said.contains("liaison correct nl:b FILE"), "\(again.said)")
    let twice = try publish(nl, "--to", "nl", try file(Self.person("c"), Self.person("c")))
    #expect(twice.status == 65 && twice.said.contains("Line 2 has the id of line 1, c (REC-92)."))
    // Lines that are left out stand already, or never will.
    #expect(
      try publish(
        nl, "--to", "nl", "--from-line", "2", try file(Self.person("b"), Self.person("d"))
      )
      .status == 0)
    #expect(try host.liaison(["withdraw", "--data", nl.folder.root, "nl/1/3"]).status == 0)
    #expect(try publish(nl, "--to", "nl", try file(Self.person("b"))).status == 0)
    // Notes that are lost, and notes of which a part was written, are made again.
    let notes = URL(fileURLWithPath: nl.folder.ids)
    for damage in [nil, 7, 40] as [Int?] {
      let bytes = try Data(contentsOf: notes)
      #expect(bytes.count > 32 && (bytes.count - 32) % 20 == 0)
      #expect(bytes.range(of: Data("\"a\"".utf8)) == nil)
      try damage.map { try bytes.prefix($0).write(to: notes) }
        ?? FileManager.default.removeItem(at: notes)
      let refused = try publish(nl, "--to", "nl", try file(Self.person("a")))
      #expect(refused.status == 65 && refused.said.contains("stands already, as nl/1/2"))
    }
    let path = try file(Self.person("e"), Self.person("a"))
    let stream = Process()
    stream.executableURL = URL(fileURLWithPath: "/bin/sh")
    stream.arguments = [
      "-c",
      "cat '\(path)' | '\(liaisonPath)' publish --stream --to nl --data '\(nl.folder.root)' 2>&1",
    ]
    let pipe = Pipe()
    stream.standardOutput = pipe
    try stream.run()
    try host.wait(for: stream)
    let said = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    #expect(stream.terminationStatus == 65 && said.contains("Line 2: the id a stands"), "\(said)")
  }

  @Test("REC-71, 72: a correction goes to who had the record, says what it changes, and withdraws")
  func corrections() throws {
    let (nl, _) = try nodes()
    let first = Self.person("a", #","birthDate":["1987-02-03"],"nationality":["xx","xy"]"#)
    #expect(try publish(nl, "--to", "be", "--expires", "2099-12-31", try file(first)).status == 0)
    let new = Self.person("a", #","birthDate":["1987-03-02"],"nationality":["xx"]"#)
    let silent = try correct(nl, "nl:a", try file(new))
    #expect(silent.status == 65 && silent.said.contains("--reason"), "\(silent.said)")
    let done = try correct(nl, "nl:a", try file(new), "--reason", "Day and month were exchanged.")
    #expect(done.status == 0, "\(done.said)")
    let entries = done.said.split(separator: "\n").map(String.init)
    #expect(entries.count == 2, "\(done.said)")
    let shown = try nl.show(entries[0])
    #expect(shown.audience == ["be", "nl"] && shown.expiryDay == 47_481)
    let change =
      #","change":{"fields":["birthDate","nationality"],"reason":"Day and month were exchanged."}}"#
    #expect(shown.record == String(new.dropLast()) + change)
    #expect(try nl.wait { _ in (try? nl.show("nl/1/2").opening == .hidden) ?? false })
    // The same again: there is nothing to do.
    #expect(try correct(nl, "nl:a", try file(new), "--reason", "x").status == 65)
    // An own `change` goes as it is written; who is left out is named.
    let own = Self.person("a", #","change":{"reason":"x"},"status":"deceased""#)
    let other = try correct(nl, "nl:a", try file(own), "--to", "fr")
    #expect(
      other.status == 0 && other.said.contains("left out, and given the withdrawal alone: be"))
    #expect(try nl.wait { _ in (try? nl.show(entries[0]).opening == .hidden) ?? false })
  }

  @Test("REC-70, 72: what a correction must not do")
  func refusedCorrections() throws {
    let (nl, _) = try nodes()
    #expect(
      try publish(nl, "--to", "be", "--expires", "2099-12-31", try file(Self.person("a"))).status
        == 0)
    let size = try nl.size(of: "nl/1")
    let new = try file(Self.person("a", #","status":"returned""#))
    for (words, status, part) in [
      (["a", new], 64, "no reference"), (["be:a", new], 64, "is not this node's"),
      (["nl:b", new], 66, "No version of nl:b stands"),
      (["nl:a", host.path("none"), "--reason", "x"], 66, "Cannot"),
      (["nl:a", new, "--reason", "x", "--keep-older", "--to", "fr"], 64, "be had a version"),
      (
        ["nl:a", new, "--reason", "x", "--keep-older", "--expires", "2098-01-01"], 64,
        "an older version would outlast"
      ),
      (["nl:a", new, "--reason", "x", "--to", "de"], 65, "no node de on the roster"),
    ] as [([String], Int32, String)] {
      let refused = try host.liaison(["correct", "--data", nl.folder.root] + words)
      #expect(refused.status == status && refused.said.contains(part), "\(words): \(refused.said)")
    }
    let event = Self.person("a").replacing("person", with: "event").replacing(
      #""category""#, with: #""kind":"other","category""#)
    for (text, part) in [
      (Self.person("b"), "has the id b, and not a"), (event, "is of type event, and was person"),
      (Self.person("a", #","grades":1,"birthDate":["x"]"#), "birthDate[0] is no date (REC-20)"),
      ("{", "ends inside a value"),
    ] {
      let refused = try correct(nl, "nl:a", try file(text), "--reason", "x")
      #expect(refused.status == 65 && refused.said.contains(part), "\(text): \(refused.said)")
    }
    #expect(try nl.size(of: "nl/1") == size)
    // The older version may stay where nobody loses anything.
    let kept = try correct(
      nl, "nl:a", try file(Self.person("a", #","status":"returned""#)), "--reason", "x",
      "--keep-older", "--to", "be,fr", "--expires", "never")
    #expect(kept.status == 0, "\(kept.said)")
    #expect(try nl.show("nl/1/2").opening == .opened)
    // Both stand: the next goes to all who had one of them, and withdraws both.
    let last = try correct(
      nl, "nl:a", try file(Self.person("a", #","status":"deceased""#)), "--reason", "y")
    let entry = try #require(
      last.said.split(separator: "\n").first.map(String.init), "\(last.said)")
    #expect(try nl.show(entry).audience == ["be", "fr", "nl"])
    #expect(try nl.show(entry).expiryDay == 0)
    #expect(try nl.wait { _ in (try? nl.show("nl/1/2").opening == .hidden) ?? false })
  }
}
