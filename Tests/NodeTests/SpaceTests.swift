import Audit
import Foundation
import Log
import Node
import Testing

@Suite("Space: withdrawals, expiry, limits", .serialized)
final class SpaceTests {
  private let host: NodeHost

  init() throws { host = try NodeHost() }

  deinit { host.end() }

  /// Three nodes, each connected to both others.
  private func mesh() throws -> [HostedNode] {
    let nodes = try ["nl", "be", "fr"].map { try host.node($0) }
    for (position, node) in nodes.enumerated() {
      for other in nodes where other !== node {
        try node.add(other, dial: nodes[..<position].contains { $0 === other })
      }
      try node.start()
    }
    for node in nodes {
      #expect(try node.wait { $0.peers.allSatisfy { $0.state == "connected" } }, "\(node.log())")
    }
    return nodes
  }

  private func join(_ name: String, _ nodes: [HostedNode]) throws -> HostedNode {
    let new = try host.node(name)
    for node in nodes {
      try node.add(new, dial: false)
      try new.add(node, dial: true)
      node.hangUp()
    }
    try new.start()
    return new
  }

  private func record(_ number: Int, bytes: Int) -> String {
    #"{"type":"note","number":\#(number),"text":"\#(String(repeating: "x", count: bytes))"}"#
  }

  private func publish(_ node: HostedNode, _ count: Int, expiryDay: Int? = nil) throws -> UInt64 {
    var first: UInt64?
    for number in 0..<count {
      let reply: PublishReply = try node.call(
        "Publish",
        PublishRequest(
          to: ["all"], records: [record(number, bytes: 40_000)], replicas: 2, expiryDay: expiryDay))
      first = first ?? reply.entries[0].first
    }
    return try #require(first)
  }

  private func log(_ origin: String, of node: HostedNode) throws -> LogReport {
    try #require(try node.status().logs.first { $0.origin == origin })
  }

  /// Without cards a whole folder is verified in part: the identities are not checked.
  private func expectClean(_ node: HostedNode) throws {
    let report = try FolderAudit.run(path: node.folder.root, cards: [])
    #expect(report.verdict == .partial, "\(report.findings) \(report.notChecked)")
  }

  @Test(
    "A withdrawn record is hidden on all nodes at once, gone after seven days, and everything verifies"
  )
  func withdrawal() throws {
    let nodes = try mesh()
    let nl = nodes[0]
    let first = try publish(nl, 6)
    for node in nodes {
      let isWritten = try node.wait { report in
        report.logs.contains { $0.origin == "nl/1" && $0.space.bodies.bytes > 6 * 40_000 }
      }
      #expect(isWritten)
    }
    let before = try nodes.map { try log("nl/1", of: $0).space.bodies.allocatedBytes }
    let named = [first + 1, first + 3, first + 4]
    let reply: PublishReply = try nl.call(
      "Withdraw", WithdrawRequest(records: named.map { "nl/1/\($0)" }, replicas: 2))
    let withdrawal = "nl/1/\(reply.entries[0].first)"
    for (position, node) in nodes.enumerated() {
      let gone = try node.wait { _ in
        (try? named.allSatisfy { try node.show("nl/1/\($0)").opening == .hidden }) ?? false
      }
      #expect(gone, "\(node.log())")
      let shown = try node.show("nl/1/\(first + 3)")
      #expect(shown.why == "by \(withdrawal)" && shown.record == nil)
      #expect(try node.show("nl/1/\(first + 2)").opening == .opened)
      #expect(try node.show(withdrawal).opening == .isPublic)
      let space = try log("nl/1", of: node).space
      #expect(space.purgedBytes == 0 && space.bodies.allocatedBytes >= before[position])
      #expect(try log("nl/1", of: node).damaged.isEmpty)
    }
    // Others' records, other kinds and what is gone already are refused, and nothing is published.
    for wrong in ["nl/1/0", "nl/1/\(named[0])", "be/1/0", "nl/1/999"] {
      #expect(throws: ControlError.self) {
        let _: PublishReply = try nl.call("Withdraw", WithdrawRequest(records: [wrong]))
      }
    }
    let size = try nl.size(of: "nl/1")
    #expect(size == reply.entries[0].first + 1)

