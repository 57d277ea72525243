import Crypto
import Foundation
import Log
import Runtime
import Store
import Testing

@Suite("AUD-20: a cosignature is verified with the key that its maker's log says was in force")
struct RotatedKeyTests {
  let workshop: Workshop

  init() throws { workshop = try Workshop() }

  /// A data folder in which `be` cosigned the log of `nl`, and in whose log keys entries stand.
  private func folder(
    serials: [UInt64], by serial: UInt64, frozenAt: UInt64? = nil, opening: UInt8 = 3,
    isForged: Bool = false
  ) throws -> (url: URL, cards: [URL]) {
    let nl = try Author("nl", entries: 12)
    var be = try Author("be", entries: 12)
    for serial in serials {
      be.add(.keys, KeysChange(card: try be.card(serial: serial, opening: opening)).encode())
    }
    let url = try workshop.fresh()
    let disk = try FileDisk(folder: url.path)
    var limits = StoreLimits()
    limits.journalBytes = 2 << 20
    try Store.create(on: disk, salt: SHA256.hash([7]).bytes, limits: limits)
    let store = try Store.open(on: disk, limits: limits)
    for author in [nl, be] {
      try store.addLog(author.identity)
      let state = try #require(store.state(author.identity.id))
      try store.append(state.accept(author.batch(0..<author.leaves.count)))
      _ = try store.addCheckpoint(author.checkpoint(author.leaves.count))
    }
    if let frozenAt { try store.freeze(be.identity.id, at: frozenAt) }
    let checkpoint = nl.checkpoint(12)
    let good = be.cosignature(checkpoint, serial: serial)
    try store.addCosignature(
      nl.identity.id, checkpoint: checkpoint,
      isForged
        ? Cosignature(
          name: good.name, keyID: good.keyID, time: good.time + 1, signature: good.signature)
        : good)
    _ = try store.flush()
    return (url, try workshop.cards([nl, be]))
  }

  @Test(
    "CARD-31 to 33: every key that was in force counts, no other, and a wrong signature by one fails",
    arguments: [
      ([2], 1, nil, 3, false, "RESULT ok 0"), ([2], 2, nil, 3, false, "RESULT ok 0"),
      ([2, 5], 2, nil, 3, false, "RESULT ok 0"), ([2, 5], 5, nil, 3, false, "RESULT ok 0"),
      ([2, 5], 3, nil, 3, false, "RESULT partial 3"),
      ([5, 2], 2, nil, 3, false, "RESULT partial 3"),
      ([1 << 20], 1 << 20, nil, 3, false, "RESULT partial 3"),
      ([2], 2, 13, 3, false, "RESULT partial 3"), ([2], 2, 12, 3, false, "RESULT partial 3"),
      ([2], 2, nil, 4, false, "RESULT defect 2"), ([2], 2, nil, 3, true, "RESULT failed 1"),
    ] as [([UInt64], UInt64, UInt64?, UInt8, Bool, String)])
  func keys(
    serials: [UInt64], by serial: UInt64, frozenAt: UInt64?, opening: UInt8, isForged: Bool,
    last: String
  ) throws {
    let (url, cards) = try folder(
      serials: serials, by: serial, frozenAt: frozenAt, opening: opening, isForged: isForged)
    let inForce = last == "RESULT ok 0" || frozenAt == 13
    for opinion in [try swift(url, cards), try python(url, cards)] {
      #expect(opinion.last == last, "\(opinion.output)")
      #expect(
        opinion.says("neither its card nor its log") != (inForce || isForged),
        "\(opinion.output)")
      #expect(opinion.says("does not verify") == isForged, "\(opinion.output)")
    }
  }

  @Test("Without the maker's log a cosignature by another key than its card's is not checked")
  func withoutLog() throws {
    let (url, cards) = try folder(serials: [2], by: 2)
    let be = try Author("be").identity.id
    let copy = try workshop.fresh()
    let nl = try Author("nl").identity.id
    try FileManager.default.copyItem(
      at: url.appendingPathComponent("logs/\(nl)"), to: copy.appendingPathComponent("\(nl)"))
    #expect(be != nl)
    for opinion in [
      try swift(copy.appendingPathComponent("\(nl)"), cards),
      try python(copy.appendingPathComponent("\(nl)"), cards),
    ] { #expect(opinion.says("neither its card nor its log"), "\(opinion.output)") }
  }
}
