import Crypto
import Log
import Secrets
import Testing

@testable import Sealing

@Suite struct AudienceTests {
  let nl: Party
  let be: Party
  let fr: Party
  let log: AuthorLog

  init() throws {
    nl = try Party("nl", seed: 1)
    be = try Party("be", seed: 2)
    fr = try Party("fr", seed: 3)
    log = try AuthorLog(nl)
  }

  @Test("SEAL-1: members and the author open a record, a carrier is told it is not for it")
  func threeNodes() throws {
    let record = Array(#"{"type":"note","text":"é"}"#.utf8)
    let index = log.publish(record, to: try log.reach([be]))
    #expect(log.open(index, by: log.read(by: be)).record == record)
    #expect(log.open(index, by: log.book).record == record)
    #expect(log.open(index, by: log.read(by: fr)) == .notForThisNode)
  }

  @Test("SEAL-28: a chunk opens as a chunk alone, a record as a record alone; both disclose")
  func chunk() throws {
    let grant = try log.reach([be])
    let bytes = [UInt8](repeating: 9, count: SealingLimits.recordBytes)
    let chunk = log.publish(bytes, as: .sealedChunk, to: grant)
    let record = log.publish([1], to: grant)
    let book = log.read(by: be)
    #expect(log.open(chunk, as: .sealedChunk, by: book).record == bytes)
    #expect(log.open(chunk, by: book) == .defect(.header))
    #expect(log.open(record, as: .sealedChunk, by: book) == .defect(.header))
    #expect(log.open(chunk, as: .sealedChunk, by: log.read(by: fr)) == .notForThisNode)
    #expect(log.entries[Int(chunk)].body.count == RecordSeal.bodyBytes(for: bytes.count))
    let entry = log.entries[Int(chunk)]
    let data = entry.header.associatedData()
    guard let key = book.disclosureKey(index: chunk, associatedData: data.span) else {
      Issue.record("no key")
      return
    }
    #expect(try key.open(associatedData: data.span, body: entry.body.span) == bytes)
  }

  @Test("An audience is reused for the same members and keys, whatever their order")
  func reuse() throws {
    let first = try log.reach([be, fr])
    #expect(try log.reach([fr, be, nl]) == first)
    #expect(log.metadata(of: first)?.name.text == "be,fr")
    #expect(try log.reach([be]) != first)
    #expect(try log.reach([]) != first)
    #expect(log.metadata(of: try log.reach([]))?.name.text == "nl")
  }

  @Test("SEAL-14: another roster makes the next version of `all`, which closes the one before")
  func everybody() throws {
    let first = try log.reach([be], scope: .everybody)
    let early = log.publish([1], to: first)
    let second = try log.reach([be, fr], scope: .everybody)
    let late = log.publish([2], to: second)
    let metadata = try #require(log.metadata(of: second))
    #expect(metadata.version == 2)
    #expect(metadata.predecessor == first)
    #expect(log.book.audiences[0].closedAt == second)
    let reader = log.read(by: fr)
    #expect(log.open(early, by: reader) == .notForThisNode)
    #expect(log.open(late, by: reader).record == [2])
  }

  @Test("SEAL-15: a record under a closed audience does not open")
  func closed() throws {
    let first = try log.reach([be], scope: .everybody)
    let second = try log.reach([be, fr], scope: .everybody)
    var body: [UInt8] = []
    // Sealed as if the predecessor were still open: under a book that knows only that one.
    let stale = AudienceBook(identity: log.identity)
    stale.handleGrant(
      header: log.entries[Int(first)].header, body: log.entries[Int(first)].body,
      keys: nl.ownKeys)
    let tag = stale.seal(
      [9].span, to: first, at: log.place(.record), using: &log.random, appendingTo: &body)
    let index = log.append(kind: .record, tag: tag, body: body).index
    #expect(second < index)
    #expect(log.open(index, by: log.read(by: be)) == .notForThisNode)
  }

  @Test("SEAL-16: a missing grant makes the answer unknown, until it arrives")
  func missing() throws {
    let grant = try log.reach([be])
    let index = log.publish([5], to: grant)
    let book = log.read(by: be, without: [grant])
    #expect(log.open(index, by: book) == .unknownYet(missingGrants: [grant]))
    let entry = log.entries[Int(grant)]
    book.handleGrant(header: entry.header, body: entry.body, keys: be.keys())
    #expect(log.open(index, by: book).record == [5])
    #expect(book.missingGrants.isEmpty)

    let behind = AudienceBook(identity: log.identity)
    #expect(log.open(index, by: behind) == .unknownYet(missingGrants: []))
  }

  @Test("SEAL-11: a slot that does not unwrap says that a pre-shared key is missing")
  func presharedKey() throws {
    var random = SeededRandom(seed: 4)
    let psk = Held(PresharedKey.generate(using: &random))
    let other = Held(PresharedKey.generate(using: &random))
    let grant = try log.reach([be, fr]) { $0.text == "be" ? psk : nil }
    let index = log.publish([5], to: grant)
    #expect(log.open(index, by: log.read(by: be)) == .presharedKeyMissing(grant: grant))
    #expect(
      log.open(index, by: log.read(by: be, psk: other)) == .presharedKeyMissing(grant: grant))
    #expect(log.open(index, by: log.read(by: be, psk: psk)).record == [5])
    // A grant from before the exchange still opens.
    #expect(log.open(index, by: log.read(by: fr, psk: other)).record == [5])
  }

