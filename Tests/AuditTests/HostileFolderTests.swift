import Crypto
import Foundation
import Log
import Runtime
import Store
import Testing

/// Protocols/audit.md, 2: an auditor's tool is for hostile folders.
@Suite("A hostile folder")
struct HostileFolderTests {
  let workshop: Workshop
  let folder: DataFolder

  init() throws {
    workshop = try Workshop()
    folder = try DataFolder(workshop)
  }

  private func expect(_ last: String, says place: String, _ url: URL? = nil) throws {
    let cards = try workshop.cards(folder.authors)
    var opinions = [try swift(url ?? folder.url, cards)]
    if pythonIsThere { opinions.append(try python(url ?? folder.url, cards)) }
    for opinion in opinions {
      #expect(opinion.last == last, "\(opinion.output)")
      #expect(opinion.says(place), "\(place) not in\n\(opinion.output)")
      #expect(opinion.output.unicodeScalars.allSatisfy { $0 == "\n" || $0.value >= 0x20 })
      #expect(opinion.output.split(separator: "\n").count { $0.hasPrefix("RESULT") } == 1)
    }
  }

  private func makePipe(_ path: URL) throws {
    #expect(try run("/usr/bin/mkfifo", [path.path]).code == 0)
  }

  @Test("Names print no line and no sequence of their own")
  func names() throws {
    for name in ["x\nRESULT ok 0\n", "\u{1b}[2Jx", "\u{202e}x"] {
      let path = folder.url.path + "/logs/" + name
      #expect(FileManager.default.createFile(atPath: path, contents: nil))
    }
    try expect("RESULT partial 3", says: "not a log's folder")
  }

  @Test("A reason and an identity print none either")
  func contents() throws {
    try Data("liaison-closed/v1\norigin nl/1\nreason \u{1b}[2J\u{202e}\n".utf8)
      .write(to: folder.url.appendingPathComponent("closed"))
    try expect("RESULT ok 0", says: "checked")
  }

  @Test(
    "Pipes, links and folders in the place of files",
    arguments: [
      "journal.0", "journal.1", "format", "node.card", "closed", "reserve", "logs", "faults",
      "peers",
    ])
  func kinds(name: String) throws {
    let path = folder.url.appendingPathComponent(name)
    for kind in 0..<3 {
      try? FileManager.default.removeItem(at: path)
      switch kind {
      case 0: try makePipe(path)
      case 1:
        try FileManager.default.createSymbolicLink(
          at: path, withDestinationURL: URL(fileURLWithPath: "/dev/zero"))
      default:
        guard !["logs", "faults", "peers"].contains(name) else { continue }
        try FileManager.default.createDirectory(at: path, withIntermediateDirectories: true)
      }
      try expect("RESULT failed 1", says: name)
    }
  }

  @Test(
    "The same in a log",
    arguments: ["identity", "entries", "bodies.index", "checkpoints", "bodies"])
  func kindsInLog(name: String) throws {
    let path = folder.log(folder.nl).appendingPathComponent(name)
    try FileManager.default.removeItem(at: path)
    try makePipe(path)
    try expect("RESULT failed 1", says: name)
  }

  /// Places of the numbers of the first head, behind the salt, the count of heads and its log id;
  /// but for the index of a freeze, which is 2^64-1 where there is none.
  static let places = Array(stride(from: 68, to: 256, by: 4)).filter { $0 != 140 }

  /// Changes the payload of the beginnings, with the right checksum around it.
  private func editBeginnings(_ change: (inout [UInt8]) -> Void) throws {
    for number in 0...1 {
      let journal = folder.url.appendingPathComponent("journal.\(number)")
      guard try Data(contentsOf: journal).starts(with: Data("liaisonj".utf8)) else { continue }
      try edit(journal) { data in
        var bytes = [UInt8](data.prefix(1 << 16))
        let length = bytes[12..<16].reduce(0) { $0 << 8 | Int($1) }
        var payload = Array(bytes[48..<(48 + length)])
        change(&payload)
        let key = SHA256.hash(Array(payload[..<32]) + bytes[..<32]).bytes
        bytes.replaceSubrange(32..<48, with: Poly1305.tag(payload.span, key: key))
        bytes.replaceSubrange(48..<(48 + length), with: payload)
        data.replaceSubrange(0..<bytes.count, with: bytes)
      }
    }
  }

