import Crypto
import Log
import Replication
import Store

/// The common part of all foes: they listen to their core and to its peers, and so know where each
/// log stands on a session.
class Foe: Mask {
  let kind: FoeKind
  private(set) var pages: [SessionID: SessionPage] = [:]
  /// Half an hour, and then once a quarter of an hour.
  private static let busyTicks = 3_600
  private static let restedTicks = 1_800
  private var ticks = 0

  init(_ kind: FoeKind) { self.kind = kind }

  var signsAlways: Bool { false }

  func opened(_ session: SessionID, with peer: NodeName, _ ways: FoeWays) throws(Violation) {
    guard let hash = ways.process?.sessions[session]?.handshakeHash else { return }
    pages[session] = SessionPage(peer, handshakeHash: hash)
  }

  func closed(_ session: SessionID) { pages[session] = nil }

  final func outgoing(
    _ message: [UInt8], to peer: NodeName, on session: SessionID, _ ways: FoeWays
  ) throws(Violation) -> [[UInt8]] {
    pages[session]?.said(message)
    guard let page = pages[session] else { return [message] }
    return try say(message, on: session, page, ways)
  }

  final func incoming(
    _ message: [UInt8], from peer: NodeName, on session: SessionID, _ ways: FoeWays
  ) throws(Violation) -> [[UInt8]] {
    pages[session]?.heard(message)
    guard let page = pages[session] else { return [message] }
    return try hear(message, on: session, page, ways)
  }

  func bytes(_ bytes: [UInt8], to peer: NodeName, on session: SessionID, _ ways: FoeWays)
    throws(Violation) -> [UInt8]
  { bytes }

  final func tick(_ ways: FoeWays) throws(Violation) {
    guard let process = ways.process, process.isAlive else { return }
    ticks += 1
    // On days without anything it rests, as everybody does.
    guard ticks < Foe.busyTicks || ticks % Foe.restedTicks == 0 else { return }
    try act(process, ways)
  }

  // MARK: Misbehaviour

  /// - Returns: what is said in the place of what the core says.
  func say(
    _ message: [UInt8], on session: SessionID, _ page: SessionPage, _ ways: FoeWays
  ) throws(Violation) -> [[UInt8]] { [message] }

  /// - Returns: what the core hears in the place of what the peer said.
  func hear(
    _ message: [UInt8], on session: SessionID, _ page: SessionPage, _ ways: FoeWays
  ) throws(Violation) -> [[UInt8]] { [message] }

  /// Called again and again.
  func act(_ process: NodeProcess, _ ways: FoeWays) throws(Violation) {}

  // MARK: Knowledge

  /// Sessions on which both sides have listed their logs, oldest first.
  func readySessions(_ ways: FoeWays) -> [(id: SessionID, page: SessionPage)] {
    ways.sessions.compactMap { session in
      guard let page = pages[session.id], page.isReady else { return nil }
      return (session.id, page)
    }
  }

  /// Logs that both sides of a session listed, and of which something is stored here.
  func sharedLogs(_ page: SessionPage, _ process: NodeProcess) -> [LogIdentity] {
    process.store.logs.filter { page.shares($0.id) && size(of: $0.id, process) > 0 }
  }

  func size(of log: LogID, _ process: NodeProcess) -> UInt64 {
    process.store.durableHead(log)?.size ?? 0
  }

  /// Entries that are stored here with every body; nil when they are not.
  func entries(_ log: LogID, _ range: Range<UInt64>, _ process: NodeProcess) -> EntryBatch? {
    guard let batch = try? process.store.read(log, range, maxBytes: 256 << 10),
      batch.first == range.lowerBound, batch.bodyStates?.contains(where: { $0 != .present }) != true
    else { return nil }
    return batch
  }

  func drawn<Element>(_ elements: [Element], _ ways: FoeWays) -> Element? {
    elements.isEmpty ? nil : elements[ways.random.below(elements.count)]
  }

  /// Says something on a session, and has it counted.
  func misbehave(_ message: SyncMessage, on session: SessionID, _ ways: FoeWays) throws(Violation) {
    try misbehave(message.bytes, on: session, ways)
  }

  func misbehave(_ message: [UInt8], on session: SessionID, _ ways: FoeWays) throws(Violation) {
    try ways.send(message, on: session)
    ways.did(kind)
  }
}