  @Test("A disclosed key opens its record and no other")
  func disclosure() throws {
    let grant = try log.reach([be])
    let first = log.publish([1], to: grant)
    let second = log.publish([2], to: grant)
    let entries = log.entries
    let data = entries[Int(first)].header.associatedData()
    func disclose(_ index: UInt64, as party: Party) throws -> [UInt8]? {
      let key = log.read(by: party).disclosureKey(index: first, associatedData: data.span)
      guard let key else { return nil }
      let entry = entries[Int(index)]
      return try key.open(
        associatedData: entry.header.associatedData().span, body: entry.body.span)
    }
    #expect(try disclose(first, as: be) == [1])
    #expect(try disclose(first, as: fr) == nil)
    #expect(throws: SealingDefect.commitment) { _ = try disclose(second, as: be) }
  }

  @Test("A record's audience is known by its header, also of a record whose body is gone")
  func byHeader() throws {
    let first = try log.reach([be])
    let second = try log.reach([be, fr])
    let (one, two) = (log.publish([1], to: first), log.publish([2], to: second))
    func audience(_ index: UInt64, by party: Party) -> UInt64? {
      let data = log.entries[Int(index)].header.associatedData()
      return log.read(by: party).audience(index: index, associatedData: data.span)?.grantIndex
    }
    #expect(audience(one, by: be) == first && audience(two, by: be) == second)
    #expect(audience(one, by: fr) == nil && audience(two, by: fr) == second)
    // A grant is no record.
    #expect(audience(first, by: be) == nil)
  }

  @Test("Grants are as long as their slots say, for 2 to 40 members")
  func slots() throws {
    let parties = try (0..<40).map { try Party("n\($0)", seed: 100 + UInt64($0)) }
    for (count, slots) in [(1, 8), (7, 8), (8, 16), (40, 64)] {
      let grant = try log.reach(Array(parties.prefix(count)))
      let body = try GrantBody(parsing: log.entries[Int(grant)].body)
      #expect(body.slotCount == slots)
      let index = log.publish([7], to: grant)
      #expect(log.open(index, by: log.read(by: parties[count - 1])).record == [7])
    }
  }

