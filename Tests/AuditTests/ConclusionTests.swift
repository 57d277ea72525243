import Crypto
import Foundation
import Log
import Runtime
import Store
import Testing

/// Protocols/audit.md: what both verifiers conclude from what lies in a folder beside entries that
/// are right.
@Suite("Both verifiers conclude what audit.md says", .enabled(if: pythonIsThere))
struct ConclusionTests {
  let workshop: Workshop
  init() throws { workshop = try Workshop() }

  // MARK: Frozen logs and evidence

  private func fork(_ author: Author) throws -> ForkProof {
    try ForkProof(
      identity: author.identity,
      evidence: .roots(
        author.checkpoint(10).note, author.checkpoint(10, root: SHA256.hash([1])).note))
  }

  @Test("A frozen head with its proof in faults is a fork; without it nobody knows why")
  func frozen() throws {
    let folder = try DataFolder(workshop)
    let store = try Store.open(on: try FileDisk(folder: folder.url.path))
    try store.freeze(folder.nl.identity.id, at: 10)
    try store.flush()
    try workshop.expect(folder, "RESULT partial 3", says: "nl/1: why it is frozen at 10")
    let proof = try fork(folder.nl)
    try workshop.write(folder, "faults/\(folder.nl.identity.id)-10.fork", proof.encode())
    try workshop.expect(folder, "RESULT fork 2", says: "faults/")
  }

  @Test("Evidence counts by what it proves, and under its own name alone")
  func evidence() throws {
    let folder = try DataFolder(workshop)
    let proof = try fork(folder.nl)
    try workshop.write(folder, "faults/\(folder.be.identity.id)-10.fork", proof.encode())
    try workshop.expect(folder, "RESULT failed 1", says: "than its name says")
    try FileManager.default.removeItem(at: folder.url.appendingPathComponent("faults"))
    var damaged = proof.encode()
    damaged[damaged.count / 2] ^= 1
    try workshop.write(folder, "faults/\(folder.nl.identity.id)-10.fork", damaged)
    try workshop.expect(folder, "RESULT failed 1", says: "proves nothing")
  }

  // MARK: The rest of the folder

  @Test("What is not read is named, and what is read must be right")
  func inventory() throws {
    let folder = try DataFolder(workshop)
    try workshop.write(folder, "node.card", try folder.nl.card().note)
    try workshop.write(folder, "peers/be.card", try folder.be.card().note)
    try workshop.write(folder, "verified", Array("day 0\n".utf8))
    try workshop.write(folder, "running", Array("liaison-running/v1\n".utf8))
    try workshop.write(
      folder, "closed", Array("liaison-closed/v1\norigin nl/1\nreason a test\n".utf8))
    try workshop.expect(folder, "RESULT ok 0", says: "not read")
    try workshop.expect(folder, "RESULT ok 0", says: "verified")
    try workshop.expect(folder, "RESULT ok 0", says: "reserve")
    for name in ["node.card", "peers/be.card", "closed"] {
      let other = try DataFolder(workshop)
      try workshop.write(other, name, Array("nothing of the kind\n".utf8))
      try workshop.expect(other, "RESULT failed 1", says: "\(name)")
    }
    let renamed = try DataFolder(workshop)
    try workshop.write(renamed, "peers/fr.card", try renamed.be.card().note)
    try workshop.expect(renamed, "RESULT failed 1", says: "peers/fr.card")
    let unknown = try DataFolder(workshop)
    try workshop.write(unknown, "notes.txt", [1])
    try workshop.expect(unknown, "RESULT partial 3", says: "notes.txt")
  }

  @Test("A store without format is none")
  func noFormat() throws {
    let folder = try DataFolder(workshop)
    try FileManager.default.removeItem(at: folder.url.appendingPathComponent("format"))
    try workshop.expect(folder, "RESULT failed 1", says: "format")
  }

  private func expect(
    _ folder: DataFolder, _ authors: [Author], _ last: String, says place: String
  ) throws {
    let cards = try authors.flatMap { try workshop.cards([$0]) }
    for opinion in [try swift(folder.url, cards), try python(folder.url, cards)] {
      #expect(opinion.last == last, "\(opinion.output)")
      #expect(opinion.says(place), "\(place) not in\n\(opinion.output)")
    }
  }

