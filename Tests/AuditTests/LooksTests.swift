import Crypto
import Foundation
import Log
import Testing

/// Protocols/audit.md, 9: whoever holds the hub's machine and its key cannot rewrite who looked
/// before an anchor.
@Suite("Looks")
struct LooksTests {
  let workshop: Workshop

  init() throws { workshop = try Workshop() }

  /// Three anchors, ten minutes apart, over 0, 4 and 9 looks.
  private func world() throws -> LooksWorld {
    var world = try LooksWorld()
    world.anchor()
    world.look(4)
    world.pass(minutes: 10)
    world.anchor()
    world.look(5)
    world.pass(minutes: 10)
    world.anchor()
    return world
  }

  private func expect(
    _ files: LooksWorld.Files, _ last: String, says place: String
  ) throws {
    let opinion = try looks(files)
    #expect(opinion.last == last, "\(opinion.output)")
    #expect(opinion.says(place), "\(place) not in\n\(opinion.output)")
  }

  @Test("AUD-36, 38, 40: what was anchored and cosigned is bound")
  func good() throws {
    let files = try world().write(workshop)
    try expect(files, "RESULT ok 0", says: "9 of 9 looks bound")
    let json = try looks(files, ["--json"])
    #expect(json.output.contains(#""anchors":3"#), "\(json.output)")
    #expect(json.output.contains(#""unbound":0"#), "\(json.output)")
  }

  @Test("HUB-61: a nonce without an answer, and an answer that a kill took, are harmless")
  func killedBetween() throws {
    var world = try world()
    let note = world.looks.checkpoint(world.looks.leaves.count).note
    let nonce = Hex.encode(SHA256.hash([9]).array)
    world.add(line: "anchor \(nonce) \(Base64.encode(note))")
    world.anchor(keepsAnswer: false)
    world.look(1)
    world.anchor()
    let files = try world.write(workshop)
    try expect(files, "RESULT ok 0", says: "10 of 10 looks bound")
    try edit(files.anchors) { $0 += Data("anchor 00".utf8) }
    try expect(files, "RESULT ok 0", says: "9 bytes behind the last line")
  }

  @Test(
    "AUD-38: a look that was changed with the real key is found, with the old nonces and with new ones"
  )
  func changed() throws {
    var world = try world()
    try world.rewrite { other in
      other.look(2)
      other.look(1, "nobody")
      other.look(6)
    }
    try expect(world.write(workshop), "RESULT failed 1", says: "it was rewritten")
    world.forgeLines()
    try expect(world.write(workshop), "RESULT failed 1", says: "that no nonce in")
  }

  @Test(
    "AUD-38: the same for a log that was cut off, and for one that went on otherwise after that")
  func truncated() throws {
    var world = try world()
    try world.rewrite { $0.look(6) }
    try expect(world.write(workshop), "RESULT failed 1", says: "some were taken away")
    world.look(3, "another")
    try expect(world.write(workshop), "RESULT failed 1", says: "it was rewritten")
  }

  @Test("AUD-38: the same for another genesis, under the same key and under another")
  func anotherGenesis() throws {
    var world = try world()
    try world.rewriteGenesis(looks: 9)
    try expect(world.write(workshop), "RESULT failed 1", says: "it was rewritten")
    world = try self.world()
    try world.rewrite(keyed: "anew") { $0.look(9) }
    world.forgeLines()
    try expect(world.write(workshop), "RESULT failed 1", says: "anchors another consultation log")
  }

  @Test(
    "AUD-38: anchors of another hub whose card is given are a note; of one that nobody names, failed"
  )
  func otherHub() throws {
    var world = try world()
    let other = try Author("looks.1", keyed: "second")
    world.anchor(keepsNonce: false, log: other.identity.id)
    world.anchor()
    let files = try world.write(workshop)
    try expect(files, "RESULT failed 1", says: "anchors another consultation log")
    let card = try workshop.cards([other])[0]
    let opinion = try looks(files, ["--other-hub", card.path])
    #expect(opinion.last == "RESULT ok 0", "\(opinion.output)")
    #expect(opinion.says("1 anchors of another hub's log"), "\(opinion.output)")
  }