  @Test(
    "SEAL-20: of 1,100 audiences the least recently used are closed, and every member agrees on the count"
  )
  func manyAudiences() throws {
    let members = try (0..<1_100).map { number in
      AudienceMember(
        name: try NodeName("m\(number)"), key: number % 2 == 0 ? be.member.key : fr.member.key)
    }
    var grants: [UInt64] = []
    for member in members {
      guard case .open(let draft) = try log.plan(to: [member]).step else {
        Issue.record("a draft wanted")
        return
      }
      #expect(draft.isOneMore)
      if log.book.isFull {
        let last = log.book.leastRecentlyUsed[0]
        // The first is in use all the time.
        #expect(last != grants[0])
        let metadata = try #require(log.metadata(of: last))
        try log.grant(try #require(log.book.closing(metadata, openedAt: last)))
      }
      grants.append(try log.grant(draft))
      log.publish([1], to: grants[0])
    }
    #expect(log.book.defects.isEmpty)
    #expect(log.book.open.count == SealingLimits.openAudiences)
    #expect(log.book.closed.count == 1_100 - SealingLimits.openAudiences)
    for reader in [be, fr] {
      let book = log.read(by: reader)
      #expect(book.defects.isEmpty)
      let own = book.audiences
      #expect(own.count == 550)
      // A member knows the same of its audiences as the author.
      let known = log.book.audiences.filter { audience in
        own.contains { $0.grantIndex == audience.grantIndex }
      }
      #expect(own == known)
    }
    // One that was closed is opened anew, from its first version.
    guard case .open(let draft) = try log.plan(to: [members[1]]).step else {
      Issue.record("a draft wanted")
      return
    }
    #expect(draft.version == 1 && draft.predecessor == nil)
  }

  @Test("SEAL-29: 30 days after its grant the next version is opened; one not used is to be closed")
  func term() throws {
    let first = try log.reach([be])
    let unused = try log.reach([fr])
    log.now += SealingLimits.audienceTermMilliseconds
    #expect(try log.reach([be]) == first)
    #expect(log.book.pastTerm(at: log.now) == [])
    log.now += 1
    #expect(log.book.pastTerm(at: log.now) == [first, unused])
    let second = try log.reach([be])
    #expect(log.metadata(of: second)?.predecessor == first)
    #expect(try log.reach([be]) == second)
    let metadata = try #require(log.metadata(of: unused))
    try log.grant(try #require(log.book.closing(metadata, openedAt: unused)))
    #expect(log.book.pastTerm(at: log.now) == [])
    for reader in [be, fr] { #expect(log.read(by: reader).defects.isEmpty) }
    // A clock that was set back makes nothing old.
    #expect(log.book.pastTerm(at: 0) == [])
  }

  @Test("SEAL-17: a reader opens no more audiences at once than the limit")
  func openAudiences() throws {
    for number in 0..<SealingLimits.openAudiences {
      let member = AudienceMember(name: try NodeName("m\(number)"), key: be.member.key)
      guard case .open(let draft) = try log.plan(to: [member]).step else {
        Issue.record("a draft wanted")
        return
      }
      try log.grant(draft)
    }
    #expect(log.book.audiences.count == SealingLimits.openAudiences)
    #expect(log.book.isFull)
    // A hostile author goes on; the reader does not.
    let draft = GrantDraft(
      name: AudienceName(author: nl.name, members: [fr.name]), version: 1, predecessor: nil,
      members: [fr.member, nl.member])
    try log.grant(draft)
    #expect(log.book.audiences.count == SealingLimits.openAudiences)
    #expect(log.book.defects.map(\.defect) == [.tooManyAudiences])
    // The next version of an open one still fits.
    let first = try #require(log.book.audiences.first)
    let metadata = try #require(log.metadata(of: first.grantIndex))
    try log.grant(
      GrantDraft(
        name: metadata.name, version: 2, predecessor: first.grantIndex, members: metadata.members))
    #expect(log.book.audiences.last?.version == 2)
    #expect(log.book.defects.count == 1)
  }

  @Test("SEAL-20: a closing grant opens nothing, and must continue the audience that it closes")
  func closing() throws {
    let first = try log.reach([be])
    let early = log.publish([1], to: first)
    let metadata = try #require(log.metadata(of: first))
    let wrong = GrantDraft(
      isClosing: true, name: metadata.name, version: 3, predecessor: first,
      members: metadata.members)
    try log.grant(wrong)
    #expect(log.read(by: be).defects.map(\.defect) == [.predecessor])
    let closing = try #require(log.book.closing(metadata, openedAt: first))
    let end = try log.grant(closing)
    #expect(log.book.audiences.map(\.closedAt) == [end])
    #expect(log.book.closing(metadata, openedAt: first) == nil)
    let reader = log.read(by: be)
    #expect(reader.audiences == log.book.audiences)
    #expect(log.open(early, by: reader).record == [1])
  }

  @Test("SEAL-16, SEAL-20: a closing grant counts also where the one that it closes comes after it")
  func lateClosing() throws {
    let first = try log.reach([be])
    let metadata = try #require(log.metadata(of: first))
    try log.grant(try #require(log.book.closing(metadata, openedAt: first)))
    let late = log.read(by: be, without: [first])
    #expect(late.audiences.isEmpty)
    let entry = log.entries[Int(first)]
    late.handleGrant(header: entry.header, body: entry.body, keys: be.keys())
    #expect(late.audiences == log.book.audiences)
  }

  @Test(
    "A book of an author who opens and closes without end has a bounded size, and one fed up to a record opens it"
  )
  func boundedBook() throws {
    var records: [UInt64] = []
    for round in 0..<40 {
      let grant = try log.reach(round % 2 == 0 ? [be] : [be, fr], scope: .everybody)
      records.append(log.publish([UInt8(round)], to: grant))
    }
    let book = log.read(by: be, closedAudiences: 8)
    #expect(book.audiences.count == 9)
    #expect(book.kept.count <= 10)
    #expect(log.open(records[0], by: book) == .beyondReach)
    #expect(book.reach > records[30] && book.reach < records[31])
    for round in 31..<40 { #expect(log.open(records[round], by: book).record == [UInt8(round)]) }
    let past = AudienceBook(identity: log.identity, closedAudiences: 8)
    for entry in log.entries where entry.header.index < records[3] {
      guard entry.header.kind == EntryKind.grant.rawValue else { continue }
      past.handleGrant(header: entry.header, body: entry.body, keys: be.keys())
    }
    past.advance(to: records[3])
    #expect(log.open(records[3], by: past).record == [3])
  }

  @Test("SEAL-9: 512 slots with one reader's hint are a defect, whatever is in them")
  func hintFlood() throws {
    for (slots, expected) in [(4, false), (5, true), (512, true)] {
      let body = try log.floodedGrant(for: be, slots: slots)
      let header = log.append(kind: .grant, body: body)
      let book = AudienceBook(identity: log.identity)
      book.handleGrant(header: header, body: body, keys: be.keys())
      #expect(book.defects.map(\.defect) == (expected ? [.tooManySlots] : []))
      let opening = Grant.open(
        header: header, body: body, author: nl.name, keys: be.keys())
      switch consume opening {
      case .defect(let defect): #expect(expected && defect == .tooManySlots)
      case .presharedKeyMissing: #expect(!expected)
      default: Issue.record("opened")
      }
    }
  }

  @Test("A hostile author's grants without end cost time by their number")
  func grantsWithoutEnd() throws {
    let start = ContinuousClock.now
    let keys = be.keys()
    let book = AudienceBook(identity: log.identity)
    var header = log.place(.grant)
    for index in 1...UInt64(100_000) {
      header.index = index
      book.handleGrant(header: header, body: nil, keys: keys)
    }
    let place = log.place(.record).associatedData()
    let none: [UInt8] = []
    let wanted = (1...UInt64(SealingLimits.missingGrantsNamed)).map { $0 }
    for _ in 0..<1_000 {
      let answer = book.open(index: 100_001, associatedData: place.span, body: none.span)
      guard answer != .unknownYet(missingGrants: wanted) else { continue }
      Issue.record("\(answer)")
    }
    // Work by the square of their number would take minutes.
    #expect(ContinuousClock.now - start < .seconds(20))
  }

  @Test("SEAL-15: records of closed and open audiences open, whatever was closed since")
  func pastAndPresent() throws {
    var records: [UInt64] = []
    for round in 0..<6 {
      let grant = try log.reach(round % 2 == 0 ? [be] : [be, fr], scope: .everybody)
      records.append(log.publish([UInt8(round)], to: grant))
      records.append(log.publish([UInt8(round)], to: try log.reach([be])))
    }
    let reader = log.read(by: be)
    for (position, index) in records.enumerated() {
      #expect(log.open(index, by: reader).record == [UInt8(position / 2)])
    }
  }

  @Test("SEAL-15: a grant must continue the predecessor that it names")
  func predecessors() throws {
    let first = try log.reach([be])
    let name = try #require(log.metadata(of: first)).name
    let members = [be.member, nl.member]
    for version in [UInt32(1), 3] {
      let draft = GrantDraft(name: name, version: version, predecessor: first, members: members)
      try log.grant(draft)
    }
    let other = GrantDraft(name: .all, version: 2, predecessor: first, members: members)
    try log.grant(other)
    // Version 1 with a predecessor is bad metadata; the others contradict what is known.
    #expect(log.book.defects.map(\.defect) == [.metadata, .predecessor, .predecessor])
    #expect(log.book.audiences.count == 1 && log.book.audiences[0].closedAt == nil)
    let good = GrantDraft(name: name, version: 2, predecessor: first, members: members)
    try log.grant(good)
    try log.grant(good)
    #expect(log.book.defects.last?.defect == .predecessor)
    #expect(log.book.audiences.count == 2)
  }

  @Test("SEAL-17: too many members are refused")
  func members() throws {
    let many = try (0..<512).map { try Party("m\($0)", seed: 1).member }
    #expect(throws: GrantError.tooManyMembers) { _ = try log.plan(to: many) }
  }

  @Test(
    "SEAL-10: nobody is sealed to with a key of small order; the rest of `all` is reached",
    arguments: [
      String(repeating: "00", count: 32), "01" + String(repeating: "00", count: 31),
      "ec" + String(repeating: "ff", count: 30) + "7f",
      "ed" + String(repeating: "ff", count: 30) + "ff",
      "ee" + String(repeating: "ff", count: 30) + "7f",
      "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
      "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f11d7",
    ])
  func smallOrder(_ key: String) throws {
    let bytes = try #require(Hex.decode(key))
    let weak = AudienceMember(name: be.name, key: try #require(SealingPublicKey(bytes)))
    #expect(weak.key.isOfSmallOrder)
    #expect(!be.member.key.isOfSmallOrder && !fr.member.key.isOfSmallOrder)
    #expect(throws: GrantError.unusableKey(be.name)) { _ = try log.plan(to: [weak]) }
    #expect(throws: GrantError.unusableKey(be.name)) { _ = try log.plan(to: [weak, fr.member]) }
    #expect(throws: GrantError.unusableKey(be.name)) {
      _ = try log.plan(to: [weak], scope: .everybody)
    }
    let plan = try log.plan(to: [weak, fr.member], scope: .everybody)
    #expect(plan.leftOut == [be.name])
    guard case .open(let draft) = plan.step else {
      Issue.record("a draft wanted")
      return
    }
    let grant = try log.grant(draft)
    #expect(log.metadata(of: grant)?.members.map(\.name) == [fr.name, nl.name])
    let index = log.publish([1], to: grant)
    #expect(log.open(index, by: log.read(by: fr)).record == [1])
    // The next publish goes to the same audience.
    let again = try log.plan(to: [weak, fr.member], scope: .everybody)
    #expect(again.step == .reuse(grantIndex: grant) && again.leftOut == [be.name])
  }

  @Test(
    "SEAL-9: the author's own slot opens with its own secret, and with its X25519 key alone nothing does"
  )
  func authorSecret() throws {
    let grant = try log.reach([be])
    let entry = log.entries[Int(grant)]
    #expect(log.metadata(of: grant)?.version == 1)
    var random = SeededRandom(seed: 9)
    let sealing = [Held(nl.secret.withSeed { SealingSecretKey(seed: $0) })]
    let another = Held(AuthorSecret.generate(using: &random))
    for keys in [
      GrantKeys(sealing: sealing), GrantKeys(sealing: sealing, authorSecrets: []),
      GrantKeys(sealing: sealing, authorSecrets: [another]),
    ] {
      let opening = Grant.open(
        header: entry.header, body: entry.body, author: nl.name, keys: keys)
      switch consume opening {
      case .presharedKeyMissing: break
      default: Issue.record("the author's X25519 key alone opens the grant")
      }
    }
    // An earlier secret opens what was made with it.
    let keys = GrantKeys(sealing: sealing, authorSecrets: [another, nl.authorSecret])
    let opening = Grant.open(header: entry.header, body: entry.body, author: nl.name, keys: keys)
    switch consume opening {
    case .member: break
    default: Issue.record("an earlier secret does not open the author's slot")
    }
  }

  @Test(
    "SEAL-15: a pre-shared key that is added or changed opens the next version; members without one are named"
  )
  func changedPresharedKey() throws {
    var random = SeededRandom(seed: 4)
    let psk = Held(PresharedKey.generate(using: &random))
    let other = Held(PresharedKey.generate(using: &random))
    func with(_ keys: [String: Held<PresharedKey>]) -> (NodeName) -> Held<PresharedKey>? {
      { keys[$0.text] }
    }
    let none = try log.plan([be, fr])
    #expect(none.withoutPresharedKey.isEmpty)
    let first = try log.reach([be, fr])
    let mixed = try log.plan([be, fr], psk: with(["be": psk]))
    #expect(mixed.withoutPresharedKey == [fr.name])
    let second = try log.reach([be, fr], psk: with(["be": psk]))
    #expect(second > first && log.metadata(of: second)?.predecessor == first)
    #expect(try log.reach([be, fr], psk: with(["be": psk])) == second)
    let third = try log.reach([be, fr], psk: with(["be": other]))
    #expect(log.metadata(of: third)?.predecessor == second)
    let both = try log.plan([be, fr], psk: with(["be": other, "fr": psk]))
    #expect(both.withoutPresharedKey.isEmpty)
    let fourth = try log.reach([be, fr], psk: with(["be": other, "fr": psk]))
    #expect(log.metadata(of: fourth)?.version == 4)
    // A new process, with the same keys, goes on with it.
    let again = log.read(by: nl)
    let plan = try again.plan(
      to: [be.member, fr.member], author: nl.secret.publicKey,
      secrets: log.secrets(with(["be": other, "fr": psk])), now: 0)
    #expect(plan.step == .reuse(grantIndex: fourth))
    // A reader that kept its earlier keys opens all of them.
    let records = [first, second, third, fourth].map { _ in log.publish([7], to: fourth) }
    let keys = be.keys(psks: [other, psk])
    let book = AudienceBook(identity: log.identity)
    for entry in log.entries where entry.header.kind == EntryKind.grant.rawValue {
      book.handleGrant(header: entry.header, body: entry.body, keys: keys)
    }
    #expect(book.audiences.count == 4)
    #expect(log.open(records[0], by: book).record == [7])
  }

  @Test("Every flipped bit of a record's body or associated data is noticed")
  func flips() throws {
    let index = log.publish([5], to: try log.reach([be]))
    let book = log.read(by: be)
    let entry = log.entries[Int(index)]
    for position in entry.body.indices {
      var body = entry.body
      body[position] ^= 1 << UInt8(position % 8)
      let answer = book.open(
        index: index, associatedData: entry.header.associatedData().span, body: body.span)
      let isHalfTag = (24..<40).contains(position)
      #expect(answer == .defect(isHalfTag ? .commitment : .notAuthentic))
    }
    for position in 0..<88 {
      var data = entry.header.associatedData()
      data[position] ^= 1
      let answer = book.open(index: index, associatedData: data.span, body: entry.body.span)
      #expect(answer.record == nil)
    }
  }

  @Test("Every flipped bit of a grant's body leaves it closed")
  func grantFlips() throws {
    let grant = try log.reach([be])
    let entry = log.entries[Int(grant)]
    for position in entry.body.indices {
      var body = entry.body
      body[position] ^= 0x10
      let opening = Grant.open(
        header: entry.header, body: body, author: nl.name, keys: be.keys())
      // Also in a dummy or in another member's slot: the metadata authenticate all of them.
      switch consume opening {
      case .member: Issue.record("opened with byte \(position) flipped")
      default: break
      }
    }
  }
}
