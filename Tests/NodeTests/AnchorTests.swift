import Anchoring
import Audit
import Crypto
import Foundation
import Log
import Runtime
import Store
import Testing
import Varlink

@testable import Node

/// The hub's half of the anchor socket.
struct TestAnchorer {
  let path: String
  private let host: NodeHost

  init(_ node: HostedNode, on host: NodeHost) {
    path = NodeFolder.anchorSocket(in: node.folder.root)
    self.host = host
  }

  func readMessage(from client: UnixClient) throws -> [UInt8]? {
    try host.readMessage(from: client)
  }

  func client() throws -> UnixClient { try UnixClient(path: path, timeoutMilliseconds: 20_000) }

  /// - Returns: `nl/1/17`
  func publish(
    _ number: UInt8, log: UInt8 = 1, origin: String = "nl/1"
  ) throws -> String {
    let client = try client()
    let request = AnchorRequest(
      origin: origin, log: TestAnchorer.hash(log).description,
      commitment: TestAnchorer.hash(number).description)
    try client.write(VarlinkCall.encode("org.liaison.Anchor.Publish", request))
    let message = try #require(try readMessage(from: client))
    return try VarlinkAnswer<AnchorFailure>(message: message).decode(AnchorReply.self)
      .parameters.entry
  }

  static func hash(_ number: UInt8) -> Digest { SHA256.hash([number]) }
}

@Suite("Anchors", .serialized)
final class AnchorTests {
  private let host: NodeHost

  init() throws { host = try NodeHost() }

  deinit { host.end() }

  private func anchor(_ node: HostedNode, _ entry: String) throws -> String {
    let reply = try node.show(entry)
    #expect(reply.kind == "anchor" && reply.signature == "verified", "\(reply)")
    return try #require(reply.text)
  }

  @Test(
    "HUB-66, ENT-27: each names the one before it of its local log, also after kills, and is durable when it is answered"
  )
  func links() throws {
    let nl = try host.node("nl")
    try nl.start()
    let hub = TestAnchorer(nl, on: host)
    let first = try hub.publish(1)
    #expect(first == "nl/1/1")
    nl.kill()
    try nl.start()
    let other = try hub.publish(2, log: 2)
    let second = try hub.publish(3)
    _ = try nl.publish([#"{"type":"note"}"#], to: ["nl"])
    nl.kill()
    try nl.start()
    let third = try hub.publish(4)
    let local = TestAnchorer.hash(1).description
    #expect(try anchor(nl, first).contains("no anchor before"))
    #expect(try anchor(nl, first).contains(local))
    #expect(try anchor(nl, first).contains(TestAnchorer.hash(1).description))
    #expect(try anchor(nl, other).contains("no anchor before"))
    #expect(try anchor(nl, second).contains("the anchor before is entry 1\n"))
    #expect(try anchor(nl, third).contains("the anchor before is entry 3\n"))
    #expect(try nl.terminate().status == 0)
    let report = try FolderAudit.run(path: nl.folder.root, cards: [nl.card()])
    #expect(report.verdict == .ok, "\(report.findings) \(report.notChecked)")
  }

  @Test("HUB-65, 66: the socket publishes anchors, and does nothing else")
  func socket() throws {
    let nl = try host.node("nl")
    try nl.start()
    let hub = TestAnchorer(nl, on: host)
    let attributes = try FileManager.default.attributesOfItem(atPath: hub.path)
    #expect((attributes[.posixPermissions] as? Int) == 0o600)
    let client = try hub.client()
    func answer(_ method: String, _ parameters: some Encodable) throws -> String {
      try client.write(VarlinkCall.encode(method, parameters))
      return String(decoding: try #require(try hub.readMessage(from: client)), as: UTF8.self)
    }
    for method in ["Withdraw", "Status", "Changes"] {
      #expect(
        try answer("org.liaison.Anchor.\(method)", NoArguments()).contains("MethodNotFound"))
    }
    for method in ["Node.Publish", "Node.Status", "Reader.Changes"] {
      #expect(try answer("org.liaison.\(method)", NoArguments()).contains("InterfaceNotFound"))
    }
    let description = try answer(
      "org.varlink.service.GetInterfaceDescription", ["interface": "org.liaison.Anchor"])
    #expect(description.contains("method Publish"))
    let hash = TestAnchorer.hash(1).description
    for request in [
      AnchorRequest(origin: "nl/1", log: "00", commitment: hash),
      AnchorRequest(origin: "nl/1", log: hash, commitment: hash + "00"),
    ] {
      #expect(try answer("org.liaison.Anchor.Publish", request).contains("Anchor.Refused"))
    }
    let more = ["origin": "nl/1", "log": hash, "commitment": hash, "body": "x"]
    #expect(try answer("org.liaison.Anchor.Publish", more).contains("InvalidParameter"))
    #expect(throws: AnchorFailure.otherEpoch("nl/1")) { try hub.publish(1, origin: "nl/2") }
    #expect(try nl.size(of: "nl/1") == 1)
    // Words that no client sends end the connection, and are counted.
    try client.write(Array("x".utf8) + [0])
    #expect(
      String(decoding: try #require(try hub.readMessage(from: client)), as: UTF8.self).contains(
        "Refused"))
    #expect(try hub.readMessage(from: client) == nil)
    let long = try hub.client()
    try long.write([UInt8](repeating: 0x20, count: 3 * AnchorLimits.messageBytes))
    #expect(try hub.readMessage(from: long) != nil)
    #expect(try nl.status().counters["anchor.refused"] == 2)
    // One more connection than there may be is closed at once.
    let held = try (0..<AnchorLimits.sessions).map { _ in try hub.client() }
    defer { withExtendedLifetime(held) {} }
    #expect(
      try nl.wait { _ in
        guard let odd = try? hub.client() else { return false }
        return (try? hub.readMessage(from: odd)) == .some(nil)
      })
  }

