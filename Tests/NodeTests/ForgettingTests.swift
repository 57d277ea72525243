import Crypto
import Foundation
import Log
import Readability
import Runtime
import Secrets
import Testing

@testable import Node

/// Sealing secrets that were replaced, destroyed with the daemon stopped.
@Suite("Old sealing secrets are destroyed, and what is lost is said before", .serialized)
final class ForgettingTests {
  private let host: NodeHost
  private let record = #"{"type":"x"}"#

  init() throws { host = try NodeHost() }
  deinit { host.end() }

  private func pair() throws -> (nl: HostedNode, be: HostedNode) {
    let (nl, be) = (try host.node("nl"), try host.node("be"))
    try nl.start()
    try be.start()
    try nl.add(be, dial: true)
    try be.add(nl, dial: false)
    nl.hangUp()
    be.hangUp()
    for node in [nl, be] { #expect(try isConnected(node), "\(node.log())") }
    return (nl, be)
  }

  private func isConnected(_ node: HostedNode) throws -> Bool {
    try node.wait(seconds: 120) { $0.peers.first?.state == "connected" && $0.signing == "ready" }
  }

  /// Publishes to the other node once its newest card is known.
  private func publish(_ node: HostedNode, to other: HostedNode) throws -> String {
    let card = try other.card()
    let path = node.folder.card(of: card.name)
    #expect(try node.wait(seconds: 120) { _ in (try? CardFile.read(path)) == card })
    #expect(try isConnected(node))
    let run = try node.publish([record], to: [other.name], replicas: 1)
    return "\(run.origin)/\(run.first)"
  }

  private func rotate(_ node: HostedNode) throws {
    let _: RotateReply = try node.call("RotateKeys", RotateRequest(sealing: true))
  }

  private func opening(_ node: HostedNode, _ entry: String) throws -> EntryOpening {
    try node.show(entry).opening
  }

  /// Starts it where it was, so that it is found.
  private func start(_ node: HostedNode) throws {
    try node.start(port: String(node.address.split(separator: ":").last ?? "0"))
    #expect(try isConnected(node), "\(node.log())")
  }

  /// Days since 1970 of the hosts' clock, and a day more.
  private var tomorrow: UInt32 {
    UInt32(SystemClock(host.time).wallMilliseconds / 86_400_000) + 1
  }

  private func forgetting(_ node: HostedNode, before day: UInt32) throws -> KeyForgetting {
    try KeyForgetting(node.folder, credential: nil, before: day)
  }

  @Test("SEAL-30, READ-27: what was sealed to a destroyed key is said, and unreadable after")
  func destroyed() throws {
    let (nl, be) = try pair()
    let old = try publish(nl, to: be)
    let own = try publish(be, to: nl)
    try rotate(be)
    let new = try publish(nl, to: be)
    // The own audience of before the rotation gets its next version by this.
    let ownNew = try publish(be, to: nl)
    #expect(try be.terminate().status == 0)
    let forgetting = try forgetting(be, before: tomorrow)
    #expect(forgetting.count == 1)
    let survey = try forgetting.survey()
    #expect(survey.openGrants == [])
    #expect(survey.losses.map(\.origin) == ["be/1", "nl/1"] && survey.records == 2)
    let before = try [UInt8](Data(contentsOf: URL(fileURLWithPath: be.folder.secrets)))
    try forgetting.perform(survey)
    let after = try [UInt8](Data(contentsOf: URL(fileURLWithPath: be.folder.secrets)))
    #expect(after.count == before.count && after[..<96] == before[..<96])
    // The seed of the sealing key, and the own secret.
    for secret in [before[96..<128], before[160..<192]] {
      #expect(after.ranges(of: secret).isEmpty)
    }
    try start(be)
    for entry in [old, own] { #expect(try opening(be, entry) == .keyForgotten) }
    for entry in [new, ownNew] { #expect(try opening(be, entry) == .opened) }
    #expect(try opening(nl, old) == .opened && opening(nl, own) == .opened)
    // Later records are read, after another rotation, too.
    try rotate(be)
    #expect(try opening(be, try publish(nl, to: be)) == .opened)
    // Again: only the key of since is left to go, and nobody lost twice.
    #expect(try be.terminate().status == 0)
    let again = try self.forgetting(be, before: tomorrow)
    #expect(again.count == 1)
    #expect(try again.survey().records == 2)
  }

  @Test("SEAL-30: an open grant is named; a day before the replacement destroys nothing")
  func refused() throws {
    let (nl, be) = try pair()
    _ = try publish(nl, to: be)
    try rotate(be)
    #expect(try isConnected(nl))
    #expect(try be.terminate().status == 0)
    #expect(try forgetting(be, before: tomorrow - 1).count == 0)
    let survey = try forgetting(be, before: tomorrow).survey()
    #expect(survey.openGrants.map(\.entry) == ["nl/1/1"])
    #expect(survey.records == 1)
    // The log key and what is in force stay as they are.
    try forgetting(be, before: tomorrow).perform(survey)
    try start(be)
    #expect(try opening(be, try publish(nl, to: be)) == .opened)
    #expect(try opening(nl, try publish(be, to: nl)) == .opened)
  }

  @Test("SEAL-30: a group is lost only where its operator demands it; its next version keeps it")
  func groups() throws {
    let (nl, be) = try pair()
    func convene(after number: Int) throws {
      let _: PublishReply = try nl.call(
        "Convene",
        ConveneRequest(
          group: "nl:ctf", after: number, title: nil, purpose: ["ct"], members: ["nl", "be"]))
      #expect(
        try be.wait(seconds: 120) { _ in
          (try? self.version(of: be)) == UInt32(number + 1)
        })
    }
    try convene(after: 0)
    try rotate(be)
    let card = try be.card()
    let path = nl.folder.card(of: card.name)
    #expect(try nl.wait(seconds: 120) { _ in (try? CardFile.read(path)) == card })
    #expect(try isConnected(nl))
    #expect(try be.terminate().status == 0)
    #expect(try forgetting(be, before: tomorrow).survey().groups == ["nl:ctf"])
    try start(be)
    try convene(after: 1)
    #expect(try be.terminate().status == 0)
    let forgetting = try forgetting(be, before: tomorrow)
    let survey = try forgetting.survey()
    #expect(survey.groups == [] && survey.records == 1)
    try forgetting.perform(survey)
    try start(be)
    #expect(try version(of: be) == 2)
  }

  private func version(of node: HostedNode) throws -> UInt32? {
    let reply: GroupsReply = try node.call("Groups", GroupsRequest(group: "nl:ctf"))
    return reply.groups.first?.version
  }

  @Test("SEAL-30: keys of an earlier epoch go, too; a credential cannot be changed")
  func epochs() throws {
    let (nl, be) = try pair()
    let old = try publish(nl, to: be)
    try be.openEpoch()
    let new = try publish(nl, to: be)
    let genesis = tomorrow
    #expect(try be.terminate().status == 0)
    let forgetting = try forgetting(be, before: genesis)
    #expect(forgetting.count == 1)
    let survey = try forgetting.survey()
    #expect(survey.records == 1)
    try forgetting.perform(survey)
    try start(be)
    #expect(try opening(be, old) == .keyForgotten)
    #expect(try opening(be, new) == .opened)
    try rotate(be)
    #expect(try be.terminate().status == 0)
    let credential = try KeyForgetting(
      be.folder, credential: be.folder.secrets, before: tomorrow)
    #expect(throws: IdentityError.self) { try credential.survey() }
  }

  @Test("The account of what was forgotten is read back, joined, and never guessed")
  func account() throws {
    let folder = NodeFolder(host.path("account"))
    try FileManager.default.createDirectory(
      atPath: folder.root, withIntermediateDirectories: true)
    #expect(try ForgottenRecords.load(folder) == ForgottenRecords())
    let (a, b) = (LogID(Array(repeating: 1, count: 32)), LogID(Array(repeating: 2, count: 32)))
    var records = ForgottenRecords()
    for index in [3, 4, 5, 9, 1] as [UInt64] { records.insert(index, of: try #require(a)) }
    records.insert(7, of: try #require(b))
    try records.write(folder)
    #expect(try ForgottenRecords.load(folder) == records)
    var more = ForgottenRecords()
    more.insert(2, of: try #require(a))
    more.formUnion(records)
    #expect(more.logs[try #require(a)]?.ranges == [1..<6, 9..<10])
    let bytes = records.encoded
    #expect(ForgottenRecords(bytes) == records)
    for place in bytes.indices {
      var other = bytes
      other[place] ^= 1
      #expect(ForgottenRecords(other) == nil, "\(place)")
    }
    try FileSystem.atomicWrite(folder.forgotten, Array(bytes.dropLast()))
    #expect(throws: IdentityError.self) { try ForgottenRecords.load(folder) }
  }
}