  /// Every number of a head.
  @Test("Counts of 2^64-1", arguments: HostileFolderTests.places)
  func numbers(place: Int) throws {
    try editBeginnings { payload in
      for byte in 0..<8 where place + byte < payload.count { payload[place + byte] = 0xff }
    }
    let opinion = try swift(folder.url, try workshop.cards(folder.authors))
    #expect(opinion.last.hasPrefix("RESULT ") && opinion.last != "RESULT ok 0", "\(opinion.output)")
    let disk = try FileDisk(folder: folder.url.path, openFiles: 64, isReadOnly: true)
    _ = try? Fsck.run(on: disk)
  }

  /// A head of 2^34 checkpoints, or cosignatures, and a file of that length without any content.
  @Test(
    "Frames that are holes cost nothing",
    arguments: [("checkpoints", 180, 320), ("cosignatures", 196, 192)])
  func sparseFrames(name: String, place: Int, stride: Int) throws {
    var id: [UInt8] = []
    try editBeginnings { payload in
      // The first generation has no heads.
      guard payload.count > 204 else { return }
      id = Array(payload[36..<68])
      payload.replaceSubrange(place..<(place + 8), with: bigEndian(UInt64(1) << 34))
    }
    let author = try #require(folder.authors.first { $0.identity.id.bytes.array == id })
    let file = try FileHandle(
      forWritingTo: folder.log(author).appendingPathComponent(name))
    try file.truncate(atOffset: UInt64(stride) << 34)
    try file.close()
    let clock = ContinuousClock()
    let start = clock.now
    let disk = try FileDisk(folder: folder.url.path, openFiles: 64, isReadOnly: true)
    #expect(try Fsck.run(on: disk).isClean)
    let opinion = try swift(folder.url, try workshop.cards(folder.authors))
    #expect(opinion.last == "RESULT partial 3", "\(opinion.output)")
    #expect(clock.now - start < .seconds(60))
  }

  /// An author's bodies lie in the journals of whoever holds them, and stay there for a while: each
  /// page of them may look like a commit of any length.
  @Test("What looks like commits behind the last one accuses nobody")
  func falseCommits() throws {
    for number in 0...1 {
      try edit(folder.url.appendingPathComponent("journal.\(number)")) { data in
        let generation = Array(data[16..<24])
        for page in stride(from: 64 << 10, to: data.count, by: 4096) {
          let length = bigEndian(UInt32(data.count - page - 48))
          let header = Array("liaisonj".utf8) + [2, 0, 0, 0] + length + generation
          data.replaceSubrange(page..<(page + 32), with: header + bigEndian(UInt64(1000)))
        }
      }
    }
    try expect("RESULT ok 0", says: "checked")
    let disk = try FileDisk(folder: folder.url.path, openFiles: 64, isReadOnly: true)
    #expect(try Fsck.run(on: disk).isClean)
  }

  @Test("A terabyte of nothing", .timeLimit(.minutes(1)))
  func sparse() throws {
    let copy = try workshop.copy(folder.log(folder.nl))
    for name in [
      "entries", "hashes", "bodies.index", "nodes", "control", "checkpoints", "cosignatures",
    ] {
      let file = try FileHandle(forWritingTo: copy.appendingPathComponent(name))
      try file.truncate(atOffset: 1 << 43)
      try file.close()
    }
    let opinion = try swift(copy, try workshop.cards(folder.authors))
    #expect(opinion.last == "RESULT failed 1", "\(opinion.output)")
  }
}