  @Test("HUB-67: so many at once and no more")
  func often() throws {
    let nl = try host.node("nl")
    try nl.start()
    let hub = TestAnchorer(nl, on: host)
    for number in 0..<UInt8(AnchorLimits.burst) { _ = try hub.publish(number) }
    do {
      _ = try hub.publish(99)
      Issue.record("one more was taken")
    } catch AnchorFailure.tooOften(let seconds) {
      #expect((1...300).contains(seconds))
    }
    #expect(try nl.size(of: "nl/1") == 1 + UInt64(AnchorLimits.burst))
  }

  @Test("HUB-67: a log that is closed takes none")
  func closed() throws {
    let nl = try host.node("nl")
    try FileManager.default.removeItem(atPath: nl.folder.defaultToken)
    try nl.start()
    do {
      _ = try TestAnchorer(nl, on: host).publish(1)
      Issue.record("an anchor of a closed log was taken")
    } catch AnchorFailure.notSigning(let reason) {
      #expect(!reason.isEmpty)
    }
  }

  @Test(
    "HUB-68: partners are shown the newest anchor, also after a start; of a node without a hub nothing is said"
  )
  func partners() throws {
    let nl = try host.node("nl")
    let be = try host.node("be")
    _ = try Roster.add(try be.card(), address: nil, to: nl.folder)
    try nl.start()
    _ = try Roster.add(try nl.card(), address: nl.address, to: be.folder)
    try be.start()
    #expect(try nl.wait { $0.signing == "ready" }, "\(nl.log())")
    let hub = TestAnchorer(nl, on: host)
    _ = try hub.publish(1)
    let entry = try hub.publish(2)
    _ = try nl.publish([#"{"type":"note"}"#], to: ["be"], replicas: 1)
    func shown(_ node: HostedNode, _ origin: String) throws -> AnchorReport? {
      try node.status().logs.first { $0.origin == origin }?.anchor
    }
    #expect(try be.wait { $0.logs.contains { $0.anchor?.index == 2 } }, "\(be.log())")
    #expect(entry == "nl/1/2")
    for node in [nl, be] {
      let found = try #require(try shown(node, "nl/1"))
      #expect(found.log == TestAnchorer.hash(1).description && found.overdueSeconds == nil)
      #expect(try shown(node, "be/1") == nil)
    }
    be.kill()
    try be.start()
    #expect(try be.wait { $0.logs.contains { $0.anchor?.index == 2 } }, "\(be.log())")
    #expect(try shown(be, "be/1") == nil)
  }

  // MARK: - Without a daemon

  @Test func interfaceIsTheFile() throws {
    let folder = URL(fileURLWithPath: #filePath)
      .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    let file = folder.appendingPathComponent("Protocols/org.liaison.Anchor.varlink")
    #expect(AnchorInterface.description == (try String(contentsOf: file, encoding: .utf8)))
    for error in [
      AnchorFailure.otherEpoch("nl/2"), .notSigning(reason: "r"), .tooOften(seconds: 7),
      .diskFailed(reason: "r"), .busy, .refused(reason: "r", hint: "h"),
    ] {
      let message = VarlinkReply.encode(error: error.varlinkName, error.parameters)
      #expect(throws: error) {
        try VarlinkAnswer<AnchorFailure>(message: message).decode(AnchorReply.self)
      }
    }
  }

  @Test("HUB-67: the rate, by a steady clock")
  func rate() {
    var rate = AnchorRate()
    for _ in 0..<AnchorLimits.burst { #expect(rate.take(at: 1_000) == nil) }
    #expect(rate.take(at: 1_000) == 300)
    #expect(rate.take(at: 300_999) == 1)
    #expect(rate.take(at: 301_000) == nil)
    #expect(rate.take(at: 301_001) == 300)
    // Time in which none was made gives no more than at first.
    var taken = 0
    while rate.take(at: 1_000_000_000) == nil { taken += 1 }
    #expect(taken == AnchorLimits.burst)
    // A clock that stands still, or goes back, gives nothing.
    #expect(rate.take(at: 0) == 300)
  }

  @Test("HUB-69: overdue after three intervals in which one could have come, and of nobody else")
  func overdue() throws {
    let folder = host.path("store")
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    let log = LogID(SHA256.hash([1]).bytes)
    let silent = LogID(SHA256.hash([2]).bytes)
    var watch = AnchorWatch(own: silent)
    let anchor = Anchor(log: log, commitment: SHA256.hash([3]), previous: nil)
    watch.staged(try AnchorTests.batch(5, .anchor, anchor.encode()), of: log)
    func pass(_ minutes: UInt64, mayCome: Bool = true) {
      for _ in 0..<minutes { watch.minutePassed([log, silent]) { _ in mayCome } }
    }
    pass(AnchorLimits.overdueMinutes - 1)
    #expect(watch.overdueMinutes(log) == nil)
    pass(100, mayCome: false)
    #expect(watch.overdueMinutes(log) == nil)
    pass(1)
    #expect(watch.overdueMinutes(log) == AnchorLimits.overdueMinutes)
    #expect(watch.overdueMinutes(silent) == nil)
    // A record brings nothing, and neither does a body that is no anchor.
    watch.staged(try AnchorTests.batch(6, .record, []), of: log)
    watch.staged(try AnchorTests.batch(7, .anchor, [1]), of: log)
    pass(1)
    #expect(watch.overdueMinutes(log) == AnchorLimits.overdueMinutes + 1)
    watch.staged(try AnchorTests.batch(8, .anchor, anchor.encode()), of: log)
    #expect(watch.overdueMinutes(log) == nil)
    #expect(watch.newest(of: log, below: 9)?.index == 8)
    #expect(watch.newest(of: log, below: 8) == nil)
  }

  private static func batch(
    _ index: UInt64, _ kind: EntryKind, _ body: [UInt8]
  ) throws -> EntryBatch {
    let header = EntryHeader(
      logID: LogID(SHA256.hash([1]).bytes), index: index, time: 1, kind: kind.rawValue,
      suite: kind.suite.rawValue, expiryDay: 0, bodyBytes: UInt32(body.count),
      audienceTag: .zero, previous: .zero, bodyHash: SHA256.hash(body))
    return try EntryBatch(
      first: index, leaves: header.encode() + [UInt8](repeating: 0, count: 64), bodies: body)
  }
}