  /// CARD-7: a node that lost everything and was made anew begins with epoch 1 again, and its
  /// partners replace its card.
  @Test("A node that was made anew: both its logs are there, and nobody is accused")
  func madeAnew() throws {
    let folder = try DataFolder(workshop)
    let anew = try Author("nl", keyed: "anew")
    let store = try Store.open(on: try FileDisk(folder: folder.url.path))
    var author = anew
    author.add(.genesis, try Genesis(first: try anew.card()).encode())
    try store.addLog(author.identity)
    try store.append(try #require(store.state(author.identity.id)).accept(author.batch(0..<1)))
    _ = try store.addCheckpoint(author.checkpoint(1))
    try store.flush()
    for card in [try folder.nl.card(), try anew.card()] {
      try workshop.write(folder, "cards/\(card.identity.id).card", card.note)
    }
    try workshop.write(folder, "peers/nl.card", try anew.card().note)
    for author in [anew, folder.nl] {
      try expect(folder, [author, folder.be], "RESULT partial 3", says: "cards of both are held")
    }
    let cards = try workshop.cards([anew])
    for opinion in [
      try swift(folder.log(folder.nl), cards), try python(folder.log(folder.nl), cards),
    ] {
      #expect(opinion.last == "RESULT partial 3", "\(opinion.output)")
    }
    try expect(
      folder, [folder.nl, anew, folder.be], "RESULT partial 3",
      says: "nl/1: which log it is: two cards")
    // A card of the one alone, and the other is somebody's who says that it is nl.
    let file = "cards/\(anew.identity.id).card"
    try FileManager.default.removeItem(at: folder.url.appendingPathComponent(file))
    try expect(
      folder, [folder.nl, folder.be], "RESULT failed 1", says: "has another log key than the card")
  }

  // MARK: Journals

  @Test("A journal that was cut may have lost what it acknowledged", arguments: [4_096, 5_000])
  func cutJournal(bytes: Int) throws {
    for number in 0...1 {
      let folder = try DataFolder(workshop, isFlushed: false)
      try edit(folder.url.appendingPathComponent("journal.\(number)")) { $0 = $0.prefix(bytes) }
      try workshop.expect(folder, "RESULT failed 1", says: "journal.\(number)")
    }
  }

  @Test("A commit that is not there, with later ones: what it acknowledged is looked for")
  func gap() throws {
    let folder = try DataFolder(workshop, isRestarted: false)
    let journals = ["journal.0", "journal.1"].map { folder.url.appendingPathComponent($0) }
    let used = try journals.first { try Data(contentsOf: $0)[4096..<4104] == Data("liaisonj".utf8) }
    try edit(try #require(used)) { data in
      let length = data[(4096 + 12)..<(4096 + 16)].reduce(0) { $0 << 8 | Int($1) }
      let end = 4096 + (48 + length + 4095) / 4096 * 4096
      data.replaceSubrange(4096..<end, with: [UInt8](repeating: 0, count: end - 4096))
    }
    try workshop.expect(folder, "RESULT partial 3", says: "are not there, and later ones are")
    try FileManager.default.removeItem(at: folder.log(folder.nl).appendingPathComponent("entries"))
    try workshop.expect(folder, "RESULT failed 1", says: "entries")
  }

  @Test("Bytes behind the head were never acknowledged", arguments: Damage.trailing)
  func trailing(_ damage: Damage) throws {
    let folder = try DataFolder(workshop)
    try damage.change(folder.log(folder.nl))
    try workshop.expect(folder, "RESULT partial 3", says: damage.place, fsckIsClean: true)
  }

  @Test("A log that no journal knows was not acknowledged")
  func looseLog() throws {
    let folder = try DataFolder(workshop)
    let other = try Author("fr", entries: 20)
    let log = try PlainLog(workshop, other, checkpoints: [other.checkpoint(20)])
    try FileManager.default.moveItem(at: log.url, to: folder.log(other))
    try edit(folder.log(other).appendingPathComponent("entries")) { $0.append(contentsOf: [1, 2]) }
    try workshop.expect(folder, "RESULT partial 3", says: "a log that no journal knows")
  }
}
