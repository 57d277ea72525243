import Foundation
import Log
import Runtime
import Secrets
import Store
import Testing

@testable import Node

/// Nodes that rotate their keys while they run.
@Suite("Keys rotate within an epoch, and nobody is refused", .serialized)
final class RotationTests {
  private let host: NodeHost
  private let record = #"{"type":"x"}"#

  init() throws { host = try NodeHost() }
  deinit { host.end() }

  /// nl and be know each other, and one of them dials.
  private func pair(dials: String = "nl") throws -> (nl: HostedNode, be: HostedNode) {
    let (nl, be) = (try host.node("nl"), try host.node("be"))
    try nl.start()
    try be.start()
    try nl.add(be, dial: dials == "nl")
    try be.add(nl, dial: dials == "be")
    nl.hangUp()
    be.hangUp()
    for node in [nl, be] { #expect(try isConnected(node), "\(node.log())") }
    _ = try nl.publish([record], to: ["be"], replicas: 1)
    return (nl, be)
  }

  private func isConnected(_ node: HostedNode) throws -> Bool {
    try node.wait(seconds: 120) { $0.peers.first?.state == "connected" && $0.signing == "ready" }
  }

  private func rotate(_ node: HostedNode, _ request: RotateRequest = .all) throws -> Card {
    let reply: RotateReply = try node.call("RotateKeys", request)
    let card = try Card.parse(Array(reply.card.utf8))
    let held = try node.card()
    #expect(held == card && reply.serial == card.serial)
    return card
  }

  private func isTaken(_ card: Card, by node: HostedNode) throws -> Bool {
    let path = node.folder.card(of: card.name)
    return try node.wait(seconds: 120) { _ in (try? CardFile.read(path)) == card }
  }

  private func isReadable(_ node: HostedNode, _ run: EntryRun) throws -> Bool {
    try node.show("\(run.origin)/\(run.first)").record == record
  }

  @Test(
    "CARD-51, CARD-54: a peer takes each card from the log, and reads on; what was sealed before is read after"
  )
  func taken() throws {
    let (nl, be) = try pair()
    let before = try be.publish([record], to: ["nl"], replicas: 1)
    let own = try nl.publish([record], to: ["be"], replicas: 1)
    let first = try nl.card()
    let second = try rotate(nl)
    #expect(second.serial == 2 && second.log == first.log && second.opening == first.opening)
    #expect(second.sealing != first.sealing && second.cosigning != first.cosigning)
    #expect(second.transport != first.transport)
    #expect(try isTaken(second, by: be))
    for node in [nl, be] { #expect(try isConnected(node), "\(node.log())") }
    let third = try rotate(nl, RotateRequest(sealing: true))
    #expect(third.transport == second.transport && third.sealing != second.sealing)
    #expect(try isTaken(third, by: be))
    let after = try be.publish([record], to: ["nl"], replicas: 1)
    for run in [before, own, after] { #expect(try isReadable(nl, run), "\(run)") }
    #expect(try isReadable(be, try nl.publish([record], to: ["be"], replicas: 1)))
    // After a restart, too.
    #expect(try nl.terminate().status == 0)
    try nl.start()
    #expect(try isConnected(nl))
    for run in [before, own, after] { #expect(try isReadable(nl, run), "\(run)") }
    #expect(try be.status().peers.first?.serial == 3)
  }

  @Test("CKP-26: after a rotation the newest checkpoint is cosigned anew")
  func cosignedAnew() throws {
    let (nl, be) = try pair()
    func keyID() -> UInt32? {
      guard let store = nl.node?.store, let id = nl.node?.identity.id else { return nil }
      return store.cosignatures(id).first { $0.cosignature.name.text == "be" }?.cosignature.keyID
    }
    #expect(try nl.wait(seconds: 60) { _ in keyID() != nil })
    let card = try rotate(be, RotateRequest(cosigning: true))
    let wanted = Cosignature.keyID(name: card.name, key: card.cosigning)
    #expect(try nl.wait(seconds: 120) { _ in keyID() == wanted })
  }

  @Test(
    "A peer that was away for two rotations comes by the key that it knows, and takes the newest card",
    arguments: ["nl", "be"])
  func away(dials: String) throws {
    let (nl, be) = try pair(dials: dials)
    let port = be.port
    #expect(try be.terminate().status == 0)
    _ = try rotate(nl)
    let newest = try rotate(nl)
    try be.start(port: port)
    #expect(try isTaken(newest, by: be), "\(be.log())\n\(nl.log())")
    for node in [nl, be] { #expect(try isConnected(node), "\(be.log())\n\(nl.log())") }
    #expect(try isReadable(nl, try be.publish([record], to: ["nl"], replicas: 1)))
  }

  @Test("Both rotated twice while they were apart")
  func bothAway() throws {
    let (nl, be) = try pair()
    let port = be.port
    #expect(try be.terminate().status == 0)
    _ = try rotate(nl)
    let card = try rotate(nl)
    #expect(try nl.terminate().status == 0)
    try be.start(port: port)
    try be.release(after: 0)
    _ = try rotate(be)
    let other = try rotate(be)
    try nl.start()
    #expect(try isTaken(card, by: be), "\(be.log())\n\(nl.log())")
    #expect(try isTaken(other, by: nl), "\(be.log())\n\(nl.log())")
    for node in [nl, be] { #expect(try isConnected(node)) }
  }

  @Test("A peer that comes back from before a rotation is given the own log, and takes the card")
  func peerFromBefore() throws {
    let (nl, be) = try pair()
    let port = be.port
    #expect(try be.terminate().status == 0)
    let old = try host.copy(of: be, as: "old")
    try be.start(port: port)
    let card = try rotate(nl, RotateRequest(transport: true))
    #expect(try isTaken(card, by: be))
    #expect(try isConnected(be))
    #expect(try be.terminate().status == 0)
    try old.start(port: port)
    #expect(try isTaken(card, by: old), "\(old.log())\n\(nl.log())")
    #expect(try old.wait(seconds: 120) { $0.peers.first?.state == "connected" })
  }

  @Test(
    "CARD-34: an older card by hand changes nothing, and a newer one counts until the log has it")
  func byHand() throws {
    let (nl, be) = try pair()
    let first = try nl.card()
    let port = be.port
    #expect(try be.terminate().status == 0)
    _ = try rotate(nl)
    let newest = try rotate(nl)
    #expect(try Roster.add(newest, address: nil, to: be.folder) == .updated)
    #expect(throws: IdentityError.self) { try Roster.add(first, address: nil, to: be.folder) }
    try be.start(port: port)
    for node in [nl, be] { #expect(try isConnected(node)) }
    #expect(try be.wait(seconds: 60) { $0.peers.first?.keysSince != nil })
    #expect(try CardFile.read(be.folder.card(of: NodeName("nl"))) == newest)
  }

  @Test("CARD-52, CARD-53: a rotation that broke off after any step goes on, or nobody has seen it")
  func crashes() throws {
    for step in 0...4 {
      let name = "n\(step)"
      let node = try host.node(name)
      try node.start()
      #expect(try node.wait { $0.signing == "ready" })
      let keys = try OwnKeys(node.folder, credential: nil, card: try node.card())
      let rotation = try KeyRotation.draw(.all, after: keys, day: 1)
      try rotation.begin(node.folder)
      if step > 0 {
        let body = KeysChange(card: rotation.card).encode()
        var isDurable = false
        _ = node.node?.publishing.author.publish(
          Publication(
            records: [], recipients: { Recipients(members: []) }, replicas: 0,
            publicEntry: PublicEntry(kind: .keys, body: body), isHeard: { true },
            reply: { if case .success = $0 { isDurable = true } }))
        #expect(try node.wait { _ in isDurable })
      }
      for next in KeyRotation.Step.allCases.prefix(max(0, step - 1)) {
        try rotation.perform(next, node.folder)
      }
      node.kill()
      try node.start()
      #expect(try node.wait { $0.signing == "ready" }, "\(step): \(node.log())")
      #expect(try node.card().serial == (step == 0 ? 1 : 2), "\(step)")
      #expect(try FileSystem.status(node.folder.begunRotation) == nil)
      let after = try rotate(node)
      #expect(after.serial == (step == 0 ? 2 : 3))
      node.kill()
    }
  }

  @Test("CARD-55: a node says that it has not the secrets of the card in force by its own log")
  func withoutSecrets() throws {
    let (nl, _) = try pair()
    let first = try nl.card()
    _ = try rotate(nl)
    #expect(try nl.terminate().status == 0)
    // As after a restore with an export from before.
    try FileSystem.atomicWrite(nl.folder.card, first.note, mode: 0o644)
    try FileSystem.remove(nl.folder.rotatedSecrets)
    try nl.start()
    #expect(
      try nl.wait { report in
        report.warnings.contains { $0.contains("its secrets are not here") }
      }, "\(nl.log())")
  }

  @Test("An export after rotations restores all of them, and one from before does not fit")
  func exported() throws {
    let (nl, _) = try pair()
    let old = host.path("old.keys")
    let new = host.path("new.keys")
    func export(_ path: String) throws {
      _ = try KeysFile.export(
        nl.folder, credential: nil, to: path, passphrase: NodeTemplates.guardedPassphrase,
        cost: NodeTemplates.cheap)
    }
    try export(old)
    _ = try rotate(nl)
    _ = try rotate(nl, RotateRequest(sealing: true))
    try export(new)
    #expect(try nl.terminate().status == 0)
    let keys = try KeysFile.read(new, passphrase: NodeTemplates.guardedPassphrase)
    #expect(try keys.rotated().generations.map(\.serial) == [2, 3])
    let read = try OwnKeys(
      keys.secrets(), keys.rotated(), keys.earlier(), card: try nl.card())
    let card = try nl.card()
    #expect(read.present.matches(card) && read.pairs.count == 3)
    let stale = try KeysFile.read(old, passphrase: NodeTemplates.guardedPassphrase)
    let first = try stale.secrets().after(try stale.rotated())
    #expect(!first.matches(card))
  }

  @Test(
    "CARD-50: nothing is rotated without a key, or while an epoch is prepared; the next epoch keeps all"
  )
  func refusedAndRetired() throws {
    let (nl, be) = try pair()
    #expect(throws: (any Error).self) {
      let _: RotateReply = try nl.call("RotateKeys", RotateRequest())
    }
    let sealed = try be.publish([record], to: ["nl"], replicas: 1)
    let second = try rotate(nl)
    #expect(try isTaken(second, by: be))
    #expect(try isConnected(nl))
    try nl.openEpoch()
    #expect(try nl.card().origin.text == "nl/2")
    #expect(try OwnSecrets.earlier(nl.folder).cards.map(\.serial) == [2, 1])
    #expect(try OwnSecrets.rotated(nl.folder).generations.isEmpty)
    #expect(try isReadable(nl, sealed), "sealed to card 1 of nl/1")
  }

  @Test("SEAL-29: an audience that nobody uses is closed after 30 days, and read on")
  func audienceTerm() throws {
    let (nl, be) = try pair()
    let early = try nl.publish([record], to: ["be"], replicas: 1)
    let grant = early.first - 2
    #expect(try be.show("nl/1/\(grant)").text == "audience be, version 1: be, nl")
    // Nobody turns the loops of a month.
    host.time.pass(milliseconds: 31 * 86_400_000)
    let closing = "nl/1/\(early.first + 1)"
    #expect(
      try be.wait(seconds: 2 * 3_600) { _ in
        (try? be.show(closing))?.text == "closes audience be, version 2: be, nl"
      }, "\(nl.log())")
    let late = try nl.publish([record], to: ["be"], replicas: 1)
    #expect(late.first == early.first + 3, "a grant, and no second closing")
    for run in [early, late] { #expect(try isReadable(be, run)) }
  }

  @Test("A timer rotates the sealing key when it is old; a card that nobody took up is told")
  func timer() throws {
    let (nl, be) = try pair()
    for node in [be, nl] { #expect(try node.terminate().status == 0) }
    nl.rotateSealingDays = 7
    try nl.start()
    try nl.release(after: 0)
    #expect(try nl.wait { $0.signing == "ready" })
    let first = try nl.card()
    // The genesis of the template is older than a week, or will be.
    try nl.pass(seconds: 8 * 86_400)
    let card = try nl.card()
    #expect(card.serial > 1 && card.sealing != first.sealing && card.transport == first.transport)
    try nl.pass(seconds: 2 * 86_400)
    #expect(try nl.status().warnings.contains { $0.contains("was not taken up by be") })
  }
}

extension RotateRequest {
  fileprivate static let all = RotateRequest(cosigning: true, sealing: true, transport: true)
}
