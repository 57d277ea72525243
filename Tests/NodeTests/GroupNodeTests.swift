import Crypto
import Foundation
import JSON
import Log
import Testing
import Varlink

@testable import Node

/// Groups between running nodes: `nl` convenes, `be` and `se` are members, now and then.
@Suite("REC-63, CTL-24 to 26: groups between nodes", .serialized)
final class GroupNodeTests {
  private let host: NodeHost
  private let nl: HostedNode
  private let be: HostedNode
  private let se: HostedNode
  private let group = "nl:ctf"

  init() throws {
    host = try NodeHost()
    nl = try host.node("nl")
    be = try host.node("be")
    se = try host.node("se")
    for other in [be, se] { try nl.add(other, dial: false) }
    try be.add(se, dial: false)
    try se.add(be, dial: false)
    try nl.start()
    for other in [be, se] {
      try other.add(nl, dial: true)
      try other.start()
    }
    for other in [be, se] {
      #expect(try other.wait { $0.peers.contains { $0.state == "connected" } }, "\(other.log())")
    }
  }

  deinit { host.end() }

  // MARK: Calls

  private func known(_ node: HostedNode) throws -> GroupReport? {
    let reply: GroupsReply = try node.call("Groups", GroupsRequest(group: group))
    return reply.groups.first
  }

  /// Waits until a node knows this version.
  private func wait(_ node: HostedNode, for version: UInt32) throws {
    for _ in 0..<600 {
      if try known(node)?.version == version { return }
      try node.pass(seconds: 0.1)
    }
    Issue.record("\(node.name) has no version \(version): \(node.log())")
  }

  @discardableResult
  private func convene(_ members: [String], after version: Int) throws -> PublishReply {
    try nl.call(
      "Convene",
      ConveneRequest(
        group: group, after: version, title: "Balkans", purpose: ["ct"], members: members))
  }

