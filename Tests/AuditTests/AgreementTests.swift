import Crypto
import Foundation
import Log
import Testing

@Suite("Both verifiers agree", .enabled(if: pythonIsThere))
struct AgreementTests {
  let workshop: Workshop
  init() throws { workshop = try Workshop() }

  private func expect(
    _ folder: URL, _ cards: [URL], _ last: String, says place: String = "checked"
  ) throws {
    for opinion in [try swift(folder, cards), try python(folder, cards)] {
      #expect(opinion.last == last, "\(opinion.output)")
      #expect(opinion.code == Int32(last.split(separator: " ").last ?? ""))
      #expect(opinion.says(place), "\(place) not in\n\(opinion.output)")
    }
  }

  @Test("a whole folder with cards is ok")
  func whole() throws {
    let folder = try DataFolder(workshop)
    let cards = try workshop.cards(folder.authors)
    try expect(folder.url, cards, "RESULT ok 0")
    try expect(try workshop.copy(folder.url), cards, "RESULT ok 0")
    try expect(folder.log(folder.nl), cards, "RESULT ok 0")
    try expect(try workshop.copy(folder.log(folder.nl)), cards, "RESULT ok 0")
  }

  @Test("entries that are only in the journal are checked")
  func journaled() throws {
    let folder = try DataFolder(workshop, isFlushed: false)
    let cards = try workshop.cards(folder.authors)
    try expect(folder.url, cards, "RESULT ok 0", says: "700 entries")
    #expect(!FileManager.default.fileExists(atPath: folder.log(folder.nl).path))
  }

