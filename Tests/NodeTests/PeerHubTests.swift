import Foundation
import Log
import Testing

@testable import Node
@testable import Replication
@testable import Runtime

@Suite("Connections with peers, without a replica behind them")
struct PeerHubTests {
  private let nodes: Nodes

  init() throws { nodes = try Nodes() }

  @Test("Who has an address dials, and both say what they are given")
  func messages() throws {
    let (nl, be) = (nodes.nl, nodes.be)
    try nodes.connect()
    let (there, here) = (try #require(nl.heard.opened.first), try #require(be.heard.opened.first))
    #expect(there.peer.text == "be" && there.weInitiated)
    #expect(here.peer.text == "nl" && !here.weInitiated)
    #expect(there.scope == .everything && there.handshakeHash == here.handshakeHash)
    nl.hub.send([1, 2, 3], on: there.id)
    be.hub.send([4], on: here.id)
    nl.hub.flush()
    be.hub.flush()
    try nodes.turn { !nl.heard.messages.isEmpty && !be.heard.messages.isEmpty }
    #expect(be.heard.messages == [[1, 2, 3]] && nl.heard.messages == [[4]])
    #expect(try nl.report("be").state == "connected")
    #expect(try be.report("nl").bytesIn > 0)
  }

  @Test("A session that is closed says why, and the one who dialled comes again")
  func redial() throws {
    let (nl, be) = (nodes.nl, nodes.be)
    try nodes.connect()
    let reason = Replication.CloseReason.protocolOrder
    be.hub.close(be.heard.opened[0].id, because: reason)
    try nodes.turn { nl.heard.closed == 1 && be.heard.closed == 1 }
    #expect(try be.report("nl").why == "session closed: \(reason.rawValue)")
    #expect(be.notices.counters.values["session.closed-\(reason.rawValue)"] == 1)
    try nodes.turn { nl.heard.opened.count == 2 && be.heard.opened.count == 2 }
  }

  @Test("A peer that was removed is let go, and not let in again")
  func removed() throws {
    let (nl, be) = (nodes.nl, nodes.be)
    try nodes.connect()
    try Roster.remove(NodeName("nl"), from: be.folder)
    let change = try be.membership.reload().reply
    #expect(change.removed == ["nl"] && change.added.isEmpty && change.changed.isEmpty)
    be.hub.rosterChanged(change)
    try nodes.turn { nl.heard.closed == 1 && be.heard.closed == 1 }
    for _ in 0..<50 { try nodes.step() }
    #expect(be.heard.opened.count == 1)
    #expect(try nl.report("be").state != "connected")
  }

  @Test("After a stop nobody is let in")
  func stop() throws {
    nodes.be.hub.stop()
    nodes.nl.hub.begin()
    for _ in 0..<50 { try nodes.step() }
    #expect(nodes.be.heard.opened.isEmpty && nodes.nl.heard.opened.isEmpty)
  }
}

/// Two hubs on one loop: `nl` has the address of `be`.
private final class Nodes {
  private let root: URL
  private let time = GivenTime()
  private let loop: EventLoop
  private let listener: TCPListener
  let nl: Half
  let be: Half

  init() throws {
    let root = FileManager.default.temporaryDirectory
      .appendingPathComponent("liaison-hubs-\(UUID().uuidString)")
    self.root = root
    loop = try EventLoop(clock: SystemClock(time))
    try FileManager.default.createDirectory(at: root, withIntermediateDirectories: true)
    let folders = try ["nl", "be"].map { try NodeTemplates.folder($0, in: root, isNew: false) }
    let accepting = Accepting()
    listener = try TCPListener(loop: loop, address: "127.0.0.1:0") { accepting.hub?.accept($0) }
    _ = try Roster.add(CardFile.own(folders[1]), address: listener.localAddress, to: folders[0])
    _ = try Roster.add(CardFile.own(folders[0]), address: nil, to: folders[1])
    nl = try Half(folders[0], loop)
    be = try Half(folders[1], loop)
    accepting.hub = be.hub
  }

  deinit {
    listener.close()
    try? FileManager.default.removeItem(at: root)
  }

  private final class Accepting { weak var hub: PeerHub? }

  func connect() throws {
    be.hub.begin()
    nl.hub.begin()
    try turn { !nl.heard.opened.isEmpty && !be.heard.opened.isEmpty }
  }

  /// A round; when nothing is to be done, time goes on.
  func step() throws {
    for half in [nl, be] {
      half.turns.work()
      half.hub.flush()
    }
    if try loop.turn(waitingAtMost: 0) { return }
    if try loop.turn(waitingAtMost: 2) { return }
    if let next = loop.nextDeadline { time.pass(milliseconds: next - min(next, loop.now)) }
  }

  func turn(until condition: () -> Bool) throws {
    for _ in 0..<2_000 {
      if condition() { return }
      try step()
    }
    throw TestFailure("it did not come")
  }
}

/// One node's hub, and who hears it.
private final class Half {
  let folder: NodeFolder
  let membership: Membership
  let notices: Notices
  let turns: TurnQueue
  let heard = Heard()
  let hub: PeerHub

  init(_ folder: NodeFolder, _ loop: EventLoop) throws {
    self.folder = folder
    notices = Notices(
      Logger(threshold: .error, descriptor: -1, journalStream: nil), loop.clock)
    membership = Membership(
      try CardFile.own(folder), try LiveRoster.load(folder), folder, notices)
    turns = TurnQueue(loop)
    let own = try OwnKeys(folder, credential: nil, card: try CardFile.own(folder))
    let keys = TransportKeys(own, KeyUse(folder, own.card.origin), membership)
    hub = PeerHub(
      loop, turns, heard, membership, keys, Room(DescriptorBudget(limit: 1_024)), notices)
  }

  func report(_ name: String) throws -> PeerReport {
    let entry = try #require(membership.roster.entry(try NodeName(name)))
    return hub.report(entry, nil, held: [])
  }
}

private final class Heard: SessionHost {
  private(set) var opened: [SessionOpening] = []
  private(set) var messages: [[UInt8]] = []
  private(set) var closed = 0

  func step(_ input: Input) {
    switch input {
    case .opened(let opening): opened.append(opening)
    case .message(_, let message): messages.append(message)
    case .closed: closed += 1
    default: break
    }
  }

  func isHeldBack(_ session: SessionID) -> Bool { false }
}
