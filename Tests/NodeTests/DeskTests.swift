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

/// The cost that a hostile author's log has for the loop that reads it. The clock moves by a fixed
/// step each time that it is looked at, so that a budget of time is a number of pieces of work, the
/// same in every run.
@Suite final class DeskTests {
  let root = FileManager.default.temporaryDirectory.appendingPathComponent("desk-\(UUID())")
  let store: Store
  let reader = NodeSecrets.generate()
  let desk: Desk
  var time: UInt64 = 0
  var looks = 0

  init() throws {
    try FileManager.default.createDirectory(at: root, withIntermediateDirectories: true)
    let disk = try FileDisk(folder: root.path)
    try Store.create(on: disk, salt: .zero)
    store = try Store.open(on: disk)
    desk = Desk(store: store, secrets: reader, own: try NodeName("nl"))
    desk.nanoseconds = { [unowned self] in
      looks += 1
      time += NodeLimits.nanosecondsOfTurn / 64
      return time
    }
  }

  deinit { try? FileManager.default.removeItem(at: root) }

  private func page(_ position: TailPosition, _ logs: [LogIdentity]) throws -> TailPage {
    let before = looks
    let page = try desk.tail(
      position, logs, ControlLimits.tailPage, store, isDisputed: { _, _ in false },
      isLate: { _, _ in false })
    // A page takes as much as a budget allows, and what one piece of work looks at beyond it.
    #expect(looks - before < 80, "a page took \(looks - before) pieces of work")
    return page
  }

  /// Pages until nothing more is there.
  private func pages(_ logs: [LogIdentity]) throws -> (pages: [TailPage], looks: Int) {
    var pages: [TailPage] = []
    let before = looks
    repeat {
      pages.append(try page(pages.last?.position ?? TailPosition(), logs))
    } while pages.last?.more == true && pages.count < 2_000
    return (pages, looks - before)
  }

