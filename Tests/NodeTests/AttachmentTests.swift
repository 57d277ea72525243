import Crypto
import Foundation
import Node
import Records
import Testing

@Suite("Attachments, as users publish and fetch them: docs/attachments.md", .serialized)
final class AttachmentTests {
  private let host: NodeHost
  private let nl: HostedNode

  init() throws {
    host = try NodeHost()
    nl = try host.node("nl")
    try nl.start()
  }

  deinit { host.end() }

  private static func event(_ id: String, _ more: String = "") -> String {
    #"{"type":"event","v":1,"id":"\#(id)","basis":"fact","grade":"B2","handling":["H0"],"purpose":["ct"],"kind":"seizure"\#(more)}"#
  }

  private func write(_ name: String, _ bytes: [UInt8]) throws -> String {
    let path = host.path(name)
    try Data(bytes).write(to: URL(fileURLWithPath: path))
    return path
  }

  private func write(_ name: String, _ text: String) throws -> String {
    try write(name, Array((text + "\n").utf8))
  }

  private func liaison(_ words: String...) throws -> (status: Int32, said: String) {
    try host.liaison(words + ["--data", nl.folder.root])
  }

  private func attachments(_ entry: String) throws -> [Records.Attachment] {
    let record = try nl.show(entry).record ?? ""
    return SharedRecord.read(Array(record.utf8)).common.attachments
  }

  private func opening(_ entry: String) throws -> EntryOpening { try nl.show(entry).opening }

  private let photo = (0..<(RecordLimits.chunkBytes + 1)).map { UInt8(truncatingIfNeeded: $0 / 7) }

  /// Publishes record `a` with the photograph and a note: nl/1/2 to 4 and 5.
  private func publish() throws {
    let done = try liaison(
      "publish", "--to", "nl", "--attach", try write("photo.JPG", photo), "--attach",
      try write("note.txt", "four"), try write("in", AttachmentTests.event("a")))
    #expect(done.status == 0 && done.said == "nl/1/5\n", "\(done.said)")
  }

  @Test(
    "REC-100, REC-102: what was published is listed, and given out whole; no reader takes a chunk for a record"
  )
  func roundTrip() throws {
    try publish()
    let files = try attachments("nl/1/5")
    #expect(files.map(\.name) == ["photo.JPG", "note.txt"])
    #expect(files.map(\.mediaType) == ["image/jpeg", "text/plain"])
    #expect(files.map { $0.chunks.map(\.text) } == [["2-3"], ["4"]])
    #expect(files[0].sha256 == Hex.encode(SHA256.hash(photo).array))
    let listed = try liaison("attachment", "list", "nl:a")
    #expect(listed.said.contains("image/jpeg") && listed.said.contains("\(photo.count)"))
    let out = host.path("out")
    let process = try startLiaison(
      ["attachment", "get", "nl:a", "0", "--data", nl.folder.root],
      into: try fileHandle(out))
    try host.wait(for: process)
    #expect(process.terminationStatus == 0)
    #expect(try Data(contentsOf: URL(fileURLWithPath: out)) == Data(photo))
    #expect(try liaison("attachment", "get", "nl/1/5", "1").said == "four\n")
    #expect(try liaison("attachment", "get", "nl/1/5", "2").status == 64)
    #expect(try liaison("attachment", "get", "nl/1/4", "0").status == 66)
    #expect(try nl.show("nl/1/3").text == "chunk of an attachment, 1 bytes")
    let page: TailPage = try nl.call("Tail", TailRequest())
    #expect(page.events.map(\.entry) == ["nl/1/5"])
  }

  private func fileHandle(_ path: String) throws -> FileHandle {
    #expect(FileManager.default.createFile(atPath: path, contents: nil))
    return try FileHandle(forWritingTo: URL(fileURLWithPath: path))
  }

