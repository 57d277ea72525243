import Foundation
import Log
import Node
import Testing

@Suite("Nodes on loopback, some of them real daemons", .serialized)
final class DaemonTests {
  private let host: NodeHost

  init() throws { host = try NodeHost() }

  deinit { host.end() }

  private func records(_ count: Int) -> [String] {
    (0..<count).map {
      #"{"type":"note","number":\#($0),"text":"\#(String(repeating: "é", count: 60))"}"#
    }
  }

  /// nl and fr each speak to be alone; all know all. So they wait for each other in vain.
  private func chain<Node: TestedNode>(
    _ make: (String) throws -> Node
  ) throws -> (nl: Node, be: Node, fr: Node) {
    let (nl, be, fr) = (try make("nl"), try make("be"), try make("fr"))
    try be.start()
    for (node, others) in [(nl, [be, fr]), (be, [nl, fr]), (fr, [nl, be])] {
      for other in others { try node.add(other, dial: other === be) }
    }
    be.hangUp()
    try nl.start()
    try fr.start()
    try nl.release()
    try fr.release()
    return (nl, be, fr)
  }

  private func process(_ name: String) throws -> DaemonProcess {
    try DaemonProcess(name, in: host.root)
  }

  @Test("Records reach their audience through a carrier that cannot read them")
  func threeNodes() throws {
    let (nl, be, fr) = try chain(process)
    #expect(try nl.wait { $0.peers.contains { $0.state == "connected" } })
    let lines = records(200)
    let first = try nl.publish(Array(lines.prefix(3)), to: ["fr"])
    #expect(first.origin == "nl/1" && first.first == 2 && first.count == 3)
    let second = try nl.publish(Array(lines.dropFirst(3)), to: ["fr"])
    #expect(second.first == 5)
    let size = try nl.size(of: "nl/1")
    #expect(size == 202)
    let arrived = try fr.wait { $0.logs.contains { $0.origin == "nl/1" && $0.size == size } }
    #expect(arrived, "\(nl.log())\n\(be.log())\n\(fr.log())")
    #expect(try fr.show("nl/1/5").record == lines[3])
    #expect(try fr.show("nl/1/201").record == lines[199])
    #expect(try nl.show("nl/1/2").record == lines[0])
    let carried = try be.show("nl/1/5")
    #expect(carried.opening == .notForThisNode && carried.record == nil)
    #expect(try be.show("nl/1/0").opening == .isPublic)
    let cosigned = try nl.wait(seconds: 20) { report in
      report.logs.contains { $0.origin == "nl/1" && $0.cosignatures == ["be", "fr"] }
    }
    let report = try nl.status()
    #expect(cosigned, "\(report)")
    let verified = try fr.wait { report in
      report.logs.contains { $0.origin == "nl/1" && $0.verifiedEntries == size }
    }
    #expect(verified)
    let (status, seconds) = try nl.terminate()
    #expect(status == 0 && seconds < 1)
    // Verified entries are not verified again after a restart.
    _ = try fr.terminate()
    let kept = try String(contentsOfFile: fr.folder.verified, encoding: .utf8)
    let id = try nl.card().identity.id
    #expect(kept.contains("log \(id) \(size) "), "\(kept)")
  }

  @Test("SIGKILL loses nothing that was acknowledged")
  func killed() throws {
    let (nl, be, fr) = try chain(process)
    var acknowledged: [(UInt64, String)] = []
    for round in 0..<5 {
      for line in records(20) {
        let text = line.replacingOccurrences(of: "note", with: "note\(round)")
        let run = try nl.publish([text], to: ["be"])
        acknowledged.append((run.first, text))
      }
      nl.kill()
      try nl.start()
      try nl.release()
    }
    for (index, text) in acknowledged { #expect(try nl.show("nl/1/\(index)").record == text) }
    let size = try nl.size(of: "nl/1")
    #expect(try fr.wait { $0.logs.contains { $0.origin == "nl/1" && $0.size == size } })
    #expect(try be.status().logs.first { $0.origin == "nl/1" }?.disputed == false)
    #expect(try nl.status().signing == "ready")
  }

  @Test("publish --replicas answers when so many peers have stored it")
  func replicas() throws {
    let (nl, be, _) = try chain { try host.node($0) }
    #expect(try nl.wait { $0.peers.contains { $0.state == "connected" } })
    let run = try nl.publish(records(1), to: ["all"], replicas: 1)
    #expect(try be.size(of: "nl/1") > run.first)
  }

  @Test("An old copy of the data folder does not sign")
  func restored() throws {
    let nl = try host.node("nl")
    try nl.start()
    _ = try nl.publish(records(1), to: ["nl"])
    _ = try nl.terminate()
    let copy = nl.folder.root + ".copy"
    try NodeTemplates.copyFolder(nl.folder.root, to: copy)
    try nl.start()
    _ = try nl.publish(records(5), to: ["nl"])
    _ = try nl.terminate()
    try FileManager.default.removeItem(atPath: nl.folder.root)
    try FileManager.default.moveItem(atPath: copy, toPath: nl.folder.root)
    try nl.start()
    #expect(try nl.status().signing == "closed")
    #expect(throws: (any Error).self) { try nl.publish(self.records(1), to: ["nl"]) }
  }

  @Test(
    "A second daemon on one data folder is refused; SIGHUP brings a new peer in without a restart")
  func lockAndReload() throws {
    let nl = try process("nl")
    let be = try process("be")
    try nl.start()
    try be.start()
    let second = Process()
    second.executableURL = DaemonProcess.binary
    second.arguments = ["--data", nl.folder.root]
    second.standardError = FileHandle.nullDevice
    try second.run()
    second.waitUntilExit()
    #expect(second.terminationStatus == 75)
    #expect(try nl.status().peers.isEmpty)
    try nl.add(be, dial: true)
    try be.add(nl, dial: false)
    be.hangUp()
    nl.hangUp()
    #expect(try nl.wait { $0.peers.contains { $0.name == "be" && $0.state == "connected" } })
    let run = try be.publish(records(1), to: ["nl"])
    let arrived = try nl.wait { $0.logs.contains { $0.origin == "be/1" && $0.size > run.first } }
    #expect(arrived)
    #expect(try nl.show("be/1/\(run.first)").opening == .opened)
  }

  @Test("A stranger is told nothing: garbage, a wrong key, half a handshake; all of it counted")
  func strangers() throws {
    let (nl, be, fr) = try chain { try host.node($0) }
    #expect(try nl.wait { $0.peers.contains { $0.state == "connected" } })
    let stranger = try host.node("xx")
    try stranger.start()
    try stranger.add(be, dial: true)
    stranger.hangUp()
    let counted = try be.wait { ($0.counters["transport_unknownPeer"] ?? 0) > 0 }
    #expect(counted)
    #expect(try stranger.status().peers.first?.state != "connected")
    let run = try nl.publish(records(1), to: ["fr"], replicas: 1)
    let arrived = try fr.wait { $0.logs.contains { $0.origin == "nl/1" && $0.size > run.first } }
    #expect(arrived)
  }
}
