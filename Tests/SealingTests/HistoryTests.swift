import Crypto
import Log
import Secrets
import Testing
import Wire

@testable import Sealing

/// Older keys that an author gives away: Protocols/sealing.md, 11.
@Suite struct HistoryTests {
  let nl: Party
  let be: Party
  let fr: Party
  let se: Party
  let log: AuthorLog

  init() throws {
    nl = try Party("nl", seed: 1)
    be = try Party("be", seed: 2)
    fr = try Party("fr", seed: 3)
    se = try Party("se", seed: 4)
    log = try AuthorLog(nl)
  }

  @Test("SEAL-24: a joiner opens the audiences and records whose keys it was given, and no others")
  func joins() throws {
    let first = try log.reach([be, fr])
    let early = log.publish([1], to: first)
    try log.close(first)
    let second = try log.reach([be])
    let single = log.publish([2], to: second)
    let other = log.publish([3], to: second)
    let entry = try log.give(to: [se], grants: [first], records: [single])
    let after = log.publish([4], to: second)
    let joiner = log.readWithHistory(by: se)
    #expect(log.open(early, by: joiner).record == [1])
    #expect(log.open(single, by: joiner).record == [2])
    for index in [other, after] { #expect(log.open(index, by: joiner) == .notForThisNode) }
    // The key that is disclosed of it is the author's.
    let data = log.entries[Int(single)].header.associatedData()
    let given = joiner.disclosureKey(index: single, associatedData: data.span)?.withBytes {
      $0.array
    }
    #expect(try given == log.disclosure(single, of: second).withBytes { $0.array })
    // Nobody else learns anything of it.
    for outsider in [be, fr] {
      let keys = HistoryKeys()
      let sealed = log.entries[Int(entry)]
      let head = keys.handleHistory(
        header: sealed.header, body: sealed.body, author: nl.name, keys: outsider.keys())
      #expect(head.map(\.isNew) == nil && keys.defects.isEmpty)
    }
  }

  @Test("SEAL-15: K from history opens nothing at or above the entry that gave it")
  func ends() throws {
    let grant = try log.reach([be])
    let below = log.publish([1], to: grant)
    // Against SEAL-25: the audience is still open.
    try log.give(to: [se], grants: [grant], records: [])
    let above = log.publish([2], to: grant)
    let joiner = log.readWithHistory(by: se)
    #expect(log.open(below, by: joiner).record == [1])
    #expect(log.open(above, by: joiner) == .notForThisNode)
    #expect(log.open(above, by: log.read(by: be)).record == [2])
    // The lowest of two entries that give it counts, in whatever order they are read.
    try log.give(to: [se], grants: [grant], records: [])
    for isReversed in [false, true] {
      let again = log.readWithHistory(by: se, isReversed: isReversed)
      #expect(log.open(above, by: again) == .notForThisNode)
    }
  }

  @Test("SEAL-24: a key that does not fit is the entry's defect, and the others count")
  func wrongKeys() throws {
    let first = try log.reach([be])
    let one = log.publish([1], to: first)
    let two = log.publish([2], to: first)
    try log.close(first)
    let second = try log.reach([fr])
    let three = log.publish([3], to: second)
    try log.close(second)
    let draft = HistoryDraft(to: [se.member], group: nil)
    draft.give(grant: first, try log.audienceKey(second))
    draft.give(grant: second, try log.audienceKey(second))
    draft.give(record: one, try log.disclosure(two, of: first))
    draft.give(record: two, try log.disclosure(two, of: first))
    let entry = try log.give(draft)
    let keys = log.history(of: se)
    let joiner = log.readWithHistory(by: se, keys: keys)
    #expect(log.open(one, by: joiner) == .notForThisNode)
    #expect(log.open(two, by: joiner).record == [2])
    #expect(log.open(three, by: joiner).record == [3])
    #expect(keys.defects.map(\.index) == [entry])
    #expect(keys.defects.map(\.defect) == [.wrongKey])
    // A right key that comes later is taken.
    try log.give(to: [se], grants: [first], records: [])
    #expect(log.open(one, by: log.readWithHistory(by: se)).record == [1])
  }

  @Test("SEAL-3: history that comes after the grants were read opens what it names")
  func late() throws {
    let first = try log.reach([be], scope: .everybody)
    let one = log.publish([1], to: first)
    let second = try log.reach([be, fr], scope: .everybody)
    let two = log.publish([2], to: second)
    let third = try log.reach([be, se], scope: .everybody)
    let three = log.publish([3], to: third)
    let book = log.read(by: se)
    #expect(log.open(three, by: book).record == [3])
    let entry = try log.give(to: [se], grants: [first, second], records: [])
    let sealed = log.entries[Int(entry)]
    let news = book.history.handleHistory(
      header: sealed.header, body: sealed.body, author: nl.name, keys: se.keys())
    let given = try #require(news)
    #expect(given.isNew && given.head.grants == [first, second] && given.head.first == first)
    book.reopen(given.head.grants)
    while let index = book.nextReopened {
      let grant = log.entries[Int(index)]
      book.handleGrant(header: grant.header, body: grant.body, keys: se.keys())
    }
    #expect(log.open(one, by: book).record == [1])
    #expect(log.open(two, by: book).record == [2])
    let ahead = log.readWithHistory(by: se)
    #expect(book.audiences.map(\.grantIndex) == ahead.audiences.map(\.grantIndex))
    // Whichever came first, an audience ends where the next version closed it.
    #expect(book.audiences.last { $0.grantIndex == second }?.closedAt == third)
    // The same keys once more are no news.
    let again = book.history.handleHistory(
      header: sealed.header, body: sealed.body, author: nl.name, keys: se.keys())
    #expect(again?.isNew == false)
  }

  @Test("SEAL-22: a grant is no history and history is no grant, whatever the header says")
  func labels() throws {
    let grant = try log.reach([be])
    let entry = try log.give(to: [be], grants: [], records: [log.publish([1], to: grant)])
    var sealed = log.entries[Int(grant)]
    sealed.header.kind = EntryKind.history.rawValue
    var opening = History.open(
      header: sealed.header, body: sealed.body, author: nl.name, keys: be.keys())
    switch consume opening {
    case .notReceiver: break
    default: Issue.record("a grant opened as history")
    }
    sealed = log.entries[Int(entry)]
    opening = History.open(
      header: sealed.header, body: sealed.body, author: nl.name, keys: be.keys())
    switch consume opening {
    case .receiver(let content):
      let head = content.head
      #expect(head.records == [grant + 1])
    default: Issue.record("not opened")
    }
    sealed.header.kind = EntryKind.grant.rawValue
    let other = Grant.open(
      header: sealed.header, body: sealed.body, author: nl.name, keys: be.keys())
    switch consume other {
    case .notMember: break
    default: Issue.record("history opened as a grant")
    }
  }

  @Test("SEAL-17: a node keeps so many keys of one log, and tries four of one grant")
  func bounds() throws {
    let grant = try log.reach([be])
    let key = try log.audienceKey(grant)
    var index: UInt64 = 100
    let keys = HistoryKeys()
    while keys.defects.isEmpty {
      let draft = HistoryDraft(to: [se.member], group: nil)
      while !draft.isFull {
        draft.give(record: index, DisclosureKey(of: key, in: log.identity.id, at: index))
        index += 1
      }
      var place = log.place(.history)
      place.index = index + 1
      let body = try History.make(
        draft, author: nl.member, at: place, secrets: log.secrets(), using: &log.random)
      #expect(body.count < 100_000)
      place.bodyBytes = UInt32(body.count)
      let news = keys.handleHistory(header: place, body: body, author: nl.name, keys: se.keys())
      #expect(news?.isNew == true)
    }
    #expect(keys.count == SealingLimits.historyKeys)
    #expect(keys.defects.map(\.defect) == [.tooManyKeys])

    let few = HistoryKeys()
    for number in 0..<6 {
      let draft = HistoryDraft(to: [se.member], group: nil)
      draft.give(grant: grant, AudienceKey.generate(using: &log.random))
      var place = log.place(.history)
      place.index += UInt64(number)
      let body = try History.make(
        draft, author: nl.member, at: place, secrets: log.secrets(), using: &log.random)
      place.bodyBytes = UInt32(body.count)
      let news = few.handleHistory(header: place, body: body, author: nl.name, keys: se.keys())
      #expect(news?.isNew == (number < SealingLimits.historyKeysTried))
    }
  }

  @Test(
    "SEAL-22: whoever is given the key of an entry sees which keys it gave, and with another key nothing"
  )
  func disclosed() throws {
    let grant = try log.reach([be])
    let entry = try log.give(to: [se], grants: [grant], records: [])
    let sealed = log.entries[Int(entry)]
    for reader in [nl.ownKeys, se.keys()] {
      guard
        let key = History.disclosureKey(header: sealed.header, body: sealed.body, keys: reader)
      else {
        Issue.record("no slot")
        return
      }
      let content = try History.open(
        header: sealed.header, body: sealed.body, author: nl.name, key: key)
      let (head, given) = (content.head, content.withKey(0) { $0.array })
      #expect(head.grants == [grant] && head.receivers == [se.member])
      #expect(try given == log.audienceKey(grant).withBytes { $0.array })
    }
    let other = HistoryKey(copying: [UInt8](repeating: 1, count: 32).span)
    #expect(throws: SealingDefect.commitment) {
      _ = try History.open(
        header: sealed.header, body: sealed.body, author: nl.name, key: other)
    }
    if let _ = History.disclosureKey(header: sealed.header, body: sealed.body, keys: fr.keys()) {
      Issue.record("an outsider has a slot")
    }
  }

