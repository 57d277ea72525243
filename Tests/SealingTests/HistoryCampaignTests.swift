import Crypto
import Log
import Secrets
import Testing

@testable import Sealing

/// An author whose group's members come and go, who gives history to some of them, and readers to
/// whom all of it comes in pieces.
@Suite struct HistoryCampaignTests {
  /// One author's log, and by the record who may read it.
  private struct World {
    let log: AuthorLog
    let parties: [Party]
    let group: GroupName
    var random: SeededRandom
    var members: [Party] = []
    /// The grants there are, with those who were members.
    var grants: [(index: UInt64, readers: Set<String>)] = []
    var records: [(index: UInt64, grant: UInt64)] = []
    /// By record, those who may read it.
    var readers: [UInt64: Set<String>] = [:]

    init(seed: UInt64) throws {
      log = try AuthorLog(try Party("nl", seed: 1), seed: seed)
      parties = try ["be", "de", "fr", "se"].enumerated().map {
        try Party($1, seed: 10 + UInt64($0))
      }
      group = try #require(GroupName("nl:ctf"))
      random = SeededRandom(seed: seed)
    }

    mutating func below(_ end: Int) -> Int {
      var random = random
      defer { self.random = random }
      return Int(random.bytes(1)[0]) % end
    }

    mutating func step() throws {
      switch below(10) {
      case 0...1:
        let party = parties[below(parties.count)]
        if members.contains(where: { $0 === party }) {
          members.removeAll { $0 === party }
        } else {
          members.append(party)
        }
      case 2: try give()
      default: try publish()
      }
    }

    private mutating func publish() throws {
      guard !members.isEmpty else { return }
      let isGroup = below(3) > 0
      let some = isGroup ? members : [parties[below(parties.count)]]
      let grant = try log.reach(some, scope: isGroup ? .group(group) : .nodes)
      if grants.last.map({ $0.index < grant }) ?? true {
        grants.append((grant, Set(some.map(\.name.text))))
      }
      let index = log.publish([UInt8(records.count % 256)], to: grant)
      records.append((index, grant))
      readers[index] = grants.first { $0.index == grant }?.readers
    }

    /// Keys of closed audiences, keys of single records, and now and then wrong ones.
    private mutating func give() throws {
      let receiver = parties[below(parties.count)]
      let draft = HistoryDraft(to: [receiver.member], group: nil)
      for grant in grants where below(3) == 0 {
        let audience = log.book.audiences.first { $0.grantIndex == grant.index }
        guard audience?.closedAt != nil else { continue }
        let isWrong = below(6) == 0
        draft.give(grant: grant.index, try log.audienceKey(isWrong ? grants[0].index : grant.index))
        guard !isWrong || grant.index == grants[0].index else { continue }
        for record in records where record.grant == grant.index {
          readers[record.index]?.insert(receiver.name.text)
        }
      }
      for record in records where below(6) == 0 {
        draft.give(record: record.index, try log.disclosure(record.index, of: record.grant))
        readers[record.index]?.insert(receiver.name.text)
      }
      if !draft.isEmpty { try log.give(draft) }
    }

    /// A reader that comes back now and then, and reads what came since: history first.
    mutating func follow(by reader: Party) -> AudienceBook {
      let book = AudienceBook(identity: log.identity)
      var late: [UInt64] = []
      var size = 0
      while size < log.entries.count {
        let end = min(log.entries.count, size + 1 + below(40))
        let new = log.entries[size..<end]
        for entry in new where entry.header.kind == EntryKind.history.rawValue {
          let news = book.history.handleHistory(
            header: entry.header, body: entry.body, author: log.author.name, keys: reader.keys())
          if let news, news.isNew { book.reopen(news.head.grants) }
        }
        while let index = book.nextReopened { feed(index, book, reader) }
        for entry in new where entry.header.kind == EntryKind.grant.rawValue {
          let isLate = below(5) == 0
          if isLate { late.append(entry.header.index) }
          book.handleGrant(
            header: entry.header, body: isLate ? nil : entry.body, keys: reader.keys())
        }
        book.advance(to: UInt64(end))
        size = end
      }
      for index in late where book.missingGrants.contains(index) { feed(index, book, reader) }
      return book
    }

    private func feed(_ index: UInt64, _ book: AudienceBook, _ reader: Party) {
      let grant = log.entries[Int(index)]
      book.handleGrant(header: grant.header, body: grant.body, keys: reader.keys())
    }
  }

  @Test(
    "Nobody outside the audience and its history opens a record, and all of them do, in whatever order things came",
    arguments: 1...24)
  func campaign(_ seed: UInt64) throws {
    var world = try World(seed: seed)
    for _ in 0..<160 { try world.step() }
    #expect(world.records.count > 40)
    for reader in world.parties {
      let ahead = world.log.readWithHistory(by: reader)
      let followed = world.follow(by: reader)
      for record in world.records {
        let isMeant = world.readers[record.index]?.contains(reader.name.text) == true
        for book in [ahead, followed] {
          let answer = world.log.open(record.index, by: book)
          #expect((answer.record != nil) == isMeant, "\(reader.name) at \(record.index): \(answer)")
          if !isMeant { #expect(answer == .notForThisNode) }
        }
      }
    }
    let given = world.log.entries.filter { $0.header.kind == EntryKind.history.rawValue }
    #expect(!given.isEmpty)
  }
}
