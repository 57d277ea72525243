import Foundation
import JSON
import Log
import Reading
import Runtime
import Testing
import Varlink

@testable import Node

@Suite("Erasure receipts (Protocols/entry.md, 9)", .serialized)
final class ReceiptTests {
  private let host: NodeHost
  private let nl: HostedNode
  private let be: HostedNode

  init() throws {
    host = try NodeHost()
    nl = try host.node("nl")
    be = try host.node("be")
    _ = try Roster.add(
      try be.card(), address: nil, presharedKeyPath: nil, to: nl.folder)
    try nl.start()
    _ = try Roster.add(
      try nl.card(), address: nl.address, presharedKeyPath: nil, to: be.folder)
    try be.start()
    #expect(try be.wait { $0.peers.allSatisfy { $0.state == "connected" } }, "\(be.log())")
  }

  deinit { host.end() }

  private func publish(_ number: Int) throws -> String {
    let reply = try nl.call(
      "Publish",
      PublishRequest(
        to: ["be"], records: [try Record(checking: #"{"type":"note","number":\#(number)}"#)],
        replicas: 1))
    return "\(reply.entries[0].origin)/\(reply.entries[0].first)"
  }

  private func withdraw(_ entries: [String]) throws -> String {
    let reply: PublishReply = try nl.call(
      "Withdraw", WithdrawRequest(records: entries, replicas: 1))
    return "\(reply.entries[0].origin)/\(reply.entries[0].first)"
  }

  /// Those in the log of nl, as either node tells them.
  private func withdrawals(
    at node: HostedNode, _ entry: String? = nil
  ) throws -> [WithdrawalReport] {
    let reply: WithdrawalsReply = try node.call(
      "Withdrawals", WithdrawalsRequest(log: "nl/1", entry: entry))
    #expect(reply.complete && reply.next == nil)
    return reply.withdrawals
  }

  /// It ran for seven days without hearing anything, and then reads everything once.
  private func passWeek(of node: HostedNode) throws {
    _ = try node.terminate()
    let minutes =
      RunningTime.minutes(
        of: try FileSystem.read(node.folder.running, maxBytes: 256)) ?? 0
    try FileSystem.atomicWrite(
      node.folder.running, RunningTime.text(minutes: minutes + 7 * 24 * 60), mode: 0o600)
    try node.start(port: node.port)
    let _: ScrubReport = try node.call("Scrub", NoArguments())
  }

  @Test(
    "ENT-29 to 33: hidden at once; erased after the term; confirmed by each node's receipt, for the readers of the grant"
  )
  func confirmed() throws {
    let first = try publish(1)
    let second = try publish(2)
    let withdrawal = try withdraw([first, second])
    for node in [nl, be] {
      let found = try withdrawals(at: node)
      #expect(found.map(\.entry) == [withdrawal] && found.map(\.state) == [.hidden])
      #expect(found[0].records.map(\.entry) == [first, second])
      #expect(found[0].records.allSatisfy { $0.state == "hidden" })
      #expect(found[0].readers == ["be"] && found[0].outstanding == ["be"])
      #expect(found[0].confirmations.isEmpty)
    }
    try passWeek(of: nl)
    try host.pass(milliseconds: 120_000)
    // nl has erased it and says so; be has not.
    #expect(try withdrawals(at: nl)[0].state == .erased)
    #expect(try withdrawals(at: nl)[0].outstanding == ["be"])
    try passWeek(of: be)
    try host.pass(milliseconds: 120_000)
    for node in [nl, be] {
      let found = try #require(try withdrawals(at: node, second).first)
      #expect(found.state == .erased && found.outstanding.isEmpty, "\(node.name)")
      #expect(found.records.allSatisfy { $0.state == "purged" })
      #expect(found.confirmations.map(\.node) == ["be"])
      #expect(found.confirmations[0].receipt.hasPrefix("be/1/"))
      #expect(found.confirmations[0].heard != nil, "it came in this run")
    }
    #expect(try withdrawals(at: nl, withdrawal).count == 1)
    // Nothing changes, and nothing is signed again.
    let sizes = try be.status().logs.map(\.size)
    try host.pass(milliseconds: 3 * 3_600_000)
    #expect(try be.status().logs.map(\.size) == sizes)
  }

  @Test(
    "READ-24: a reader that named itself holds receipts back until it confirms, or is forgotten")
  func readers() throws {
    let reader = TestReader(be, on: host)
    reader.name = "hub"
    try reader.catchUp()
    let withdrawal = try withdraw([try publish(1)])
    try passWeek(of: nl)
    try passWeek(of: be)
    try host.pass(milliseconds: 3 * 3_600_000)
    #expect(try withdrawals(at: nl, withdrawal)[0].outstanding == ["be"])
    let known: ReadersReply = try be.call("Readers", NoArguments())
    #expect(known.readers == [ReaderReport(name: "hub", holdsBack: true)])
    #expect(try be.status().warnings.contains { $0.contains("hub") })
    // Its cursor alone confirms nothing.
    try reader.catchUp()
    try host.pass(milliseconds: 120_000)
    #expect(try withdrawals(at: nl, withdrawal)[0].outstanding == ["be"])
    try reader.confirm()
    try host.pass(milliseconds: 120_000)
    #expect(try withdrawals(at: nl, withdrawal)[0].outstanding.isEmpty)
    // Away for the next one, and gone for good.
    let next = try withdraw([try publish(2)])
    try passWeek(of: be)
    try host.pass(milliseconds: 3 * 3_600_000)
    #expect(try withdrawals(at: nl, next)[0].outstanding == ["be"])
    let _: DoneReply = try be.call("ForgetReader", ForgetReaderRequest(name: "hub"))
    try host.pass(milliseconds: 120_000)
    #expect(try withdrawals(at: nl, next)[0].outstanding.isEmpty)
    #expect(throws: ControlError.self) {
      let _: DoneReply = try be.call("ForgetReader", ForgetReaderRequest(name: "hub"))
    }
  }
}