  @Test("Every flipped bit of a history entry's body leaves it closed")
  func flips() throws {
    let entry = try log.give(to: [se], grants: [try log.reach([be])], records: [])
    let sealed = log.entries[Int(entry)]
    for position in sealed.body.indices {
      var body = sealed.body
      body[position] ^= 0x10
      let keys = HistoryKeys()
      let head = keys.handleHistory(
        header: sealed.header, body: body, author: nl.name, keys: se.keys())
      #expect(head.map(\.isNew) == nil, "byte \(position)")
    }
  }

  @Test(
    "SEAL-14: a group has audiences of its own, and each version of its members closes the one before"
  )
  func groups() throws {
    let group = try #require(GroupName("nl:ctf-balkans"))
    let nodes = try log.reach([be, fr])
    let first = try log.reach([be, fr], scope: .group(group))
    #expect(first != nodes)
    #expect(try log.reach([be, fr], scope: .group(group)) == first)
    let second = try log.reach([be, fr, se], scope: .group(group))
    #expect(log.metadata(of: second)?.predecessor == first)
    #expect(log.metadata(of: second)?.name.group == group)
    #expect(log.book.audiences.first { $0.grantIndex == first }?.closedAt == second)
    #expect(log.book.audiences.first { $0.grantIndex == nodes }?.closedAt == nil)
    // Members read the same.
    #expect(log.read(by: be).audiences == log.book.audiences)
    for text in ["@", "@nl", "@nl:", "@nl:A", "nl:ctf", "@nl:x/y"] {
      #expect(AudienceName(text, author: nl.name, members: [be.name, nl.name]) == nil)
    }
  }
}
