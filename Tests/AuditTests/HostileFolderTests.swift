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

  /// Of the numbers of the first head, behind the salt, the count of heads and its log id; but for the index of a freeze,
  /// which is 2^64-1 where there is none.
  static let places = Array(stride(from: 68, to: 256, by: 4)).filter { $0 != 140 }

  /// Every number of a head, with the right checksum around it.
  @Test("Counts of 2^64-1", arguments: HostileFolderTests.places)
  func numbers(place: Int) throws {
    for number in 0...1 {
      let journal = folder.url.appendingPathComponent("journal.\(number)")
      guard try Data(contentsOf: journal).starts(with: Data("liaisonj".utf8)) else { continue }
      try edit(journal) { data in
        var bytes = [UInt8](data.prefix(1 << 16))
        let length = bytes[12..<16].reduce(0) { $0 << 8 | Int($1) }
        for byte in 0..<8 where place + byte < length { bytes[48 + place + byte] = 0xff }
        let key = SHA256.hash(Array(bytes[48..<80]) + bytes[..<32]).bytes
        let tag = Poly1305.tag(bytes.span.extracting(48..<(48 + length)), key: key)
        bytes.replaceSubrange(32..<48, with: tag)
        data.replaceSubrange(0..<bytes.count, with: bytes)
      }
    }
    let opinion = try swift(folder.url, try workshop.cards(folder.authors))
    #expect(opinion.last.hasPrefix("RESULT ") && opinion.last != "RESULT ok 0", "\(opinion.output)")
    let disk = try FileDisk(folder: folder.url.path, openFiles: 64, isReadOnly: true)
    _ = try? Fsck.run(on: disk)
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
