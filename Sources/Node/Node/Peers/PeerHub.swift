import Crypto
import Log
import Replication
import Runtime
import Transport

/// All that this node has to do with its peers' connections: who dials, who is let in, what their
/// sessions carry, and what is remembered of them. It gives the replica what they say, and sends
/// what the replica says.
final class PeerHub: SessionOwner {
  private let loop: EventLoop
  private let host: any SessionHost
  private let membership: Membership
  private let keys: TransportKeys
  private let room: Room
  private let notices: Notices
  private let lines: PeerLines
  private let sessions: PeerSessions
  private let dialler: Dialler
  private let door: Doorkeeper
  private var isStopped = false

  init(
    _ loop: EventLoop, _ turns: TurnQueue, _ host: any SessionHost, _ membership: Membership,
    _ keys: TransportKeys, _ room: Room, _ notices: Notices
  ) {
    self.loop = loop
    self.host = host
    self.membership = membership
    self.keys = keys
    self.room = room
    self.notices = notices
    lines = PeerLines(loop.clock)
    sessions = PeerSessions(loop, host, notices)
    dialler = Dialler(loop, turns, membership, keys, lines, sessions, most: room.dials)
    door = Doorkeeper(loop, membership, keys, sessions, notices, halfOpen: room.halfOpen)
    dialler.didFind = { [door] in door.found($0, $1) }
    sessions.owner = self
  }

  /// Begins to dial, and to know peers by their addresses.
  func begin() {
    door.rosterChanged()
    dialler.dialAll()
  }

  func accept(_ connection: Connection) {
    guard !isStopped else { return connection.close() }
    guard sessions.count + dialler.count < room.peers else {
      notices.count("transport_noDescriptors")
      return connection.close()
    }
    door.accept(connection)
  }

  /// The roster was read again: touches only what changed.
  /// - Parameter kept: members whose sessions go on: their cards name other keys, and the same
  ///   transport key.
  func rosterChanged(_ change: ReloadReply, keeping kept: Set<String> = []) {
    keys.rosterChanged()
    door.rosterChanged()
    let touched = Set(change.removed + change.changed).subtracting(kept)
    for session in sessions.all where session.peer.map({ touched.contains($0.text) }) == true {
      session.connection.finish(withinMilliseconds: NodeLimits.lastWordsInHasteMilliseconds)
    }
    for name in touched { if let name = try? NodeName(name) { lines.keyChanged(of: name) } }
    for name in change.removed { if let name = try? NodeName(name) { lines[name] = nil } }
    for name in change.changed + change.added {
      if let name = try? NodeName(name) { lines[name]?.redial.begin() }
    }
    dialler.dialAll()
  }

  func stop() {
    isStopped = true
    dialler.stop()
    door.stop()
    for session in sessions.all {
      session.connection.finish(withinMilliseconds: NodeLimits.lastWordsInHasteMilliseconds)
    }
  }

  // MARK: The replica's calls

  func send(_ message: [UInt8], on session: SessionID) { sessions.send(message, on: session) }
  func hold(_ session: SessionID, until time: UInt64) { sessions.hold(session, until: time) }
  func relieve(_ session: SessionID) { sessions.relieveSoon(session) }

  func close(_ id: SessionID, because reason: Replication.CloseReason) {
    guard let session = sessions[id] else { return }
    let reason = reason.rawValue
    if let peer = session.peer {
      lines[peer]?.why = "session closed: \(reason)"
      notices.logger.info("session with \(peer) closed: \(reason)")
    }
    notices.count("session.closed-\(reason)")
    sessions.finish(session)
  }

  // MARK: Rounds

  /// Sends what there is to say: at the end of the round, or at once.
  func flush(atOnce: Bool = false) { sessions.flush(atOnce: atOnce) }

  /// Too much waits for the disk: nobody is read before that is over.
  func holdBack(_ isTooMuch: Bool) { sessions.holdBack(isTooMuch) }

  // MARK: Status

  /// - Parameter progress: nil: the core knows no such peer.
  func report(_ entry: LivePeer, _ progress: PeerProgress?, held: [HeldRateReport]) -> PeerReport {
    let name = entry.card.name
    let line = lines.known(name)
    let connection = sessions.present(with: name)?.connection
    let seconds = lines.secondsBehind(name, isBehind: (progress?.lagEntries ?? 0) > 0)
    return PeerReport(
      name: name.text, state: line.state.rawValue, lagEntries: progress?.lagEntries,
      lagSeconds: progress == nil ? nil : seconds, address: entry.address,
      since: Int64(line.since), why: line.why,
      bytesIn: connection?.receivedBytes ?? line.bytesIn,
      bytesOut: connection?.sentBytes ?? line.bytesOut, held: held)
  }

  // MARK: Sessions

