import Foundation
import Log
import Node
import Testing

@Suite("The scrub finds what is rotten, and it heals", .serialized)
final class ScrubTests {
  private let host: NodeHost

  init() throws { host = try NodeHost() }

  deinit { host.end() }

  private func mesh(_ names: [String]) throws -> [HostedNode] {
    let nodes = try names.map { try host.node($0) }
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

  /// Ten records of `author`, in the log files of all nodes.
  private func publish(_ author: HostedNode, _ nodes: [HostedNode]) throws -> EntryRun {
    let records = (0..<10).map {
      #"{"type":"note","number":\#($0),"text":"\#(String(repeating: "x", count: 3_000))"}"#
    }
    let run = try author.publish(records, to: ["all"], replicas: nodes.count - 1)
    for node in nodes {
      let isWritten = try node.wait { report in
        report.logs.contains { $0.origin == run.origin && $0.space.bodies.bytes > 30_000 }
      }
      #expect(isWritten)
    }
    return run
  }

  /// Flips one bit of the last body of the log.
  private func rot(_ node: HostedNode, _ log: LogID) throws {
    let path = "\(node.folder.root)/logs/\(log)/bodies/00000000"
    try flip(path, at: nil)
  }

  /// - Parameter place: nil: 100 bytes before the end.
  private func flip(_ path: String, at place: UInt64?) throws {
    let file = try FileHandle(forUpdating: URL(fileURLWithPath: path))
    let end = try file.seekToEnd()
    let place = place ?? end - 100
    try file.seek(toOffset: place)
    let byte = try #require(try file.read(upToCount: 1)?.first)
    try file.seek(toOffset: place)
    try file.write(contentsOf: Data([byte ^ 0x10]))
    try file.close()
  }

  private func scrub(_ node: HostedNode) throws -> Bool {
    let _: ScrubReport = try node.call("Scrub", NoArguments())
    return try node.wait(seconds: 20) { $0.scrub.passStartedAt == nil }
  }

  @Test("A flipped bit in a body on one of three nodes is found, fetched again and mended")
  func heals() throws {
    let nodes = try mesh(["nl", "be", "fr"])
    let (nl, be) = (nodes[0], nodes[1])
    let run = try publish(nl, nodes)
    let last = "nl/1/\(run.first + 9)"
    try rot(be, try nl.card().identity.id)
    #expect(try scrub(be), "\(be.log())")
    let healed = try be.wait(seconds: 20) { report in
      report.scrub.damageFound > 0 && report.scrub.damageMended > 0
        && report.logs.allSatisfy { $0.damaged.isEmpty && $0.lost.isEmpty }
    }
    #expect(healed, "\(be.log())")
    #expect(be.log().contains("bodies/00000000 [\(run.first + 9)] does not hash"))
    #expect(be.log().contains("mended: nl/1, entries \(run.first + 9), with what "))
    #expect(try be.show(last).opening == .opened)
    #expect(try nl.status().scrub.damageFound == 0)
    let report = try be.status()
    #expect(report.scrub.scrubbedEntries == report.scrub.entries)
    #expect(report.scrub.unverifiedEntries == 0 && report.scrub.lastEndedAt != nil)
    // It is whole on the disk, too.
    #expect(try scrub(be))
    #expect(try be.status().scrub.damageFound == report.scrub.damageFound)
    _ = try be.terminate()
    try be.start()
    #expect(try be.show(last).opening == .opened)
    // The age of the last pass is known over a restart.
    #expect(try be.status().scrub.lastEndedAt != nil)
  }

  @Test("An own entry that no peer holds is reported as lost, and the log is closed")
  func lost() throws {
    let nodes = try mesh(["nl", "be"])
    let nl = nodes[0]
    let run = try publish(nl, nodes)
    let index = run.first + 9
    for node in nodes { try rot(node, try nl.card().identity.id) }
    #expect(try scrub(nl))
    let reported = try nl.wait(seconds: 30) { report in
      report.signing == "closed"
        && report.logs.contains { $0.origin == "nl/1" && $0.lost == ["\(index)"] }
    }
    #expect(reported, "\(nl.log())")
    #expect(nl.log().contains("LOST: nl/1, entry \(index)"))
    #expect(nl.log().contains("none of the peers that were asked (be) gave it whole"))
    #expect(nl.log().contains("next epoch is needed"))
    #expect(try nl.show("nl/1/\(index)").opening == .absent)
    #expect(try nl.show("nl/1/\(index - 1)").opening == .opened)
    #expect(throws: ControlError.self) { try nl.publish([#"{"type":"a"}"#], to: ["be"]) }
  }

  /// All that there is: a page is bounded by time, too.
  private func pages(of node: HostedNode, from position: TailPosition? = nil) throws -> TailPage {
    var page: TailPage = try node.call("Tail", TailRequest(position: position))
    while page.more {
      let next: TailPage = try node.call("Tail", TailRequest(position: page.position))
      page = TailPage(
        events: page.events + next.events, position: next.position, more: next.more)
    }
    return page
  }

  @Test("CTL-9: a damaged leaf holds up the tail of its log, and comes when it is mended")
  func tail() throws {
    let nodes = try mesh(["nl", "be"])
    let (nl, be) = (nodes[0], nodes[1])
    let run = try publish(nl, nodes)
    _ = try be.publish([#"{"type":"own"}"#], to: ["be"])
    #expect(try pages(of: be).events.count == 11)
    _ = try nl.terminate()
    let leaf = run.first + 4
    try flip(
      "\(be.folder.root)/logs/\(try nl.card().identity.id)/entries", at: leaf * 216 + 170)
    let page = try pages(of: be)
    #expect(page.position.next["nl/1"] == leaf && !page.more, "\(be.log())")
    #expect(page.events.filter { $0.entry.hasPrefix("nl/1/") }.count == 4)
    #expect(page.events.contains { $0.entry.hasPrefix("be/1/") })
    try nl.start(port: nl.port)
    let healed = try be.wait(seconds: 20) { report in
      report.scrub.damageMended > 0 && report.logs.allSatisfy { $0.damaged.isEmpty }
    }
    #expect(healed, "\(be.log())")
    let rest = try pages(of: be, from: page.position)
    #expect(rest.events.map(\.entry) == (leaf..<leaf + 6).map { "nl/1/\($0)" })
  }
}
