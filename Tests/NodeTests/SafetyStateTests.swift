import Foundation
import Log
import Testing

@testable import Node

/// Nodes whose small files cannot be written, or lie where systemd puts them.
@Suite("States that a node depends on, and where its secrets come from")
final class SafetyStateTests {
  private let host: NodeHost
  private let files = FileManager.default

  init() throws { host = try NodeHost() }

  deinit { host.end() }

  private let record = #"{"type":"x"}"#

  @Test(
    "While the token cannot be written nothing more is signed, status says so, and it goes on by itself"
  )
  func token() throws {
    let nl = try host.node("nl")
    try nl.start()
    _ = try nl.publish([record], to: ["nl"])
    let token = nl.folder.defaultToken
    // Nothing is renamed over a folder, whoever tries.
    try files.removeItem(atPath: token)
    try files.createDirectory(atPath: token, withIntermediateDirectories: false)
    _ = try nl.publish([record], to: ["nl"])
    #expect(try nl.wait(seconds: 40) { $0.signing == "paused" })
    #expect(try nl.status().signingWhy?.contains("the token cannot be written") == true)
    let size = try nl.size(of: "nl/1")
    #expect(throws: (any Error).self) { try nl.publish([record], to: ["nl"]) }
    #expect(try nl.size(of: "nl/1") == size)
    try files.removeItem(atPath: token)
    #expect(try nl.wait(seconds: 20) { $0.signing == "ready" })
    _ = try nl.publish([record], to: ["nl"])
    #expect(try nl.terminate().status == 0)
    // The token that was written last names the last entry: the next start signs on.
    try nl.start()
    #expect(try nl.wait { $0.signing == "ready" })
  }

  @Test("What could not be saved is tried at a clean stop, and said there")
  func unsavedAtTheStop() throws {
    let nl = try host.node("nl")
    try nl.start()
    _ = try nl.publish([record], to: ["nl"])
    try? files.removeItem(atPath: nl.folder.verified)
    try files.createDirectory(atPath: nl.folder.verified, withIntermediateDirectories: false)
    #expect(try nl.terminate().status == 0)
    #expect(nl.log().contains("at the stop: NOT SAVED: how far the scrub is"))
  }

  @Test("A pre-shared key may be a credential of the service, and one that is another is none")
  func credentials() throws {
    let (nl, be) = (
      try DaemonProcess("nl", in: host.root), try DaemonProcess("be", in: host.root)
    )
    let key = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\n"
    let credentials = host.root.appendingPathComponent("credentials")
    try files.createDirectory(at: credentials, withIntermediateDirectories: false)
    try Data(key.utf8).write(to: credentials.appendingPathComponent("psk_be"))
    try nl.start(port: "0", environment: ["CREDENTIALS_DIRECTORY": credentials.path])
    try be.add(nl, dial: true)
    try nl.add(be, dial: false)
    nl.hangUp()
    let file = be.folder.presharedKey(of: try NodeName("nl"))
    #expect(
      files.createFile(
        atPath: file, contents: Data(key.utf8), attributes: [.posixPermissions: 0o600]))
    try be.start()
    #expect(try be.wait(seconds: 30) { $0.peers.first?.state == "connected" })
    #expect(try be.terminate().status == 0)
    try files.removeItem(atPath: file)
    try be.start()
    // Without the key there is no session: the handshake does not end.
    #expect(try be.wait(seconds: 30) { $0.peers.first?.why != nil })
    #expect(try be.status().peers.first?.state != "connected")
  }

  @Test("A card that is held and cannot be read is not written over, and nothing takes its place")
  func damagedHeldCard() throws {
    let (nl, be) = (try host.node("nl"), try host.node("be"))
    let card = try be.card()
    try nl.add(be, dial: false)
    let path = "\(nl.folder.cards)/\(card.identity.id).card"
    #expect(try Data(contentsOf: URL(fileURLWithPath: path)) == Data(card.note))
    let rubbish = Data("no card\n".utf8)
    try rubbish.write(to: URL(fileURLWithPath: path))
    try nl.start()
    #expect(try nl.status().warnings.contains { $0.contains(path) })
    #expect(nl.log().contains(path))
    let held = HeldCards(nl.folder)
    #expect(held.isDoubted(card.identity.id) && held.card(of: card.identity.id) == nil)
    let error = #expect(throws: IdentityError.self) { try nl.add(be, dial: false) }
    #expect(error?.kind == .malformed && error?.reason.contains(path) == true)
    #expect(try Data(contentsOf: URL(fileURLWithPath: path)) == rubbish)
    #expect(try nl.terminate().status == 0)
    #expect(try Data(contentsOf: URL(fileURLWithPath: path)) == rubbish)
    // The operator compared it, and removed the file.
    try files.removeItem(atPath: path)
    try nl.add(be, dial: false)
    #expect(!HeldCards(nl.folder).isDoubted(card.identity.id))
  }

  @Test("Which cards are held is not known while their folder is something else")
  func noFolderOfCards() throws {
    let nl = try host.node("nl")
    try? files.removeItem(atPath: nl.folder.cards)
    try Data().write(to: URL(fileURLWithPath: nl.folder.cards))
    let held = HeldCards(nl.folder)
    let id = try nl.card().identity.id
    #expect(held.problems.count == 1 && held.isDoubted(id))
  }

  @Test("A node that dials itself says so")
  func dialsItself() throws {
    let (nl, be) = (try host.node("nl"), try host.node("be"))
    try nl.start()
    _ = try Roster.add(try be.card(), address: nl.address, to: nl.folder)
    nl.hangUp()
    #expect(
      try nl.wait(seconds: 30) {
        $0.peers.first?.why?.contains("leads back to this node itself") == true
      })
    #expect(try nl.status().warnings.contains { $0.contains("leads back to this node itself") })
    #expect(try nl.status().counters["transport_wrongMac"] == nil)
  }
}