  func established(_ session: PeerSession, with key: TransportPublicKey, _ hash: Digest) {
    door.release(session)
    guard let (entry, isPresent) = keys.owner(of: key) else { return session.connection.close() }
    let own = session.channel.localKey
    session.peer = entry.card.name
    session.isEstablished = true
    session.isOfEarlierKey = !isPresent
    session.firstBytes = []
    dialler.giveBackPlace(of: session)
    let scope = keys.scope(own: own, peer: entry.card.name, isPeersPresent: isPresent)
    noteConnected(session, with: entry, scope)
    host.step(
      .opened(
        SessionOpening(
          id: session.id, peer: entry.card.name, handshakeHash: hash,
          weInitiated: session.isInitiator,
          initiatorHasLowerKey: session.isInitiator ? own < key : key < own,
          scope: scope)))
  }

  /// A peer that knows an earlier key of this node, and used a newer one or knows an earlier epoch,
  /// is on its way to the present one; who uses an earlier key of a peer is told of the epochs
  /// since and given back that peer's logs, and is not that peer for anything else.
  private func noteConnected(
    _ session: PeerSession, with entry: LivePeer, _ scope: SessionScope
  ) {
    let name = entry.card.name
    if session.isOfEarlierKey {
      notices.count("session.of-earlier-key")
      guard !lines.mayUseEarlierKey(name) else { return }
      return notices.logger.warning(
        "somebody at \(session.connection.peerAddress) uses an earlier transport key of \(name): it is told of the epochs "
          + "since, and given back that node's own logs")
    }
    if session.isInitiator { lines[name]?.turns.succeeded() }
    door.saw(name, at: session.connection.peerHostBytes)
    let isByPresent = keys.isPresent(session.channel.localKey)
    if isByPresent {
      lines[name]?.turns.knowsPresentKey()
    } else {
      notices.count("session.by-earlier-key")
    }
    if scope == .everything { return lines.setState(.connected, of: name, why: nil) }
    if lines[name]?.state == .connected { return }
    lines.setState(
      .connecting, of: name,
      why: "it knows this node by an earlier card: it is sent what leads to the present one")
    lines[name]?.isLookingUp = false
    notices.logger.notice(
      "peer \(name) knows this node by an earlier card, and is sent what leads to the present one")
  }

  func failed(_ session: PeerSession, _ error: ChannelError) {
    if error == .wrongMac, isOwnDial(session) { return }
    notices.count(error.counter)
    if let peer = session.peer { lines[peer]?.why = "transport: \(error)" }
  }

  func closed(_ session: PeerSession, _ why: String) {
    door.release(session)
    dialler.giveBackPlace(of: session)
    if session.isEstablished { host.step(.closed(session.id)) }
    guard let peer = session.peer, !session.isOfEarlierKey, !isStopped else { return }
    lines[peer]?.bytesIn = session.connection.receivedBytes
    lines[peer]?.bytesOut = session.connection.sentBytes
    guard sessions.present(with: peer) == nil else { return }
    if session.isInitiator, !session.isEstablished { return dialler.ended(peer, why) }
    if session.isEstablished { noteEnd(of: session, with: peer) }
    let known = lines[peer]?.why
    lines.setState(
      membership.roster.entry(peer)?.address == nil ? .known : .disconnected, of: peer,
      why: known ?? why)
    if session.isEstablished {
      notices.logger.notice("peer \(peer) gone: \(lines[peer]?.why ?? why)")
    }
    dialler.redialLater(peer)
  }

  private func noteEnd(of session: PeerSession, with peer: NodeName) {
    guard keys.isPresent(session.channel.localKey) else {
      // It knows the present key now, most likely.
      if lines[peer]?.turns.hasUntriedKey(of: keys.earlier.count) == true {
        lines[peer]?.redial.begin()
      }
      return
    }
    let isUnwanted = lines[peer]?.redial.ended(after: loop.now - session.openedAt) == true
    if isUnwanted, session.isInitiator {
      notices.logger.warning(
        "peer \(peer) ends each session at once: see its log, and whether another copy of this node runs"
      )
    }
  }

  /// True when the first bytes of an incoming connection are those of one that this node dialled:
  /// the dialled address leads back here, directly or by a proxy. No other node can have made them.
  private func isOwnDial(_ session: PeerSession) -> Bool {
    guard !session.isInitiator, session.firstBytes.count == PeerSession.markBytes,
      let dialled = sessions.all.first(where: {
        $0.isInitiator && !$0.isEstablished && $0.firstBytes == session.firstBytes
      }), let name = dialled.peer
    else { return false }
    notices.count("transport_dialledItself")
    let address = membership.roster.entry(name)?.address ?? dialled.connection.peerAddress
    let text =
      "the address of \(name), \(address), leads back to this node itself: give the peer's own"
    let key = "dials-itself \(name)"
    // Once, and not at each dial.
    if notices.warning(key) != text { notices.warn(key, text) }
    lines[name]?.why = text
    dialled.connection.close()
    return true
  }
}