  @Test(
    "A log full of grants is read in pieces, another log's records come meanwhile, and what was read is remembered"
  )
  func grantsWithoutEnd() throws {
    let foe = try TestAuthor("be", store)
    for _ in 0..<600 { foe.grant(to: []) }
    let own = foe.grant(to: [("nl", reader.sealing.publicKey)])
    foe.record(#"{"type":"late"}"#, to: own)
    try foe.flush()
    let honest = try TestAuthor("fr", store)
    let grant = honest.grant(to: [("nl", reader.sealing.publicKey)])
    honest.record(#"{"type":"note"}"#, to: grant)
    try honest.flush()
    let logs = [foe.identity, honest.identity]

    let (first, work) = try pages(logs)
    #expect(first.count > 8)
    // The honest author's record comes with the second page, long before the hostile log is read.
    #expect(first[0].events.isEmpty && first[0].more)
    #expect(first[1].events.compactMap(\.record?.text) == [#"{"type":"note"}"#])
    #expect(
      first.flatMap(\.events).compactMap(\.record?.text).sorted() == [
        #"{"type":"late"}"#, #"{"type":"note"}"#,
      ])
    // The second time nothing but the two records is looked at.
    let (second, again) = try pages(logs)
    #expect(second.flatMap(\.events).count == 2)
    #expect(again * 20 < work, "\(again) pieces of work after \(work)")
    #expect(desk.log(foe.identity).feed.book.size == store.state(foe.identity.id)?.size)
  }

  @Test(
    "Pages over records that break the rules are as short as others, and each is told of")
  func brokenRecords() throws {
    let foe = try TestAuthor("be", store)
    let grant = foe.grant(to: [("nl", reader.sealing.publicKey)])
    for _ in 0..<300 { foe.record("[]", to: grant) }
    foe.record(#"{"type":"note"}"#, to: grant)
    try foe.flush()
    let (all, _) = try pages([foe.identity])
    let events = all.flatMap(\.events)
    #expect(all.count > 3 && events.count == 301)
    #expect(events.filter { $0.malformed != nil && $0.record == nil }.count == 300)
    #expect(events.last?.record?.text == #"{"type":"note"}"#)
  }

  @Test("A page reads no more than its bytes, whatever the bodies are")
  func largeBodies() throws {
    let foe = try TestAuthor("be", store)
    let other = NodeSecrets.generate()
    let grant = foe.grant(to: [("de", other.sealing.publicKey)])
    for _ in 0..<40 { foe.record(String(repeating: "x", count: 200_000), to: grant) }
    try foe.flush()
    desk.nanoseconds = { 0 }
    var position = TailPosition()
    var count = 0
    repeat {
      let page = try desk.tail(
        position, [foe.identity], ControlLimits.tailPage, store, isDisputed: { _, _ in false },
        isLate: { _, _ in false })
      let before = position.next["be/1"] ?? 0
      position = page.position
      // Bodies of 200 kB: 1 MiB, and one piece of reading beyond.
      #expect(position.next["be/1", default: 0] - before <= 8)
      count += 1
      if !page.more { break }
    } while count < 100
    #expect(position.next["be/1"] == store.state(foe.identity.id)?.size)
    #expect(count >= 6)
  }

  @Test("A page ends before a record that may be withdrawn, and the next one comes back to it")
  func undecided() throws {
    let author = try TestAuthor("be", store)
    let grant = author.grant(to: [("nl", reader.sealing.publicKey)])
    for _ in 0..<3 { author.record(#"{"type":"note"}"#, to: grant) }
    try author.flush()
    let log = try #require(store.table[author.identity.id])
    let size = log.state.size
    log.doubt((size - 2)..<size)
    let (first, _) = try pages([author.identity])
    #expect(first.flatMap(\.events).count == 1)
    var undecided = EntryRanges()
    undecided.insert((size - 2)..<size)
    log.handing.trust(undecided)
    let page = try page(try #require(first.last).position, [author.identity])
    #expect(page.events.count == 2)
  }

  @Test("`show` of a record behind many grants goes on in later turns")
  func show() throws {
    let foe = try TestAuthor("be", store)
    for _ in 0..<300 { foe.grant(to: []) }
    let grant = foe.grant(to: [("nl", reader.sealing.publicKey)])
    let index = foe.record(#"{"type":"late"}"#, to: grant)
    try foe.flush()
    let work = ShowWork(desk, store, foe.identity, index, isDisputed: false, isLate: false)
    var steps = 1
    var reply = try work.step()
    while reply == nil, steps < 1_000 {
      let before = looks
      reply = try work.step()
      #expect(looks - before < 80)
      steps += 1
    }
    #expect(steps > 3)
    #expect(reply?.record == #"{"type":"late"}"#)
    let shown = try ShowWork(desk, store, foe.identity, grant, isDisputed: false, isLate: false)
      .step()
    #expect(shown?.text == "audience nl, version 1: be, nl")
  }

  @Test("`show` of a withdrawn record names the withdrawal, without a search, and no record")
  func withdrawn() throws {
    let foe = try TestAuthor("be", store)
    let grant = foe.grant(to: [("nl", reader.sealing.publicKey)])
    let index = foe.record(#"{"type":"a"}"#, to: grant)
    for _ in 0..<200 { foe.withdraw(index + 1_000) }
    let last = foe.withdraw(index)
    try foe.flush()
    try store.hide(
      foe.identity.id, [index], by: Withdrawal.Place(epoch: 1, index: last), dueMinute: 9,
      unless: { _ in false })
    try store.flush()
    let before = looks
    let shown = try ShowWork(desk, store, foe.identity, index, isDisputed: false, isLate: false)
      .step()
    #expect(looks - before < 80)
    #expect(shown?.opening == .hidden && shown?.why == "by be/1/\(last)" && shown?.record == nil)
  }

  @Test("Records of audiences that the book forgot are read with one that is fed up to them")
  func past() throws {
    let desk = Desk(store: store, secrets: reader, own: try NodeName("nl"), closedAudiences: 16)
    let foe = try TestAuthor("be", store)
    let members = [("nl", reader.sealing.publicKey)]
    var grant = foe.grant(to: members)
    foe.record(#"{"type":"first"}"#, to: grant)
    for version in 1..<40 {
      grant = foe.grant(to: members, after: grant)
      if version == 20 { foe.record(#"{"type":"middle"}"#, to: grant) }
    }
    foe.record(#"{"type":"last"}"#, to: grant)
    try foe.flush()
    let wanted = ["first", "middle", "last"].map { "{\"type\":\"\($0)\"}" }
    // The first time while the book is fed, then with one that was fed to the end.
    for _ in 0..<3 {
      let page = try desk.tail(
        TailPosition(), [foe.identity], ControlLimits.tailPage, store,
        isDisputed: { _, _ in false }, isLate: { _, _ in false })
      #expect(page.events.compactMap(\.record?.text) == wanted && !page.more)
    }
    #expect(desk.log(foe.identity).feed.book.reach > 2)
  }
}

/// An author who keeps no rule but those of acceptance, and writes into the reader's store.
final class TestAuthor {
  let identity: LogIdentity
  let secrets = NodeSecrets.generate()
  private let store: Store
  private var builder: EntryBuilder
  private var random = SystemRandom()
  private let book: AudienceBook
  private let mixed: SlotSecrets
  private let keys: GrantKeys
  private var versions: [UInt64: UInt32] = [:]
  private let time: UInt64 = 1_700_000_000_000

  init(_ name: String, _ store: Store) throws {
    self.store = store
    identity = LogIdentity(
      origin: Origin(name: try NodeName(name), epoch: 1), key: secrets.log.publicKey)
    builder = EntryBuilder(state: LogState(empty: identity))
    builder.append(kind: .genesis, time: time, body: [1])
    book = AudienceBook(identity: identity)
    mixed = SlotSecrets(author: secrets.author) { _ in nil }
    keys = GrantKeys(
      sealing: [Held(secrets.sealing.withSeed { SealingSecretKey(seed: $0) })],
      authorSecrets: [secrets.author])
    try store.addLog(identity)
  }

  /// - Returns: the grant's index.
  @discardableResult
  func grant(
    to members: [(name: String, key: SealingPublicKey)], after predecessor: UInt64? = nil
  ) -> UInt64 {
    let own = AudienceMember(name: identity.origin.name, key: secrets.sealing.publicKey)
    let others = members.compactMap { member in
      (try? NodeName(member.name)).map { AudienceMember(name: $0, key: member.key) }
    }
    let all = ([own] + others).sorted { $0.name < $1.name }
    let version = predecessor.flatMap { versions[$0] }.map { $0 + 1 }
    let draft = GrantDraft(
      name: AudienceName(author: own.name, members: all.map(\.name)), version: version ?? 1,
      predecessor: predecessor, members: all)
    let place = builder.nextHeader(kind: .grant, time: time, bodyBytes: 0)
    guard
      let body = try? book.makeGrant(draft, at: place, secrets: mixed, using: &random)
    else { preconditionFailure("the test's own grant") }
    let index = builder.append(kind: .grant, time: time, body: body)
    let header = builder.withHeader(at: builder.count - 1) { EntryHeader(parsing: $0) }
    book.handleGrant(header: header, body: body, keys: keys)
    versions[index] = version ?? 1
    return index
  }

  @discardableResult
  func record(_ text: String, to grant: UInt64) -> UInt64 {
    let bytes = Array(text.utf8)
    let place = builder.nextHeader(
      kind: .record, time: time, bodyBytes: RecordSeal.bodyBytes(for: bytes.count))
    var body: [UInt8] = []
    let tag = book.seal(bytes.span, to: grant, at: place, using: &random, appendingTo: &body)
    return builder.append(kind: .record, time: time, audienceTag: tag, body: body)
  }

  @discardableResult
  func withdraw(_ index: UInt64) -> UInt64 {
    let record = Withdrawal.Record(origin: identity.origin, index: index)
    guard let withdrawal = try? Withdrawal(records: [record]) else {
      preconditionFailure("the test's own withdrawal")
    }
    return builder.append(kind: .withdrawal, time: time, body: withdrawal.encode())
  }

  /// Signs what was appended, and makes it durable.
  func flush() throws {
    let batch = builder.finish { secrets.log.sign($0) }
    let hashed = HashedBatch(batch)
    let state = LogState(empty: identity)
    let tree = hashed.tree(extending: state)
    let checkpoint = Checkpoint.make(identity: identity, size: tree.size, root: tree.root()) {
      secrets.log.sign($0)
    }
    try store.append(try state.accept(hashed, under: checkpoint, consistency: []))
    _ = try store.flush()
  }
}
