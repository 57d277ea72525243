import Crypto
import Log
import Replication
import Runtime
import Secrets
import Transport

// Sessions with peers: the bytes of their channels, and their ends.
extension Node {
  func hasSession(with name: NodeName) -> Bool {
    sessions.values.contains { $0.peer == name && $0.isEstablished && !$0.isOfEarlierKey }
  }

  /// The owner of a transport key, by the present card or by one of an earlier epoch.
  func peer(
    withTransport key: TransportPublicKey
  ) -> (entry: LivePeer, isPresent: Bool)? {
    if let entry = roster.entry(transport: key) { return (entry, true) }
    return transportKeys.name(ofEarlier: key).flatMap { roster.entry($0) }.map { ($0, false) }
  }

  func setState(_ state: PeerLine.State, of name: NodeName, why: String?) {
    var line = lines[name] ?? PeerLine(since: loop.clock.wallMilliseconds)
    line.isLookingUp = state == .connecting
    if line.state != state { line.since = loop.clock.wallMilliseconds }
    line.state = state
    line.why = why ?? (state == .disconnected ? line.why : nil)
    lines[name] = line
  }

  // MARK: Bytes

  func nextID() -> SessionID {
    defer { nextSession += 1 }
    return SessionID(nextSession)
  }

  @discardableResult
  func add(
    _ connection: Connection, _ channel: SecureChannel, _ id: SessionID, isInitiator: Bool
  ) -> PeerSession {
    let session = PeerSession(
      id: id, connection: connection, channel: channel, isInitiator: isInitiator, now: now)
    sessions[id] = session
    connection.onReadable = { [weak self] _, bytes in self?.received(bytes, on: session) }
    connection.onClosed = { [weak self] _, reason in self?.closed(session, "\(reason)") }
    connection.onDrained = { [weak self] _ in self?.relieve(session) }
    updateReading(session)
    return session
  }

  /// The peer is over a rate: the kernel's buffers fill up, and TCP holds it back.
  func hold(_ id: SessionID, until: UInt64) {
    guard let session = sessions[id] else { return }
    session.heldUntil = until
    updateReading(session)
    guard until > now else { return }
    loop.schedule(afterMilliseconds: until - now) { [weak self, weak session] in
      guard let self, let session else { return }
      self.updateReading(session)
    }
  }

  func updateReading(_ session: PeerSession) {
    guard session.connection.isOpen else { return }
    if isReadingPaused || session.heldUntil > now {
      session.connection.pauseReading()
    } else {
      session.connection.resumeReading()
    }
  }

  private func received(_ bytes: Span<UInt8>, on session: PeerSession) {
    var events: [ChannelEvent] = []
    var out: [UInt8] = []
    var failure: ChannelError?
    session.noteFirst(bytes)
    do throws(ChannelError) {
      try session.channel.receive(bytes, now: now, into: &events, out: &out)
    } catch {
      failure = error
    }
    if failure == nil, !out.isEmpty { session.connection.write(out) }
    let idle = session.channel.takeIdle().microseconds
    if idle > 0, session.isEstablished { step(.idled(session.id, microseconds: idle)) }
    for event in events where session.connection.isOpen { handle(event, on: session) }
    if let failure {
      if failure == .wrongMac, isOwnDial(session) { return session.connection.close() }
      counters.add(failure.counter)
      if let peer = session.peer { lines[peer]?.why = "transport: \(failure)" }
      session.connection.close()
    }
  }

  private func handle(_ event: ChannelEvent, on session: PeerSession) {
    switch event {
    case .established(let key, let hash): established(key, hash, session)
    case .message(let message): hear(message, on: session)
    }
  }

  /// The core is told what a message took: of which nothing comes has a budget. By this thread's
  /// own time: that others run meanwhile is nobody's doing.
  private func hear(_ message: [UInt8], on session: PeerSession) {
    measure(.message(session.id, message), on: session)
  }

  private func measure(_ input: Input, on session: PeerSession) {
    let before = loop.clock.threadNanoseconds
    step(input)
    let after = loop.clock.threadNanoseconds
    step(.took(session.id, microseconds: (after - min(before, after)) / 1_000))
  }

  private func established(_ key: TransportPublicKey, _ hash: Digest, _ session: PeerSession) {
    gate.release(session.id.value)
    guard let (entry, isPresent) = peer(withTransport: key) else {
      return session.connection.close()
    }
    let own = session.channel.localKey
    session.peer = entry.card.name
    session.isEstablished = true
    session.isOfEarlierKey = !isPresent
    session.firstBytes = []
    if session.holdsDial { giveBackDial() }
    session.holdsDial = false
    noteConnected(session, with: entry)
    step(
      .opened(
        SessionOpening(
          id: session.id, peer: entry.card.name, handshakeHash: hash,
          weInitiated: session.isInitiator,
          initiatorHasLowerKey: session.isInitiator ? own < key : key < own,
          scope: !transportKeys.isPresent(own) ? .openings : isPresent ? .everything : .givingBack))
    )
  }

