import Crypto
import Log
import Replication
import Runtime
import Transport

/// Whoever decides what a session stands for.
protocol SessionOwner: AnyObject {
  /// The handshake is over.
  func established(_ session: PeerSession, with key: TransportPublicKey, _ hash: Digest)
  /// The channel broke; the connection is closed then.
  func failed(_ session: PeerSession, _ error: ChannelError)
  func closed(_ session: PeerSession, _ why: String)
}

/// Sessions with peers: the bytes of their channels, in both directions. It knows no roster and
/// dials nobody.
final class PeerSessions {
  private let loop: EventLoop
  private let host: any SessionHost
  private let notices: Notices
  weak var owner: (any SessionOwner)?
  private var sessions: [SessionID: PeerSession] = [:]
  private var next: UInt64 = 1
  private var isReadingPaused = false

  init(_ loop: EventLoop, _ host: any SessionHost, _ notices: Notices) {
    self.loop = loop
    self.host = host
    self.notices = notices
  }

  /// With those whose handshake is under way.
  var count: Int { sessions.count }
  var all: some Collection<PeerSession> { sessions.values }
  subscript(id: SessionID) -> PeerSession? { sessions[id] }

  /// The session that stands for a connection with the peer.
  func present(with name: NodeName) -> PeerSession? {
    sessions.values.first { $0.peer == name && $0.isEstablished && !$0.isOfEarlierKey }
  }

  func nextID() -> SessionID {
    defer { next += 1 }
    return SessionID(next)
  }

  @discardableResult
  func add(
    _ connection: Connection, _ channel: SecureChannel, _ id: SessionID, isInitiator: Bool
  ) -> PeerSession {
    let session = PeerSession(
      id: id, connection: connection, channel: channel, isInitiator: isInitiator, now: loop.now)
    sessions[id] = session
    connection.onReadable = { [weak self] _, bytes in self?.received(bytes, on: session) }
    connection.onClosed = { [weak self] _, reason in
      self?.sessions[session.id] = nil
      self?.owner?.closed(session, "\(reason)")
    }
    connection.onDrained = { [weak self] _ in self?.relieve(session) }
    updateReading(session)
    return session
  }

  // MARK: In

  /// The peer is over a rate: the kernel's buffers fill up, and TCP holds it back.
  func hold(_ id: SessionID, until: UInt64) {
    guard let session = sessions[id] else { return }
    session.heldUntil = until
    updateReading(session)
    guard until > loop.now else { return }
    loop.schedule(afterMilliseconds: until - loop.now) { [weak self, weak session] in
      guard let self, let session else { return }
      self.updateReading(session)
    }
  }

  /// A disk that is slower than the network holds the senders back, not the memory.
  func holdBack(_ isTooMuch: Bool) {
    guard isTooMuch != isReadingPaused else { return }
    isReadingPaused = isTooMuch
    for session in sessions.values { updateReading(session) }
  }

  private func updateReading(_ session: PeerSession) {
    guard session.connection.isOpen else { return }
    if isReadingPaused || session.heldUntil > loop.now {
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
      try session.channel.receive(bytes, now: loop.now, into: &events, out: &out)
    } catch {
      failure = error
    }
    if failure == nil, !out.isEmpty { session.connection.write(out) }
    let idle = session.channel.takeIdle().microseconds
    if idle > 0, session.isEstablished { host.step(.idled(session.id, microseconds: idle)) }
    for event in events where session.connection.isOpen { handle(event, on: session) }
    if let failure {
      owner?.failed(session, failure)
      session.connection.close()
    }
  }

  private func handle(_ event: ChannelEvent, on session: PeerSession) {
    switch event {
    case .established(let key, let hash): owner?.established(session, with: key, hash)
    case .message(let message): measure(.message(session.id, message), on: session)
    }
  }

  /// The core is told what an input took: messages of which nothing comes have a budget. By this
  /// thread's own time: that others run meanwhile is nobody's doing.
  private func measure(_ input: Input, on session: PeerSession) {
    let before = loop.clock.threadNanoseconds
    host.step(input)
    let after = loop.clock.threadNanoseconds
    host.step(.took(session.id, microseconds: (after - min(before, after)) / 1_000))
  }

  // MARK: Out

  func send(_ message: [UInt8], on id: SessionID) {
    guard let session = sessions[id] else { return }
    let behind = session.connection.bufferedOutputBytes
    if session.outbox.add(message, behind: behind) { host.step(.congested(id, true)) }
  }

  /// Seals what each session has to say; the connections send it at the end of the round, or at
  /// once.
  func flush(atOnce: Bool = false) {
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
      do { try session.channel.send(messages, now: loop.now, into: &out) } catch {
        notices.count("transport_sendFailed")
        session.connection.close()
      }
    }
  }

  /// The core holds itself back after some chunks; it goes on when the queue is short again.
  func relieveSoon(_ id: SessionID) {
    guard let session = sessions[id], host.isHeldBack(id) else { return }
    loop.schedule(afterMilliseconds: 0) { [weak self] in self?.relieve(session) }
  }

  private func relieve(_ session: PeerSession) {
    let behind = session.connection.bufferedOutputBytes
    guard case .room = session.outbox.relieve(behind: behind) else { return }
    if host.isHeldBack(session.id) { measure(.congested(session.id, false), on: session) }
  }

  // MARK: Ends

  /// The last words leave, too: why it is closed, for one.
  func finish(_ session: PeerSession) {
    flush(session)
    session.connection.finish(withinMilliseconds: NodeLimits.lastWordsMilliseconds)
  }
}