  @Test("REC-103: a withdrawal takes the chunks with the record")
  func withdrawal() throws {
    try publish()
    #expect(try liaison("withdraw", "nl/1/5").said == "nl/1/6\n")
    for index in 2...5 { #expect(try opening("nl/1/\(index)") == .hidden) }
    #expect(try liaison("attachment", "get", "nl:a", "0").status == 66)
  }

  @Test("REC-101: a correction publishes the bytes anew, drops and adds")
  func correction() throws {
    try publish()
    let next = try write("next", AttachmentTests.event("a", #","summary":"Found.""#))
    let refused = try liaison("correct", "nl:a", next, "--reason", "x", "--without-attachment", "2")
    #expect(refused.status == 64, "\(refused.said)")
    let done = try liaison(
      "correct", "nl:a", next, "--reason", "x", "--without-attachment", "0", "--attach",
      try write("b.pdf", "b"))
    #expect(done.status == 0 && done.said == "nl/1/8\nnl/1/9\n", "\(done.said)")
    #expect(try attachments("nl/1/8").map(\.name) == ["note.txt", "b.pdf"])
    #expect(try attachments("nl/1/8").map { $0.chunks.map(\.text) } == [["6"], ["7"]])
    #expect(try liaison("attachment", "get", "nl:a", "0").said == "four\n")
    for index in 2...5 { #expect(try opening("nl/1/\(index)") == .hidden) }
    #expect(try nl.show("nl/1/8").record?.contains(#""fields":["summary","attachment"]"#) == true)
  }

  @Test("REC-105, and files that are none: refused before anything is published")
  func refused() throws {
    let record = try write("in", AttachmentTests.event("a"))
    let list =
      #","attachment":[{"name":"x","sha256":"\#(String(repeating: "0", count: 64))","bytes":1,"chunks":["1"]}]"#
    let listed = try liaison(
      "publish", "--to", "nl", try write("b", AttachmentTests.event("a", list)))
    #expect(listed.status == 65 && listed.said.contains("REC-105"), "\(listed.said)")
    let empty = try write("empty", [UInt8]())
    #expect(try liaison("publish", "--to", "nl", record, "--attach", empty).status == 65)
    #expect(
      try liaison("publish", "--to", "nl", record, "--attach", host.path("none")).status == 66)
    let note = try write("note.txt", "x")
    #expect(try liaison("publish", "--to", "nl", record, "--attach", note, "--stream").status == 64)
    for type in ["text", "text/", "a b/c"] {
      let done = try liaison(
        "publish", "--to", "nl", record, "--attach", note, "--media-type", type)
      #expect(done.status == 64)
    }
    let two = try write("two", AttachmentTests.event("a") + "\n" + AttachmentTests.event("b"))
    #expect(try liaison("publish", "--to", "nl", two, "--attach", note).status == 65)
    #expect(try nl.size(of: "nl/1") == 1)
  }

  @Test(
    "CTL-30, CTL-32, REC-104: chunks have one grant with their record; those without one are taken back"
  )
  func stale() throws {
    let first: PublishReply = try nl.call(
      "PublishChunk", PublishChunkRequest(to: ["nl"], chunk: [1]))
    #expect(first.entries == [EntryRun(origin: "nl/1", first: 2, count: 1)] && first.grant == 1)
    let be = try host.node("be")
    try nl.add(be, dial: false)
    let _: ReloadReply = try nl.call("Reload", NoArguments())
    var failure: ControlError?
    do {
      let _: PublishReply = try nl.call(
        "PublishChunk", PublishChunkRequest(to: ["be"], chunk: [1], grant: first.grant))
    } catch let error as ControlError { failure = error }
    #expect(failure == .attachmentStale)
    #expect(try nl.size(of: "nl/1") == 3)
    for data in ["", "AA", "!!!!"] {
      var request = PublishChunkRequest(to: ["nl"], chunk: [1])
      request.data = data
      #expect(throws: ControlError.self) {
        let _: PublishReply = try self.nl.call("PublishChunk", request)
      }
    }
    #expect(try liaison("attachment", "orphans").said == "")
    #expect(try liaison("attachment", "orphans", "--all").said == "nl/1/2\n")
    #expect(try liaison("attachment", "orphans", "--all", "--withdraw").said == "nl/1/3\n")
    #expect(try liaison("attachment", "orphans", "--all").said == "")
    #expect(try opening("nl/1/2") == .hidden)
  }

  @Test("CTL-31: what is no chunk, and what cannot be read, has no bytes")
  func shown() throws {
    try publish()
    let chunk: ChunkReply = try nl.call("ShowChunk", ShowRequest(entry: "nl/1/3"))
    #expect(chunk.chunk == [photo[photo.count - 1]] && chunk.grant == 1 && chunk.expiryDay == 0)
    let record: ChunkReply = try nl.call("ShowChunk", ShowRequest(entry: "nl/1/5"))
    #expect(record.opening == .defect && record.chunk == nil)
    #expect(try nl.show("nl/1/5").grant == 1)
  }
}