  @Test("AUD-38: links, sizes and nonces")
  func links() throws {
    let cases: [(String, (inout LooksWorld) -> Void)] = [
      ("does not name the anchor before it, which is entry 3", { $0.anchor(previous: .some(1)) }),
      ("does not name the anchor before it, which is entry 3", { $0.anchor(previous: .some(nil)) }),
      ("anchors 5 entries, the anchor before it 10", { $0.anchor(size: 5) }),
      ("is an anchor that no nonce in", { $0.anchor(keepsNonce: false) }),
      (
        "anchors another consultation log",
        { $0.anchor(keepsNonce: false, log: LogID(SHA256.hash([1]).bytes)) }
      ),
      (
        "says that its anchor is nl/1/0",
        {
          $0.add(line: $0.lines[0]); $0.add(line: "entry nl/1/0 1")
        }
      ),
      (
        "names be/1/1, which is no entry of nl/1",
        {
          $0.add(line: $0.lines[0]); $0.add(line: "entry be/1/1 1")
        }
      ),
    ]
    for (place, change) in cases {
      var world = try world()
      change(&world)
      try expect(world.write(workshop), "RESULT failed 1", says: place)
    }
  }

  @Test("AUD-39, 40: what is not bound yet is counted, and not ok")
  func unbound() throws {
    var world = try world()
    world.look(2)
    try expect(world.write(workshop), "RESULT partial 3", says: "2 looks, not yet bound")
    // The last anchor is the node's word alone.
    try expect(
      try self.world().write(workshop, cosigned: 3), "RESULT partial 3",
      says: "5 looks, not yet bound")
    try expect(
      try self.world().write(workshop, cosigned: 0), "RESULT partial 3",
      says: "9 looks, not yet bound")
    var none = try LooksWorld()
    none.look(3)
    try expect(
      none.write(workshop), "RESULT partial 3", says: "no anchor of this log is in nl/1")
    var ahead = try self.world()
    ahead.add(line: ahead.lines[0])
    ahead.add(line: "entry nl/1/50 1")
    try expect(ahead.write(workshop), "RESULT partial 3", says: "behind the end of this copy")
  }

  @Test("AUD-41: times without an anchor are listed, and decide nothing")
  func gaps() throws {
    var world = try world()
    world.pass(minutes: 29)
    world.anchor()
    let none = try looks(try world.write(workshop))
    #expect(none.last == "RESULT ok 0" && !none.says("no anchor for"), "\(none.output)")
    world.pass(minutes: 180)
    world.anchor()
    world.pass(minutes: -20)
    world.anchor()
    let files = try world.write(workshop)
    try expect(files, "RESULT ok 0", says: "no anchor for 3 h between 4 and 5")
    try expect(files, "RESULT ok 0", says: "the time of the anchor 6 is before that of 5")
  }

  @Test("AUD-37: lines that no hub wrote")
  func lines() throws {
    let nonce = String(repeating: "0", count: 64)
    let cases = [
      ("", "has not three words"), ("x y z", "is neither"), ("anchor \(nonce) !", "no checkpoint"),
      ("anchor 00 AAAA", "has no nonce"), ("anchor \(nonce) AAAA", "does not verify"),
      (String(repeating: "a", count: 1_025), "is too long"),
      ("entry nl/1/1 1", "is the answer to nothing"), ("entry nl/1/1 x", "names no entry"),
    ]
    for (line, place) in cases {
      var world = try world()
      world.add(line: line)
      try expect(world.write(workshop), "RESULT failed 1", says: place)
    }
    // Many of them are counted.
    var world = try world()
    for _ in 0..<100 { world.add(line: "x") }
    try expect(world.write(workshop), "RESULT failed 1", says: "84 more lines")
    // A checkpoint that another key signed as well.
    world = try self.world()
    let other = try Author("looks.1", keyed: "anew")
    let note = String(decoding: world.looks.checkpoint(3).note, as: UTF8.self)
    let line =
      String(decoding: other.checkpointOf(world.looks, 3), as: UTF8.self)
      .split(separator: "\n").last.map { "\($0)\n" } ?? ""
    world.add(line: "anchor \(nonce) \(Base64.encode(Array((note + line).utf8)))")
    try expect(world.write(workshop), "RESULT failed 1", says: "more than its log's signature")
  }

