import Crypto
import Foundation
import Log
import Secrets
import Testing

@testable import Node
@testable import Sealing

/// Keys exchanged with one operator, one behind the other.
@Suite final class PresharedKeyTests {
  private let host: NodeHost

  init() throws { host = try NodeHost() }

  deinit { host.end() }

  private func add(_ be: HostedNode, to nl: HostedNode, _ key: UInt8) throws {
    let path = host.path("key")
    try (Base64.encode([UInt8](repeating: key, count: 32)) + "\n").write(
      toFile: path, atomically: false, encoding: .utf8)
    try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: path)
    _ = try Roster.add(try be.card(), address: nil, presharedKeyPath: path, to: nl.folder)
  }

  private func keys(of name: String, _ folder: NodeFolder) throws -> [UInt8] {
    let keys = try LiveRoster.load(folder).presharedKeys[try NodeName(name)] ?? []
    return keys.map { $0.secret.withBytes { $0[0] } }
  }

  @Test(
    "SEAL-21: a key that is replaced stays, the last eight are tried, and a removed peer's stay as well"
  )
  func replaced() throws {
    let nl = try host.node("nl")
    let be = try host.node("be")
    try add(be, to: nl, 1)
    #expect(try keys(of: "be", nl.folder) == [1])
    // The same again is no other key.
    try add(be, to: nl, 1)
    #expect(try keys(of: "be", nl.folder) == [1])
    for key in 2...10 as ClosedRange<UInt8> { try add(be, to: nl, key) }
    #expect(try keys(of: "be", nl.folder) == [10, 9, 8, 7, 6, 5, 4, 3])
    #expect(SealingLimits.presharedKeysTried == 8)
    let live = try #require(try LiveRoster.load(nl.folder).entry(try NodeName("be")))
    #expect(live.presharedKey?.secret.withBytes { $0[0] } == 10)
    try Roster.remove(try NodeName("be"), from: nl.folder)
    #expect(try keys(of: "be", nl.folder) == [10, 9, 8, 7, 6, 5, 4, 3])
  }

  @Test("A change that broke off before the new key was written loses none")
  func brokenOff() throws {
    let nl = try host.node("nl")
    let be = try host.node("be")
    try add(be, to: nl, 1)
    try add(be, to: nl, 2)
    let name = try NodeName("be")
    try PresharedKeys.retire(
      name, nl.folder, for: PresharedKey(copying: [UInt8](repeating: 3, count: 32).span))
    #expect(try keys(of: "be", nl.folder) == [2, 2, 1])
    try add(be, to: nl, 3)
    #expect(try keys(of: "be", nl.folder) == [3, 2, 1])
  }

  @Test("A card with another node's sealing key is refused, and one with this node's own")
  func copiedSealingKey() throws {
    let nl = try host.node("nl")
    let be = try host.node("be")
    _ = try Roster.add(try be.card(), address: nil, to: nl.folder)
    for victim in [try be.card(), try nl.card()] {
      let secrets = NodeSecrets.generate()
      let card = try Card.make(
        serial: 1, origin: Origin(name: try NodeName("de"), epoch: 1),
        log: secrets.log.publicKey, cosigning: secrets.cosigning.publicKey,
        sealing: victim.sealing, transport: secrets.transport.publicKey,
        opening: victim.opening, address: nil
      ) { secrets.log.sign($0) }
      do {
        _ = try Roster.add(card, address: nil, to: nl.folder)
        Issue.record("added")
      } catch {
        #expect(error.kind == .refused && error.reason.contains("sealing key of \(victim.name)"))
      }
    }
  }

  @Test("File names of keys are read back to peer and rank")
  func names() {
    #expect(PresharedKeys.parse("be.psk").map { [$0.name.text, "\($0.rank)"] } == ["be", "0"])
    #expect(PresharedKeys.parse("be_7.psk").map { [$0.name.text, "\($0.rank)"] } == ["be", "7"])
    for file in ["be_8.psk", "be_0.psk", "be.psk.1", "be.card", ".psk", "BE.psk", "be.psk.old"] {
      #expect(PresharedKeys.parse(file) == nil, "\(file)")
    }
  }
}