  /// A peer that knows an earlier key of this node is on its way to the present one; who uses an
  /// earlier key of a peer is told of the epochs since and given back that peer's logs, and is not
  /// that peer for anything else.
  private func noteConnected(_ session: PeerSession, with entry: LivePeer) {
    let name = entry.card.name
    if session.isOfEarlierKey {
      counters.add("session.of-earlier-key")
      return logger.warning(
        "somebody at \(session.connection.peerAddress) uses the transport key of an earlier epoch of \(name): it is told of "
          + "the epochs since, and given back that node's own logs")
    }
    if session.isInitiator { lines[name]?.turns.succeeded() }
    peerSources.saw(name, at: session.connection.peerHostBytes)
    if transportKeys.isPresent(session.channel.localKey) {
      lines[name]?.turns.knowsPresentKey()
      return setState(.connected, of: name, why: nil)
    }
    counters.add("session.by-earlier-key")
    if lines[name]?.state == .connected { return }
    setState(
      .connecting, of: name,
      why: "it knows this node by the card of an earlier epoch: it is sent the openings since")
    lines[name]?.isLookingUp = false
    logger.notice(
      "peer \(name) knows this node by an earlier card, and is sent the openings since")
  }

  func enqueue(_ message: [UInt8], on id: SessionID) {
    guard let session = sessions[id] else { return }
    let behind = session.connection.bufferedOutputBytes
    if session.outbox.add(message, behind: behind) { step(.congested(id, true)) }
  }

  /// Seals what each session has to say; the connections send it at the end of the round, or at
  /// once.
  func flushSessions(atOnce: Bool = false) {
    for session in sessions.values where !session.outbox.isEmpty {
      flush(session)
      if atOnce { session.connection.sendNow() }
      relieveSoon(session.id)
    }
  }

  private func flush(_ session: PeerSession) {
    guard !session.outbox.isEmpty else { return }
    let messages = session.outbox.takeAll()
    session.connection.write { out in
      do { try session.channel.send(messages, now: now, into: &out) } catch {
        counters.add("transport_sendFailed")
        session.connection.close()
      }
    }
  }

  /// The core holds itself back after some chunks; it goes on when the queue is short again.
  func relieveSoon(_ id: SessionID) {
    guard let session = sessions[id], core.isHeldBack(id) else { return }
    loop.schedule(afterMilliseconds: 0) { [weak self] in self?.relieve(session) }
  }

  private func relieve(_ session: PeerSession) {
    let behind = session.connection.bufferedOutputBytes
    guard case .room = session.outbox.relieve(behind: behind) else { return }
    if core.isHeldBack(session.id) { measure(.congested(session.id, false), on: session) }
  }

  func closeSession(_ id: SessionID, because reason: String) {
    guard let session = sessions[id] else { return }
    if let peer = session.peer {
      lines[peer]?.why = "session closed: \(reason)"
      logger.info("session with \(peer) closed: \(reason)")
    }
    counters.add("session.closed-\(reason)")
    // The last words leave, too: why it is closed, for one.
    flush(session)
    session.connection.finish(withinMilliseconds: 1_000)
  }

  private func closed(_ session: PeerSession, _ why: String) {
    sessions[session.id] = nil
    gate.release(session.id.value)
    if session.holdsDial { giveBackDial() }
    session.holdsDial = false
    if session.isEstablished { step(.closed(session.id)) }
    guard let peer = session.peer, !session.isOfEarlierKey, !isStopping else { return }
    lines[peer]?.bytesIn = session.connection.receivedBytes
    lines[peer]?.bytesOut = session.connection.sentBytes
    guard !hasSession(with: peer) else { return }
    if session.isInitiator, !session.isEstablished { return dialEnded(peer, why) }
    if session.isEstablished { noteEnd(of: session, with: peer) }
    let known = lines[peer]?.why
    setState(
      roster.entry(peer)?.address == nil ? .known : .disconnected, of: peer, why: known ?? why)
    if session.isEstablished { logger.notice("peer \(peer) gone: \(lines[peer]?.why ?? why)") }
    redialLater(peer)
  }
  private func noteEnd(of session: PeerSession, with peer: NodeName) {
    guard transportKeys.isPresent(session.channel.localKey) else {
      // It knows the present key now, most likely.
      if lines[peer]?.turns.hasUntriedKey(of: transportKeys.earlier.count) == true {
        lines[peer]?.redial.begin()
      }
      return
    }
    let isUnwanted = lines[peer]?.redial.ended(after: now - session.openedAt) == true
    if isUnwanted, session.isInitiator {
      logger.warning(
        "peer \(peer) ends each session at once: see its log, and whether another copy of this node runs"
      )
    }
  }
}
