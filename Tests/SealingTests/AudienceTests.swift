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

  @Test("An audience is reused for the same members and keys, whatever their order")
  func reuse() throws {
    let first = try log.reach([be, fr])
    #expect(try log.reach([fr, be, nl]) == first)
    #expect(log.book.audiences[0].metadata.name.text == "be,fr")
    #expect(try log.reach([be]) != first)
    #expect(try log.reach([]) != first)
    #expect(log.book.audiences.last?.metadata.name.text == "nl")
  }

  @Test("SEAL-14: another roster makes the next version of `all`, which closes the one before")
  func everybody() throws {
    let first = try log.reach([be], everybody: true)
    let early = log.publish([1], to: first)
    let second = try log.reach([be, fr], everybody: true)
    let late = log.publish([2], to: second)
    let audience = try #require(log.book.audiences.last)
    #expect(audience.metadata.version == 2)
    #expect(audience.metadata.predecessor == first)
    #expect(log.book.audiences[0].closedAt == second)
    let reader = log.read(by: fr)
    #expect(log.open(early, by: reader) == .notForThisNode)
    #expect(log.open(late, by: reader).record == [2])
  }

  @Test("SEAL-15: a record under a closed audience does not open")
  func closed() throws {
    let first = try log.reach([be], everybody: true)
    let second = try log.reach([be, fr], everybody: true)
    var body: [UInt8] = []
    // Sealed as if the predecessor were still open: under a book that knows only that one.
    let stale = AudienceBook(identity: log.identity)
    stale.handleGrant(
      header: log.entries[Int(first)].header, body: log.entries[Int(first)].body,
      with: nl.secret, presharedKey: nil)
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
    book.handleGrant(
      header: entry.header, body: entry.body, with: be.secret, presharedKey: nil)
    #expect(log.open(index, by: book).record == [5])
    #expect(book.missing.isEmpty)

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

  @Test("SEAL-17: no more audiences are open at once than the limit")
  func openAudiences() throws {
    for number in 0..<SealingLimits.openAudiences {
      let member = AudienceMember(name: try NodeName("m\(number)"), key: be.member.key)
      guard
        case .open(let draft) = try log.book.plan(
          to: [member], author: nl.secret.publicKey)
      else {
        Issue.record("a draft wanted")
        return
      }
      try log.grant(draft)
    }
    #expect(log.book.audiences.count == SealingLimits.openAudiences)
    #expect(throws: GrantError.tooManyAudiences) {
      _ = try log.book.plan(to: [fr.member], author: nl.secret.publicKey)
    }
    // A hostile author goes on; the reader does not.
    let draft = GrantDraft(
      name: AudienceName(author: nl.name, members: [fr.name]), version: 1, predecessor: nil,
      members: [fr.member, nl.member])
    try log.grant(draft)
    #expect(log.book.audiences.count == SealingLimits.openAudiences)
    #expect(log.book.defects.map(\.defect) == [.tooManyAudiences])
    // The next version of an open one still fits.
    let first = try #require(log.book.audiences.first)
    let next = GrantDraft(
      name: first.metadata.name, version: 2, predecessor: first.grantIndex,
      members: first.metadata.members)
    try log.grant(next)
    #expect(log.book.audiences.last?.metadata.version == 2)
    #expect(log.book.defects.count == 1)
  }

  @Test("A hostile author's grants without end cost time by their number")
  func grantsWithoutEnd() throws {
    let start = ContinuousClock.now
    let book = AudienceBook(identity: log.identity)
    var header = log.place(.grant)
    for index in 1...UInt64(100_000) {
      header.index = index
      book.handleGrant(header: header, body: nil, with: be.secret, presharedKey: nil)
    }
    let place = log.place(.record).associatedData()
    let none: [UInt8] = []
    let wanted = (1...UInt64(SealingLimits.missingGrantsNamed)).map { $0 }
    for _ in 0..<1_000 {
      let answer = book.open(index: 100_001, associatedData: place.span, body: none.span)
      guard answer != .unknownYet(missingGrants: wanted) else { continue }
      Issue.record("\(answer)")
    }
    // By the square of their number it would be minutes.
    #expect(ContinuousClock.now - start < .seconds(20))
  }

  @Test("SEAL-15: records of closed and open audiences open, whatever was closed since")
  func pastAndPresent() throws {
    var records: [UInt64] = []
    for round in 0..<6 {
      let grant = try log.reach(round % 2 == 0 ? [be] : [be, fr], everybody: true)
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
    let name = log.book.audiences[0].metadata.name
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

  @Test("SEAL-10, SEAL-17: too many members and unusable keys are refused")
  func members() throws {
    let many = try (0..<512).map { try Party("m\($0)", seed: 1).member }
    #expect(throws: GrantError.tooManyMembers) {
      _ = try log.book.plan(to: many, author: nl.secret.publicKey)
    }
    let weak = AudienceMember(name: be.name, key: SealingPublicKey(.zero))
    guard
      case .open(let draft) = try log.book.plan(to: [weak], author: nl.secret.publicKey)
    else {
      Issue.record("a draft wanted")
      return
    }
    #expect(throws: GrantError.unusableKey(be.name)) { try log.grant(draft) }
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
        header: entry.header, body: body, author: nl.name, with: be.secret, presharedKey: nil)
      // Also in a dummy or in another member's slot: the metadata authenticate all of them.
      switch consume opening {
      case .member: Issue.record("opened with byte \(position) flipped")
      default: break
      }
    }
  }
}