  @Test("AUD-4, 5, 37: hostile files end nothing, and cost nothing")
  func hostile() throws {
    let files = try world().write(workshop)
    let good = try Data(contentsOf: files.anchors)
    try FileManager.default.removeItem(at: files.anchors)
    #expect(try run("/usr/bin/mkfifo", [files.anchors.path]).code == 0)
    try expect(files, "RESULT failed 1", says: "no regular file")
    try FileManager.default.removeItem(at: files.anchors)
    try expect(files, "RESULT no-input 66", says: "RESULT")
    // 300 MB of nothing.
    try good.write(to: files.anchors)
    let file = try FileHandle(forWritingTo: files.anchors)
    try file.truncate(atOffset: 300 << 20)
    try file.close()
    let clock = ContinuousClock()
    let start = clock.now
    try expect(files, "RESULT failed 1", says: "holds more than there can be")
    #expect(clock.now - start < .seconds(10))
    // Less of it: a line without end.
    let shorter = try FileHandle(forWritingTo: files.anchors)
    try shorter.truncate(atOffset: 8 << 20)
    try shorter.close()
    try expect(files, "RESULT ok 0", says: "behind the last line")
    try good.write(to: files.anchors)
    // A card that waits for a writer.
    let card = files.folder.appendingPathComponent("node.card")
    try FileManager.default.removeItem(at: card)
    #expect(try run("/usr/bin/mkfifo", [card.path]).code == 0)
    try expect(files, "RESULT io-error 74", says: "RESULT")
  }

  @Test("AUD-36: of several logs the one of the given card is meant, and it must be one")
  func severalLogs() throws {
    let files = try world().write(workshop)
    let both = try DataFolder(workshop)
    let odd = LooksWorld.Files(
      folder: files.folder, anchors: files.anchors, log: both.url, cards: files.cards)
    try expect(odd, "RESULT no-input 66", says: "RESULT")
    let one = LooksWorld.Files(
      folder: files.folder, anchors: files.anchors, log: both.log(both.nl),
      cards: try workshop.cards([both.nl]))
    let opinion = try looks(one)
    #expect(opinion.says("no anchor of this log is in nl/1"), "\(opinion.output)")
  }

  @Test("A damaged look is failed as by verify, and a flipped bit in the node's log, too")
  func damaged() throws {
    let files = try world().write(workshop)
    let folders = try FileManager.default.contentsOfDirectory(
      atPath: files.folder.appendingPathComponent("logs").path)
    let log = files.folder.appendingPathComponent("logs/\(folders[0])")
    try flip(log.appendingPathComponent("bodies/00000000"), at: 600)
    let opinion = try looks(files)
    #expect(opinion.last == "RESULT failed 1", "\(opinion.output)")
  }
}

/// Protocols/entry.md, ENT-25, as both verifiers have it.
@Suite("A malformed anchor")
struct MalformedAnchorTests {
  @Test("It is its author's defect, and a good one is none", arguments: [true, false])
  func defect(isGood: Bool) throws {
    let workshop = try Workshop()
    var author = try Author("nl", entries: 20)
    let body = Anchor(log: author.identity.id, commitment: SHA256.hash([1]), previous: nil)
      .encode()
    author.add(.anchor, isGood ? body : body + [0])
    let log = try PlainLog(workshop, author, checkpoints: [author.checkpoint(21)])
    let cards = try workshop.cards([author])
    var opinions = [try swift(log.url, cards)]
    if pythonIsThere { opinions.append(try python(log.url, cards)) }
    for opinion in opinions {
      #expect(opinion.says("has a body that") == !isGood, "\(opinion.output)")
      #expect(opinion.last.hasPrefix("RESULT defect") == !isGood, "\(opinion.output)")
    }
    #expect(Set(opinions.map(\.last)).count == 1)
  }
}
