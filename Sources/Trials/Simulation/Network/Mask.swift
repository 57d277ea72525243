import Log
import Replication

/// Stands between a process and the network, and makes a foe of it. The process inside is the
/// shipped one; the mask may alter, drop, keep, repeat and add what it says and hears, message by
/// message and byte by byte.
///
/// A foe that holds two branches of its own log is two sites with the same keys, each with a mask
/// whose `signsAlways` is true: each publishes what it likes, and is linked with others
/// (`FoeKind.isTwin`).
///
/// A foe is written against the specification: Protocols/sync.md for messages (`SyncMessage`),
/// transport.md for bytes. It draws from `FoeWays.random` alone. Invariants hold for honest sites
/// only; the log of a foe may be forked.
protocol Mask: AnyObject {
  /// Invariants do not hold for its site. False only where a mistake is planted in an honest one.
  var isFoe: Bool { get }
  /// Signs entries whatever its core says: with an old folder, or twice.
  var signsAlways: Bool { get }

  /// A session is up: hello was not sent yet.
  func opened(_ session: SessionID, with peer: NodeName, _ ways: FoeWays) throws(Violation)
  func closed(_ session: SessionID)
  /// - Returns: what leaves in the place of a message of the core.
  func outgoing(_ message: [UInt8], to peer: NodeName, on session: SessionID, _ ways: FoeWays)
    throws(Violation) -> [[UInt8]]
  /// - Returns: what the core hears in the place of a message of the peer.
  func incoming(_ message: [UInt8], from peer: NodeName, on session: SessionID, _ ways: FoeWays)
    throws(Violation) -> [[UInt8]]
  /// - Returns: what goes on the wire in the place of these bytes, which the channel made:
  ///   handshake messages and records.
  func bytes(_ bytes: [UInt8], to peer: NodeName, on session: SessionID, _ ways: FoeWays)
    throws(Violation) -> [UInt8]
  /// Called every `FoeWays.tickMilliseconds` while its process runs.
  func tick(_ ways: FoeWays) throws(Violation)
}

// A mask writes down only what it changes.
extension Mask {
  var isFoe: Bool { true }
  var signsAlways: Bool { false }
  func opened(_ session: SessionID, with peer: NodeName, _ ways: FoeWays) throws(Violation) {}
  func closed(_ session: SessionID) {}
  func outgoing(_ message: [UInt8], to peer: NodeName, on session: SessionID, _ ways: FoeWays)
    throws(Violation) -> [[UInt8]]
  { [message] }
  func incoming(_ message: [UInt8], from peer: NodeName, on session: SessionID, _ ways: FoeWays)
    throws(Violation) -> [[UInt8]]
  { [message] }
  func bytes(_ bytes: [UInt8], to peer: NodeName, on session: SessionID, _ ways: FoeWays)
    throws(Violation) -> [UInt8]
  { bytes }
  func tick(_ ways: FoeWays) throws(Violation) {}
}

/// The acts and the knowledge of a mask of its own accord.
final class FoeWays {
  static let tickMilliseconds: UInt64 = 500

  unowned let site: Site
  unowned let world: World
  var random: SplitMix64
  /// Open sessions, oldest first.
  private(set) var sessions: [(id: SessionID, peer: NodeName)] = []

  init(_ site: Site, _ world: World, random: SplitMix64) {
    self.site = site
    self.world = world
    self.random = random
  }

  var now: UInt64 { world.now }
  /// The process inside: its store, its keys (`site.keys`), its core.
  var process: NodeProcess? { site.process }

  func opened(_ id: SessionID, _ peer: NodeName) { sessions.append((id, peer)) }
  func closed(_ id: SessionID) { sessions.removeAll { $0.id == id } }

  /// Says something that the core did not.
  func send(_ message: SyncMessage, on session: SessionID) throws(Violation) {
    try send(message.bytes, on: session)
  }

  func send(_ message: [UInt8], on session: SessionID) throws(Violation) {
    try world.links.send(message, on: session)
    try world.links.endRound(of: site)
  }

  /// Makes the core hear something that nobody said.
  func hear(_ message: [UInt8], on session: SessionID) throws(Violation) {
    try process?.step(.message(session, message))
  }

  func hangUp(_ session: SessionID) throws(Violation) {
    try world.links.close(session)
  }

  /// The network of bytes; nil where there are links of messages only.
  var wires: ByteLinks? { world.links as? ByteLinks }

  func say(_ text: @autoclosure () -> String) { world.say("\(site.label) (foe): \(text())") }
}