  @Test("a damaged commit with another behind it is found")
  func damagedCommit() throws {
    let folder = try DataFolder(workshop, isRestarted: false)
    let cards = try workshop.cards(folder.authors)
    let journals = ["journal.0", "journal.1"].map { folder.url.appendingPathComponent($0) }
    // Flips the frame behind the first page, in the journal with commits.
    let used = try journals.first { try Data(contentsOf: $0)[4096..<4104] == Data("liaisonj".utf8) }
    try flip(try #require(used), at: 4096 + 200)
    try expect(folder.url, cards, "RESULT failed 1", says: "journal.")
  }

  @Test("without cards the identity is not checked")
  func partial() throws {
    let folder = try DataFolder(workshop)
    let cards = try workshop.cards(folder.authors)
    try expect(folder.url, [], "RESULT partial 3", says: "nl/1: identity not checked")
    try expect(folder.url, [cards[0]], "RESULT partial 3", says: "be/1: identity not checked")
  }

  @Test("a card of another key is refused")
  func otherKey() throws {
    let folder = try DataFolder(workshop)
    let cards = try workshop.cards([try Author("nl", keyed: "other"), folder.be])
    try expect(folder.url, cards, "RESULT failed 1", says: "has another log key than the card")
  }

  @Test("nothing, a file, an empty folder: no input")
  func noInput() throws {
    let nothing = workshop.root.appendingPathComponent("nothing")
    try expect(nothing, [], "RESULT no-input 66", says: "RESULT")
    try expect(try workshop.fresh(), [], "RESULT no-input 66", says: "RESULT")
    try expect(try workshop.fresh(), [nothing], "RESULT no-input 66", says: "RESULT")
  }

  @Test("a second tree of the same size is a fork")
  func forkOfOneSize() throws {
    let author = try Author("nl", entries: 20)
    let log = try PlainLog(
      workshop, author,
      checkpoints: [author.checkpoint(10), author.checkpoint(20)])
    try edit(log.url.appendingPathComponent("checkpoints")) { data in
      let other = author.checkpoint(20, root: SHA256.hash([1]))
      data.append(contentsOf: PlainLog.frame(other, contradicts: true))
    }
    try expect(
      log.url, try workshop.cards([author]), "RESULT fork 2", says: "fork: nl/1: checkpoints [")
  }

  @Test("a checkpoint that a larger one contradicts is a fork")
  func forkOfPrefix() throws {
    let author = try Author("nl", entries: 300)
    let log = try PlainLog(
      workshop, author,
      checkpoints: [author.checkpoint(7, root: SHA256.hash([1])), author.checkpoint(300)])
    try edit(log.url.appendingPathComponent("nodes")) { data in
      data.append(contentsOf: author.root(256).array)
    }
    let cards = try workshop.cards([author])
    try expect(log.url, cards, "RESULT fork 2", says: "fork: nl/1: checkpoints [0]")
    try checkProof(log.url, cards, "RESULT fork 2")
  }

  @Test("a contradicting checkpoint above all others proves nothing")
  func noFork() throws {
    let author = try Author("nl", entries: 20)
    let log = try PlainLog(
      workshop, author,
      checkpoints: [author.checkpoint(10), author.checkpoint(20, root: SHA256.hash([1]))])
    try expect(
      log.url, try workshop.cards([author]), "RESULT failed 1", says: "nl/1: checkpoints [1]")
  }

  @Test("an entry under a checkpoint that breaks a rule is the author's fault")
  func fault() throws {
    var author = try Author("nl", entries: 20)
    author.add(.record, [1]) { $0[EntryLayout.previous] ^= 1 }
    let cards = try workshop.cards([author])
    let proven = try PlainLog(workshop, author, checkpoints: [author.checkpoint(21)])
    try expect(proven.url, cards, "RESULT fault 2", says: "author fault: nl/1: entries [20]")
    try checkProof(proven.url, cards, "RESULT fault 2")
    let unproven = try PlainLog(workshop, author, checkpoints: [author.checkpoint(20)])
    try expect(
      unproven.url, cards, "RESULT failed 1", says: "verification failed: nl/1: entries [20]")
  }

  @Test("a bad signature under a checkpoint is a defect")
  func defect() throws {
    var author = try Author("nl", entries: 20)
    author.add(.record, [1], badSignature: true)
    let cards = try workshop.cards([author])
    let proven = try PlainLog(workshop, author, checkpoints: [author.checkpoint(21)])
    try expect(proven.url, cards, "RESULT defect 2", says: "defect: nl/1: entries [20]")
    try checkProof(proven.url, cards, "RESULT defect 2")
    let unproven = try PlainLog(workshop, author, checkpoints: [author.checkpoint(20)])
    try expect(
      unproven.url, cards, "RESULT failed 1", says: "verification failed: nl/1: entries [20]")
  }

  @Test("ENT-11: a chunk is a record and nothing else")
  func chunkOfAGrant() throws {
    let chunk = EntrySuite.sealedChunk.rawValue
    var author = try Author("nl", entries: 20)
    author.add(.record, [1]) {
      $0[EntryLayout.suite] = chunk
      $0[EntryLayout.expiry] = 1
    }
    let cards = try workshop.cards([author])
    let good = try PlainLog(workshop, author, checkpoints: [author.checkpoint(21)])
    try expect(good.url, cards, "RESULT ok 0")
    author.add(.grant, [1]) { $0[EntryLayout.suite] = chunk }
    let bad = try PlainLog(workshop, author, checkpoints: [author.checkpoint(22)])
    try expect(bad.url, cards, "RESULT defect 2", says: "defect: nl/1: entries [21]")
  }

  @Test("an expiry on a grant, signed, is a defect with or without a checkpoint")
  func signedDefect() throws {
    var author = try Author("nl", entries: 20)
    author.add(.grant, [1]) { $0[EntryLayout.expiry] = 1 }
    let log = try PlainLog(workshop, author, checkpoints: [author.checkpoint(20)])
    try expect(
      log.url, try workshop.cards([author]), "RESULT defect 2", says: "defect: nl/1: entries [20]")
  }

  @Test(
    "CARD-31: a keys entry that names another opening key than the genesis is a defect, one that names the same is none"
  )
  func otherCommitment() throws {
    for (opening, last) in [(3, "RESULT ok 0"), (4, "RESULT defect 2")] as [(UInt8, String)] {
      var author = try Author("nl", entries: 20)
      author.add(.keys, KeysChange(card: try author.card(serial: 2, opening: opening)).encode())
      let log = try PlainLog(workshop, author, checkpoints: [author.checkpoint(21)])
      try expect(
        log.url, try workshop.cards([author]), last,
        says: opening == 3 ? "21 entries" : "another opening key")
    }
  }

  /// The proof that `verify` prints convinces by itself, and not when a bit of it is flipped.
  private func checkProof(_ folder: URL, _ cards: [URL], _ last: String) throws {
    let output = try swift(folder, []).output
    let line = try #require(output.split(separator: "\n").first { $0.contains("proof: ") })
    let text = String(line.split(separator: " ").last ?? "")
    let proof = try #require(Data(base64Encoded: text))
    let file = try workshop.fresh().appendingPathComponent("proof")
    for content in [Data(text.utf8), proof] {
      try content.write(to: file)
      let key = cards.flatMap { ["--key", $0.path] }
      let opinion = try tool(["check-fork", file.path] + key)
      #expect(opinion.last == last, "\(opinion.output)")
    }
    var damaged = proof
    damaged[damaged.count / 2] ^= 1
    try damaged.write(to: file)
    #expect(try tool(["check-fork", file.path]).last == "RESULT failed 1")
  }
}