  private func accept(_ node: HostedNode, _ mode: String = "ask") throws {
    let version = Int(try #require(try known(node)?.version))
    let report: GroupReport = try node.call(
      "AcceptGroup", AcceptGroupRequest(group: group, version: version, mode: mode))
    #expect(report.mode == mode && report.accepted == UInt32(version))
  }

  private func record(_ text: String, _ node: HostedNode) throws -> String {
    let report = try #require(try known(node))
    let (version, hash) = (report.version ?? 0, report.hash ?? "")
    return
      #"{"type":"note","group":"\#(group)@\#(version)","groupHash":"\#(hash)","text":"\#(text)"}"#
  }

  @discardableResult
  private func publish(_ text: String, by node: HostedNode) throws -> String {
    let run = try node.publish([try record(text, node)], to: ["@\(group)"])
    return "\(run.origin)/\(run.first)"
  }

  /// The entry as a node shows it, once it has it.
  private func opening(_ entry: String, at node: HostedNode) throws -> ShowReply {
    for _ in 0..<600 {
      let shown: ShowReply? = try? node.call("Show", ShowRequest(entry: entry))
      if let shown, shown.opening != .absent { return shown }
      try node.pass(seconds: 0.1)
    }
    throw TestFailure("\(node.name) has no \(entry)")
  }

  private func refusal(_ body: () throws -> Void) -> String? {
    do {
      try body()
      return nil
    } catch {
      return "\(error)"
    }
  }

  // MARK: Tests

  @Test("A group is convened, accepted and published to; nobody else reads it; refusals say why")
  func convened() throws {
    #expect(refusal { try convene([], after: 0) }?.contains("no member but nl") == true)
    #expect(refusal { try convene(["de"], after: 0) } != nil)
    try convene(["be"], after: 0)
    #expect(refusal { try convene(["be", "se"], after: 0) }?.contains("nl:ctf@1") == true)
    try wait(be, for: 1)
    #expect(try known(be)?.why?.contains("not accepted") == true)
    #expect(refusal { try publish("early", by: be) }?.contains("not accepted") == true)
    try accept(be)
    #expect(try known(be)?.sealedTo == ["nl"])
    let entry = try publish("one", by: be)
    let shown = try opening(entry, at: nl)
    #expect(shown.opening == .opened && shown.audience == ["be", "nl"])
    #expect(try opening(entry, at: se).opening == .notForThisNode)
    #expect(try known(se) == nil)
    // A record that names no version, or another one, is not published.
    for text in [
      #"{"type":"note"}"#,
      #"{"type":"note","group":"nl:ctf@1","groupHash":"\#(String(repeating: "0", count: 64))"}"#,
    ] {
      #expect(refusal { _ = try be.publish([text], to: ["@\(group)"]) }?.contains("nl:ctf") == true)
    }
    try accept(be, "left")
    #expect(refusal { try publish("late", by: be) }?.contains("left") == true)
  }

  @Test("An addition waits until it is accepted, a removal acts once it is read, over a restart")
  func changed() throws {
    try convene(["be"], after: 0)
    try wait(be, for: 1)
    try accept(be)
    try convene(["be", "se"], after: 1)
    try wait(be, for: 2)
    let report = try #require(try known(be))
    #expect(report.sealedTo == ["nl"] && report.waiting == ["se"])
    let before = try publish("before", by: be)
    #expect(try opening(before, at: se).opening == .notForThisNode)
    try accept(be)
    _ = try be.terminate()
    try be.start()
    try be.release()
    let after = try publish("after", by: be)
    #expect(try opening(after, at: se).opening == .opened)
    try convene(["be"], after: 2)
    try wait(be, for: 3)
    let last = try publish("last", by: be)
    #expect(try opening(last, at: se).opening == .notForThisNode)
    #expect(try opening(last, at: nl).opening == .opened)
    // Who was removed is told nothing, and goes on with what it knows.
    #expect(try known(se)?.version == 2)
  }

  @Test(
    "A member that is cut off seals to the version that it read, and its records say so; once the removal is read nothing more is sealed to who was removed"
  )
  func partition() throws {
    try convene(["be", "se"], after: 0)
    for node in [be, se] {
      try wait(node, for: 1)
      try accept(node)
    }
    _ = try be.terminate()
    try convene(["be"], after: 1)
    let port = nl.port
    _ = try nl.terminate()
    try be.start()
    // Its peers are away, and its operator knows it.
    try be.release(after: 0)
    let race = try publish("race", by: be)
    try nl.start(port: port)
    try wait(be, for: 2)
    let later = try publish("later", by: be)
    let seen = try opening(race, at: se)
    #expect(seen.opening == .opened && seen.record?.contains("nl:ctf@1") == true)
    #expect(try opening(later, at: se).opening == .notForThisNode)
    #expect(try opening(later, at: nl).record?.contains("nl:ctf@2") == true)
  }

  @Test("READ-10: a new member opens what it carried all along, and no body travels again")
  func history() throws {
    try convene(["be"], after: 0)
    try wait(be, for: 1)
    try accept(be)
    let old = try publish("old", by: nl)
    let other = try publish("other", by: be)
    let named = try nl.publish([#"{"type":"note","text":"named"}"#], to: ["be"])
    let reader = TestReader(se, on: host)
    for entry in [old, other] { #expect(try opening(entry, at: se).opening == .notForThisNode) }
    try reader.catchUp()
    #expect(reader.held.isEmpty)
    try convene(["be", "se"], after: 1)
    try wait(se, for: 2)
    #expect(try opening(old, at: se).opening == .notForThisNode)
    let request = GiveHistoryRequest(to: ["se"], group: group)
    #expect(
      refusal { let _: GiveHistoryReply = try nl.call("GiveHistory", request) }?.contains(
        "pre-shared") == true)
    let forced = GiveHistoryRequest(to: ["se"], group: group, force: true)
    let given: GiveHistoryReply = try nl.call("GiveHistory", forced)
    // The version before, whose record stands in that audience, too.
    #expect(given.audiences == 1 && given.records == 0 && given.entries.count == 1)
    let entry = "\(given.entries[0].origin)/\(given.entries[0].first)"
    #expect(try opening(entry, at: se).text?.contains("history for se") == true)
    #expect(try opening(entry, at: be).opening == .notForThisNode)
    let shown = try opening(old, at: se)
    #expect(shown.opening == .opened && shown.audience == ["be", "nl"])
    #expect(try opening(other, at: se).opening == .notForThisNode)
    let untold = "\(named.origin)/\(named.first)"
    #expect(try opening(untold, at: se).opening == .notForThisNode)
    // Who gathers is told, once it was beyond them, and so is who compares anew.
    try reader.catchUp()
    #expect(reader.held[old]?.contains("old") == true)
    let fresh = TestReader(se, on: host)
    try fresh.catchUp()
    #expect(fresh.held == reader.held)
    // Nobody who has the key is given it again.
    let again = GiveHistoryRequest(to: ["be"], group: group, force: true)
    #expect(refusal { let _: GiveHistoryReply = try nl.call("GiveHistory", again) } != nil)
  }

  @Test("History from a time on gives single records of the audience that it cuts")
  func cut() throws {
    try convene(["be"], after: 0)
    let early = try publish("early", by: nl)
    try nl.pass(seconds: 100)
    let since = try opening(early, at: nl).time + 50_000
    let late = try publish("late", by: nl)
    try convene(["be", "se"], after: 1)
    let request = GiveHistoryRequest(to: ["se"], group: group, since: since, force: true)
    let given: GiveHistoryReply = try nl.call("GiveHistory", request)
    #expect(given.audiences == 0 && given.records == 1)
    _ = try opening("\(given.entries[0].origin)/\(given.entries[0].first)", at: se)
    #expect(try opening(early, at: se).opening == .notForThisNode)
    let shown = try opening(late, at: se)
    #expect(shown.opening == .opened && shown.record?.contains("late") == true)
  }

  private func liaison(_ node: HostedNode, _ words: String...) throws -> String {
    let (status, said) = try host.liaison(words + ["--data", node.folder.root])
    guard status == 0 else { throw TestFailure("\(words): \(status) \(said)") }
    return said
  }

  @Test("The tool convenes, accepts, publishes with the version in each record, and gives history")
  func tool() throws {
    let created = try liaison(
      nl, "group", "create", group, "--members", "be", "--purpose", "ct", "--title", "Balkans")
    #expect(created.hasPrefix("nl/1/"))
    try wait(be, for: 1)
    #expect(try liaison(be, "group", "list").contains("was not accepted here"))
    #expect(try liaison(be, "group", "accept", "@\(group)").contains("sealed to  nl"))
    let path = host.path("records.jsonl")
    try #"{"type":"memo","text":"one"}"#.appending("\n")
      .write(toFile: path, atomically: false, encoding: .utf8)
    let said = try liaison(be, "publish", "--to", "@\(group)", path)
    let entry = String(said.split(separator: "\n").last { $0.hasPrefix("be/1/") } ?? "")
    let shown = try opening(entry, at: nl)
    #expect(shown.record?.hasPrefix(#"{"group":"nl:ctf@1","groupHash":""#) == true)
    _ = try liaison(nl, "group", "add", group, "se")
    #expect(try liaison(nl, "group", "show", group).contains("members    be nl se"))
    _ = try liaison(nl, "group", "remove", group, "be")
    try wait(se, for: 3)
    let given = try liaison(
      nl, "group", "history", "--to", "se", "--group", "@\(group)", "--force")
    #expect(given.contains("1 keys of audiences and 0 of single records were given"))
    #expect(try opening("nl/1/2", at: se).opening == .opened)
    #expect(try liaison(se, "group", "leave", group).contains("this node left"))
    #expect(throws: TestFailure.self) { _ = try self.liaison(be, "group", "show", "nl:none") }
  }
}
