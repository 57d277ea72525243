import Crypto
import JSON
import Log
import Testing

@testable import Groups

/// Versions of one group as its convener writes them.
struct Convened {
  let name: String
  let convener: NodeName

  init(_ name: String = "ctf", by convener: String = "nl") throws {
    self.name = name
    self.convener = try NodeName(convener)
  }

  static func log(_ name: String) -> LogID {
    LogID(SHA256.hash(Array(name.utf8)).bytes)
  }

  static func member(_ name: String) throws -> GroupMember {
    GroupMember(name: try NodeName(name), log: log(name))
  }

  func text(
    _ number: Int, _ members: [String], after: Record? = nil, more: String = ""
  ) -> String {
    let list = members.map { #"{"name":"\#($0)","log":"\#(Convened.log($0))"}"# }
    let previous = after.map { #","prev":"\#(SHA256.hash($0.bytes))""# } ?? ""
    return
      #"{"type":"group","v":1,"id":"\#(name)","number":\#(number),"title":"A","purpose":["ct"],"#
      + #""members":[\#(list.joined(separator: ","))]\#(previous)\#(more)}"#
  }

  func record(
    _ number: Int, _ members: [String], after: Record? = nil, more: String = ""
  ) throws -> Record {
    try Record(checking: text(number, members, after: after, more: more))
  }
}

@Suite("REC-63: who is in which group") final class GroupTests {
  let convened: Convened
  let group: GroupName
  let be: NodeName
  var groups = Groups()

  init() throws {
    convened = try Convened()
    group = try #require(GroupName("nl:ctf"))
    be = try NodeName("be")
  }

  private func read(_ record: Record, at index: UInt64) {
    groups.read(record, by: convened.convener, at: (1, index))
  }

  private func accept(_ mode: GroupAcceptance.Mode = .ask) throws {
    groups.decide(
      group, GroupAcceptance(of: try #require(groups.newest(of: group)), mode: mode))
  }

  private func standing(of node: String = "be") throws -> GroupStanding {
    groups.standing(of: group, for: try NodeName(node)) { _ in true }
  }

  private func use(of node: String = "be") throws -> GroupUse? {
    if case .usable(let use) = try standing(of: node) { use } else { nil }
  }

  private func names(_ members: [GroupMember]?) -> [String]? { members?.map(\.name.text) }

  @Test("Removals act as soon as they are read; additions wait until they are accepted")
  func changes() throws {
    #expect(try standing() == .refused(.unknown))
    let first = try convened.record(1, ["be", "fr", "nl"])
    read(first, at: 5)
    #expect(try standing() == .refused(.notAccepted))
    // The convener's own group needs no word of its own operator.
    #expect(names(try use(of: "nl")?.members) == ["be", "fr"])
    try accept()
    #expect(names(try use()?.members) == ["fr", "nl"])

    let second = try convened.record(2, ["be", "nl", "se"], after: first)
    read(second, at: 9)
    let use = try #require(try use())
    #expect(names(use.members) == ["nl"] && names(use.waiting) == ["se"])
    #expect(use.version.text == "nl:ctf@2" && use.version.hash == SHA256.hash(second.bytes))
    #expect(try standing(of: "fr") == .refused(.notMember))
    try accept()
    #expect(names(try self.use()?.members) == ["nl", "se"])
    // An older version that comes late changes nothing.
    read(first, at: 5)
    #expect(names(try self.use()?.members) == ["nl", "se"])
  }

  @Test("With `auto` additions count at once; who left seals nothing; a group of one is refused")
  func modes() throws {
    let first = try convened.record(1, ["be", "nl"])
    read(first, at: 5)
    try accept(.auto)
    let second = try convened.record(2, ["be", "fr", "nl"], after: first)
    read(second, at: 6)
    #expect(names(try use()?.members) == ["fr", "nl"])
    try accept(.left)
    #expect(try standing() == .refused(.left))
    let alone = try convened.record(3, ["nl"], after: second)
    read(alone, at: 7)
    #expect(try standing() == .refused(.notMember))
    #expect(try standing(of: "nl") == .refused(.nobodyElse))
  }

  @Test("A member whose name is another node's now gets nothing, and is named")
  func strangers() throws {
    read(try convened.record(1, ["be", "fr", "nl"]), at: 5)
    try accept()
    let standing = groups.standing(of: group, for: be) { $0.name.text != "fr" }
    guard case .usable(let use) = standing else {
      Issue.record("\(standing)")
      return
    }
    #expect(names(use.members) == ["nl"] && names(use.strangers) == ["fr"])
    #expect(groups.standing(of: group, for: be) { $0.name != be } == .refused(.notMember))
  }

  @Test("Two records of one number are the convener's defect, in whatever order they come")
  func twofold() throws {
    let first = try convened.record(1, ["be", "fr", "nl"])
    let one = try convened.record(2, ["be", "fr", "nl", "se"], after: first)
    let two = try convened.record(2, ["be", "nl"], after: first)
    var other = groups
    read(first, at: 1)
    read(one, at: 2)
    read(two, at: 3)
    for record in [two, first, one] { other.read(record, by: convened.convener, at: (1, 4)) }
    try accept()
    #expect(try standing() == .refused(.twofold))
    #expect(groups.contradictions(of: group) == [2])
    #expect(groups.newest(of: group) == other.newest(of: group))
    // The next version mends it.
    read(try convened.record(3, ["be", "nl"], after: two), at: 5)
    #expect(names(try use()?.members) == ["nl"])
    #expect(groups.contradictions(of: group) == [2])
  }

  @Test(
    "A version that names another one before it, and a record that cannot be read, stop the group")
  func broken() throws {
    let first = try convened.record(1, ["be", "nl"])
    let other = try convened.record(1, ["be", "nl"], more: #","notes":"x""#)
    read(first, at: 1)
    try accept()
    let torn = try convened.record(2, ["be", "nl"], after: other)
    read(torn, at: 2)
    #expect(try standing() == .refused(.tornOff))
    read(try convened.record(3, ["be", "nl"], after: torn), at: 3)
    #expect(names(try use()?.members) == ["nl"])
    let later = try Record(checking: #"{"type":"group","v":2,"id":"ctf","number":4}"#)
    read(later, at: 4)
    #expect(try standing() == .refused(.unreadable(.newerVersion)))
    // The word of another node does not count.
    groups.read(later, by: be, at: (1, 9))
    read(try convened.record(5, ["be", "nl"], after: first), at: 5)
    #expect(names(try use()?.members) == ["nl"])
    #expect(groups.names.map(\.text) == ["be:ctf", "nl:ctf"])
  }

  @Test("An acceptance of what cannot be read any more is no leave to seal to an older version")
  func older() throws {
    let first = try convened.record(1, ["be", "nl"])
    let second = try convened.record(2, ["be", "nl"], after: first)
    read(second, at: 2)
    try accept()
    let acceptance = groups.acceptance(of: group)
    groups = Groups()
    read(first, at: 1)
    groups.decide(group, acceptance)
    #expect(try standing() == .refused(.older(than: 2)))
  }

  @Test("What is no version of a group says nothing of members")
  func forms() throws {
    let good = convened.text(1, ["be", "nl"])
    #expect(throws: Never.self) {
      _ = try GroupRecord(reading: try Record(checking: good), by: convened.convener)
    }
    let cases: [(String, String, GroupProblem)] = [
      (#""v":1"#, #""v":2"#, .newerVersion), (#""number":1"#, #""number":0"#, .form),
      (#""number":1"#, #""number":2"#, .form), (#""number":1"#, #""number":4294967296"#, .form),
      (#""number":1"#, #""number":"1""#, .form), (#""id":"ctf""#, #""id":"Ctf""#, .form),
      (#""name":"be""#, #""name":"nz""#, .members), (#""name":"be""#, #""name":"nl""#, .members),
      (#""name":"be""#, #""name":"B""#, .form), (#""name":"nl""#, #""name":"no""#, .members),
      (#""log":""#, #""log":"0"#, .form), (#""title":"A""#, #""title":1"#, .form),
      (#""members":["#, #""prev":"00","members":["#, .form),
    ]
    for (old, new, problem) in cases {
      let text = good.split(separator: old, maxSplits: 1).joined(separator: new)
      let record = try Record(checking: text)
      #expect(throws: problem, "\(text)") {
        _ = try GroupRecord(reading: record, by: convened.convener)
      }
    }
    let many = try convened.record(
      1, (0..<GroupLimits.members).map { "m\(1_000 + $0)" } + ["nl"])
    #expect(throws: GroupProblem.members) {
      _ = try GroupRecord(reading: many, by: convened.convener)
    }
  }

  @Test(
    "A version of as many members as there may be, with the longest names, fits a record and says what it was made of"
  )
  func largest() throws {
    let padding = String(repeating: "x", count: 27)
    var members = try (0..<(GroupLimits.members - 1)).map {
      try Convened.member("m\(1_000 + $0)\(padding)")
    }
    members.append(try Convened.member("nl"))
    var last: GroupRecord?
    for number in 1...2 as ClosedRange<UInt32> {
      let text = GroupRecord.text(
        group, number: number, title: "A", purpose: ["ct"], members: members.reversed(),
        after: last)
      let record = try Record(checking: text)
      let made = try GroupRecord(reading: record, by: convened.convener)
      #expect(made.members == members.sorted() && made.previous == last?.version.hash)
      #expect(made.title == "A" && made.purpose == ["ct"] && made.version.number == number)
      read(record, at: UInt64(number))
      last = made
    }
    #expect(groups.newest(of: group) == last)
  }

  @Test("A version that may be there and cannot be read stops the group until it came")
  func awaited() throws {
    let first = try convened.record(1, ["be", "nl"])
    read(first, at: 5)
    try accept()
    groups.expect(
      [group: AwaitedVersion(problem: .notHere, epoch: 1, index: 9)], of: convened.convener)
    #expect(try standing() == .refused(.unreadable(.notHere)) && groups.isAwaited(group))
    // Below the newest it stops nothing.
    groups.expect(
      [group: AwaitedVersion(problem: .notHere, epoch: 1, index: 3)], of: convened.convener)
    #expect(names(try use()?.members) == ["nl"])
    groups.expect([:], of: be)
    #expect(groups.isAwaited(group))
    groups.expect([:], of: nil)
    #expect(!groups.isAwaited(group))
  }

  @Test("Groups of one convener, and versions of one group, are bounded") func bounds()
    throws
  {
    for number in 0..<(GroupLimits.groupsOfConvener + 5) {
      let other = try Convened("g\(number)")
      groups.read(try other.record(1, ["be", "nl"]), by: other.convener, at: (1, 1))
    }
    #expect(groups.names.count == GroupLimits.groupsOfConvener)
    var last: Record?
    for number in 1...100 {
      let record = try Convened("g0").record(number, ["be", "nl"], after: last)
      groups.read(record, by: convened.convener, at: (1, UInt64(number)))
      last = record
    }
    let first = try #require(GroupName("nl:g0"))
    #expect(groups.newest(of: first)?.version.number == 100)
    groups.decide(first, GroupAcceptance(of: try #require(groups.newest(of: first)), mode: .ask))
    #expect(groups.standing(of: first, for: be) { _ in true } != .refused(.tornOff))
  }

  @Test("An acceptance is read as it was written, and otherwise not at all")
  func acceptances() throws {
    read(try convened.record(1, ["be", "fr", "nl"]), at: 1)
    let acceptance = GroupAcceptance(of: try #require(groups.newest(of: group)), mode: .ask)
    let bytes = acceptance.encode()
    #expect(GroupAcceptance(parsing: bytes) == acceptance)
    #expect(bytes.count <= GroupLimits.acceptanceBytes)
    for count in 0..<bytes.count {
      #expect(GroupAcceptance(parsing: Array(bytes[..<count])) != acceptance)
    }
    #expect(GroupAcceptance(parsing: bytes + [0x0a]) == nil)
    for (old, new) in [("ask", "never"), ("v1", "v2"), ("@1", "@01"), ("member be", "member Be")] {
      let text = String(decoding: bytes, as: UTF8.self)
      let other = text.split(separator: old, maxSplits: 1).joined(separator: new)
      #expect(GroupAcceptance(parsing: Array(other.utf8)) == nil, "\(other)")
    }
  }

  @Test("Names of groups and versions have one spelling") func names() throws {
    let hash = SHA256.hash([])
    let good = try #require(GroupVersion("nl:ctf-balkans@3", hash: hash))
    #expect(good.text == "nl:ctf-balkans@3" && good.group.text == "nl:ctf-balkans")
    for text in [
      "nl:ctf", "nl:ctf@", "nl:ctf@0", "nl:ctf@03", "nl:ctf@4294967296", "nl:ctf@-1", "nl:@1",
      ":ctf@1", "nl:CTF@1", "nl:c f@1", "nl:ctf@1@2", "nl:\(String(repeating: "a", count: 33))@1",
    ] { #expect(GroupVersion(text, hash: hash) == nil, "\(text)") }
    #expect(GroupName(convener: convened.convener, id: String(repeating: "a", count: 32)) != nil)
  }
}