    // A node that joins now is complete, and asks nobody for what is gone.
    let de = try join("de", nodes)
    let complete = try de.wait { report in
      report.logs.contains { $0.origin == "nl/1" && $0.size == size && $0.damaged.isEmpty }
    }
    #expect(complete, "\(de.log())")
    #expect(try de.show("nl/1/\(first + 1)").opening == .hidden)
    #expect(try de.show("nl/1/\(first + 1)").why == "by \(withdrawal)")
    try erase(named, of: nl, before: before[0])
    for node in nodes + [de] {
      let (status, _) = try node.terminate()
      #expect(status == 0)
      try expectClean(node)
    }
  }

  /// Eight days of running time later, as the node's own file says it.
  private func erase(_ named: [UInt64], of node: HostedNode, before: UInt64) throws {
    _ = try node.terminate()
    try Data(RunningTime.text(minutes: 8 * 24 * 60)).write(
      to: URL(fileURLWithPath: node.folder.running))
    try node.start()
    let _: ScrubReport = try node.call("Scrub", NoArguments())
    let gone = try node.wait { _ in
      (try? named.allSatisfy { try node.show("nl/1/\($0)").opening == .purged }) ?? false
    }
    #expect(gone, "\(node.log())")
    let fallen = try node.wait { report in
      let bodies = report.logs.first { $0.origin == "nl/1" }?.space.bodies.allocatedBytes ?? 0
      return bodies + 100_000 <= before
    }
    #expect(fallen)
    let space = try log("nl/1", of: node).space
    #expect(space.purgedBytes > 120_000 && space.bodies.bytes > space.bodies.allocatedBytes)
  }

  @Test("A record past its expiry is gone once three nodes have cosigned, and not before")
  func expiry() throws {
    let nodes = try mesh()
    let nl = nodes[0]
    let first = try publish(nl, 2, expiryDay: 16_750)
    let later = try publish(nl, 1, expiryDay: 65_000)
    for node in nodes {
      let gone = try node.wait(seconds: 40) { _ in
        (try? node.show("nl/1/\(first + 1)").opening == .expired) ?? false
      }
      #expect(gone, "\(node.log())")
      #expect(try node.status().scrub.expiryTime > 16_750 * 86_400)
      #expect(try node.show("nl/1/\(first)").why?.hasPrefix("on 2015-11-11") == true)
      #expect(try node.show("nl/1/\(later)").opening == .opened)
      let disk: DiskReply = try node.call("Disk", NoArguments())
      let space = try #require(disk.logs.first { $0.origin == "nl/1" }).space
      #expect(space.purgedBytes > 80_000)
      #expect(disk.journals.bytes > 1 << 20 && disk.reserve.allocatedBytes > 1 << 20)
    }
    let de = try join("de", nodes)
    let size = try nl.size(of: "nl/1")
    let complete = try de.wait(seconds: 40) { report in
      report.logs.contains { $0.origin == "nl/1" && $0.size == size && $0.damaged.isEmpty }
    }
    #expect(complete, "\(de.log())")
    #expect(try de.show("nl/1/\(first)").opening == .expired)
    // It was sealed before de was there.
    #expect(try de.show("nl/1/\(later)").opening == .notForThisNode)
    for node in nodes + [de] {
      _ = try node.terminate()
      try expectClean(node)
    }
  }

  private func liaison(_ node: HostedNode, _ words: [String]) throws -> (
    status: Int32, said: String
  ) {
    try host.liaison(words + ["--data", node.folder.root])
  }

  @Test("The operator's verbs: publish --expires, withdraw, show, disk, scrub, status")
  func verbs() throws {
    let nl = try host.node("nl")
    try nl.start()
    let file = host.path("records.jsonl")
    try (record(1, bytes: 20_000) + "\n" + record(2, bytes: 20_000) + "\n").write(
      toFile: file, atomically: true, encoding: .utf8)
    for wrong in ["0", "yesterday", "2016-01-10", "2026-13-01", "-3"] {
      let refused = try liaison(nl, ["publish", file, "--to", "nl", "--expires", wrong])
      #expect(refused.status == 64, "\(wrong): \(refused.said)")
    }
    let published = try liaison(nl, ["publish", file, "--to", "nl", "--expires", "2099-12-31"])
    #expect(
      published.status == 0 && published.said.hasSuffix("nl/1/2\nnl/1/3\n"), "\(published.said)")
    #expect(try nl.show("nl/1/2").expiryDay == 47_481)
    let shown = try liaison(nl, ["show", "nl/1/2"])
    #expect(shown.said.contains("expires       2099-12-31"), "\(shown.said)")
    #expect(try liaison(nl, ["withdraw", "nl/1"]).status == 64)
    #expect(try liaison(nl, ["withdraw", "nl/1/0"]).said.contains("is no record"))
    #expect(try liaison(nl, ["withdraw", "nl/1/2"]).said == "nl/1/4\n")
    #expect(try nl.wait { _ in (try? nl.show("nl/1/2").opening == .hidden) ?? false })
    #expect(
      try liaison(nl, ["show", "nl/1/2"]).said.contains(
        "withdrawn by its author: by nl/1/4; erased when"))
    #expect(try liaison(nl, ["show", "nl/1/4"]).said.contains("record nl/1 2"))
    let disk = try liaison(nl, ["disk"])
    #expect(disk.said.contains("BODIES") && disk.said.contains("reserve"), "\(disk.said)")
    #expect(try liaison(nl, ["scrub"]).said == "begun: 5 entries to read\n")
    #expect(try nl.wait { $0.scrub.passStartedAt == nil && $0.scrub.scrubbedEntries == 5 })
    let status = try liaison(nl, ["status"]).said
    #expect(status.contains("scrub: resting; the last whole one ended"), "\(status)")
    #expect(status.contains("damage: 0 found, 0 mended"))
    #expect(status.contains("fewer than three cosigners, nothing expires"))
  }

  @Test("With two cosigners nothing expires")
  func noExpiry() throws {
    let nl = try host.node("nl")
    let be = try host.node("be")
    try nl.add(be, dial: false)
    try nl.start()
    try be.add(nl, dial: true)
    try be.start()
    let reply: PublishReply = try nl.call(
      "Publish",
      PublishRequest(
        to: ["be"], records: [record(1, bytes: 10)], replicas: 1, expiryDay: 16_750))
    let cosigned = try nl.wait(seconds: 20) { report in
      report.logs.contains { $0.origin == "nl/1" && $0.cosignatures == ["be"] }
    }
    #expect(cosigned)
    let before = try nl.status().scrub.lastStartedAt ?? 0
    let _: ScrubReport = try nl.call("Scrub", NoArguments())
    #expect(try nl.wait { ($0.scrub.lastStartedAt ?? 0) > before && $0.scrub.passStartedAt == nil })
    #expect(try nl.status().scrub.expiryTime == 0)
    #expect(try nl.show("nl/1/\(reply.entries[0].first)").opening == .opened)
  }

  @Test("A log at its limit is not taken, is served, alerts once and goes on when there is room")
  func limits() throws {
    let nodes = try mesh()
    let (nl, be, fr) = (nodes[0], nodes[1], nodes[2])
    let path = be.folder.settings(of: try NodeName("nl"))
    let kept = (try? String(contentsOfFile: path, encoding: .utf8)) ?? ""
    try (kept + "max-entries = 4\n").write(toFile: path, atomically: true, encoding: .utf8)
    be.hangUp()
    let records = (0..<3).map { record($0, bytes: 100) }
    let run = try nl.publish(records, to: ["all"])
    #expect(run.first + run.count > 4)
    let limited = try be.wait { report in
      report.logs.contains { $0.origin == "nl/1" && $0.why?.hasPrefix("limit reached") == true }
    }
    #expect(limited, "\(be.log())")
    // fr got them all the same, and be's own log goes on.
    #expect(try fr.wait { $0.logs.contains { $0.origin == "nl/1" && $0.size == run.first + 3 } })
    let own = try be.publish([record(9, bytes: 10)], to: ["all"], replicas: 2)
    #expect(own.count == 1)
    try host.pass(milliseconds: 3_000)
    #expect(be.log().components(separatedBy: "is at its limit").count == 2)
    #expect(try be.size(of: "nl/1") <= 4)
    try (kept + "max-entries = 400\n").write(toFile: path, atomically: true, encoding: .utf8)
    be.hangUp()
    let resumed = try be.wait { report in
      report.logs.contains { $0.origin == "nl/1" && $0.size == run.first + 3 && $0.why == nil }
    }
    #expect(resumed, "\(be.log())")
    #expect(be.log().contains("nl/1 is below its limit: it is taken again"))
  }
}
