import Crypto
import Foundation
import JSON
import Log
import Runtime
import Secrets
import Testing

@testable import Node
@testable import Sealing
@testable import Store

/// The author's sealing: which records, to whom, and when.
@Suite final class AuthorTests {
  let root = FileManager.default.temporaryDirectory.appendingPathComponent("author-\(UUID())")
  let store: Store
  let secrets = NodeSecrets.generate()
  let identity: LogIdentity
  let desk: Desk
  let author: Author
  var roster: [String: SealingPublicKey] = [:]
  var answers: [Result<PublishReply, ControlError>] = []
  var contested: [NodeName] = []

  init() throws {
    try FileManager.default.createDirectory(at: root, withIntermediateDirectories: true)
    let disk = try FileDisk(folder: root.path)
    try Store.create(on: disk, salt: .zero)
    store = try Store.open(on: disk)
    identity = LogIdentity(
      origin: Origin(name: try NodeName("nl"), epoch: 1), key: secrets.log.publicKey)
    desk = Desk(store: store, secrets: secrets, own: try NodeName("nl"))
    // No worker: the author signs by itself.
    author = Author(
      identity: identity, secrets: secrets, store: store, desk: desk, submit: { _ in false })
    author.wallMilliseconds = { 1_700_000_000_000 }
    try store.addLog(identity)
    let empty = LogState(empty: identity)
    var builder = EntryBuilder(state: empty)
    builder.append(kind: .genesis, time: 1, body: [1])
    try store.append(try empty.accept(builder.finish { secrets.log.sign($0) }))
    _ = try store.flush()
  }

  deinit { try? FileManager.default.removeItem(at: root) }

  private func key(_ seed: UInt64) -> SealingPublicKey {
    var random = SeededRandom(seed: seed)
    return SealingSecretKey.generate(using: &random).publicKey
  }

  private func publish(to names: [String]? = nil) {
    let recipients = { [unowned self] () throws(ControlError) -> Recipients in
      var members: [AudienceMember] = []
      for name in names ?? roster.keys.sorted() {
        guard let key = roster[name], let name = try? NodeName(name) else {
          throw ControlError.unknownNode(name)
        }
        members.append(AudienceMember(name: name, key: key))
      }
      return Recipients(
        members: members, scope: names == nil ? .everybody : .nodes, contested: contested)
    }
    author.publish(
      Publication(
        records: [Array(#"{"type":"note"}"#.utf8)], recipients: recipients, replicas: 0,
        isHeard: { true }, reply: { [unowned self] in answers.append($0) }))
  }

  private func settle() throws {
    author.work()
    _ = try store.flush()
    author.answer(durable: store.durableHead(identity.id)?.size ?? 0, now: 0) { _ in 0 }
  }

  private func lastGrant() throws -> GrantMetadata? {
    let grants = try store.controlEntries(identity.id, from: 1)
    return grants.last.flatMap { desk.grant($0.index, of: identity) }
  }

  @Test(
    "What waited is sealed to the roster as it is when it is sealed, and a peer that was removed meanwhile gets nothing"
  )
  func rosterAtSealing() throws {
    roster = ["be": key(1), "de": key(2), "fr": key(3)]
    author.hold(for: [try NodeName("be")])
    publish()
    publish(to: ["de", "fr"])
    publish(to: ["fr"])
    try settle()
    #expect(answers.isEmpty)
    roster["de"] = nil
    roster["fr"] = key(4)
    author.resume()
    try settle()
    #expect(answers.count == 3)
    let grants = try store.controlEntries(identity.id, from: 1)
    let all = try #require(grants.first.flatMap { desk.grant($0.index, of: identity) })
    #expect(all.members.map(\.name.text) == ["be", "fr", "nl"])
    #expect(all.members[1].key == key(4))
    #expect(throws: ControlError.unknownNode("de")) { _ = try answers[0].get() }
    #expect(try lastGrant()?.name.text == "fr")
    #expect(grants.count == 2)
  }

  @Test("An author publishes to 1,100 audiences, one behind the other, and readers find no defect")
  func manyAudiences() throws {
    var random = SeededRandom(seed: 5)
    let reader = Held(SealingSecretKey.generate(using: &random))
    for number in 0..<1_100 {
      roster["m\(number)"] = reader.secret.publicKey
      publish(to: ["m\(number)"])
      author.work()
      if number % 20 == 19 { try settle() }
    }
    try settle()
    #expect(answers.count == 1_100)
    for answer in answers { _ = try answer.get() }
    let feed = GrantFeed(
      identity, HistoryKeys(), closedAudiences: SealingLimits.closedAudiences)
    var budget = WorkBudget(entries: 10_000, bytes: 1 << 30, nanoseconds: { 0 })
    let isRead = try feed.advance(
      to: store.state(identity.id)?.size ?? 0, store, GrantKeys(sealing: [reader]),
      isLost: { _ in false }, &budget)
    #expect(isRead)
    #expect(feed.book.defects.isEmpty)
    #expect(feed.book.audiences.filter { $0.closedAt == nil }.count == 1_024)
    #expect(feed.book.audiences.count == 1_100)
  }

  @Test(
    "An audience that mixes members with and without a pre-shared key is announced when it is made")
  func announcement() throws {
    var random = SeededRandom(seed: 6)
    let psk = Held(PresharedKey.generate(using: &random))
    var opened: [AudienceNotes] = []
    author.didOpen = { opened.append($0) }
    roster = ["be": key(1), "de": key(2)]
    author.slotSecrets = SlotSecrets(author: secrets.author, generation: 1) {
      $0.text == "be" ? psk : nil
    }
    publish()
    publish()
    publish(to: ["be"])
    try settle()
    #expect(opened.map(\.withoutPresharedKey.first?.text) == ["de", nil])
    #expect(try answers.map { try $0.get().withoutPresharedKey } == [["de"], nil, nil])
    // Another key, another version.
    let grants = try store.controlEntries(identity.id, from: 1).count
    author.slotSecrets = SlotSecrets(author: secrets.author, generation: 2) { _ in psk }
    publish()
    try settle()
    #expect(try store.controlEntries(identity.id, from: 1).count == grants + 1)
    #expect(try lastGrant()?.version == 2)
    #expect(try answers.last?.get().withoutPresharedKey == nil)
  }

  @Test(
    "`all` reaches the rest when one card's sealing key is of small order, and says so each time")
  func smallOrder() throws {
    roster = ["be": key(1), "de": SealingPublicKey(.zero)]
    publish()
    publish()
    publish(to: ["de"])
    try settle()
    // The refused one is answered first: the others wait for the disk.
    #expect(throws: ControlError.self) { _ = try answers[0].get() }
    #expect(try answers[1].get().leftOut == ["de"])
    #expect(try answers[2].get().leftOut == ["de"])
    #expect(try lastGrant()?.members.map(\.name.text) == ["be", "nl"])
  }

  @Test("CTL-21: who of `all` is contested is named in each answer")
  func contestedOfAll() throws {
    roster = ["be": key(1)]
    contested = [try NodeName("fr")]
    publish()
    publish()
    try settle()
    for answer in answers {
      let reply = try answer.get()
      #expect(reply.contested == ["fr"] && reply.leftOut == nil && reply.hasNotes)
      var writer = JSONWriter()
      reply.write(to: &writer)
      var reader = JSONReader(try JSONText(checking: writer.bytes, by: .message))
      #expect(try PublishReply(reading: &reader) == reply)
    }
  }
}
