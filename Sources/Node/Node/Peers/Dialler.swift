import Log
import Replication
import Runtime
import Secrets
import Transport

/// Dials peers. A name may stand for several addresses: each is tried with its own time, the
/// handshake included, and the next dial begins with the one after the last that failed.
final class Dialler {
  private let loop: EventLoop
  private let membership: Membership
  private let keys: TransportKeys
  private let lines: PeerLines
  private let sessions: PeerSessions
  private let turns: TurnQueue
  private var places: DialPlaces<(name: NodeName, address: SocketAddress)>
  private var random = SystemRandom()
  private var isStopped = false
  /// Told the hosts that a peer's name stands for, 4 or 16 bytes each.
  var didFind: (NodeName, [[UInt8]]) -> Void = { _, _ in }

  /// - Parameter most: dials under way at once.
  init(
    _ loop: EventLoop, _ turns: TurnQueue, _ membership: Membership, _ keys: TransportKeys,
    _ lines: PeerLines, _ sessions: PeerSessions, most: Int
  ) {
    self.loop = loop
    self.turns = turns
    self.membership = membership
    self.keys = keys
    self.lines = lines
    self.sessions = sessions
    places = DialPlaces(most)
  }

  private var roster: LiveRoster { membership.roster }
  private func hasSession(with name: NodeName) -> Bool { sessions.present(with: name) != nil }

  /// Dials under way.
  var count: Int { places.taken }

  func stop() { isStopped = true }

  func dialAll() {
    for entry in roster.entries { dial(entry.card.name) }
  }

  func dial(_ name: NodeName) {
    guard !isStopped, let entry = roster.entry(name), let address = entry.address,
      !hasSession(with: name), lines[name]?.state != .connecting
    else { return }
    lines.setState(.connecting, of: name, why: nil)
    lines[name]?.lookUps += 1
    let number = lines[name]?.lookUps ?? 0
    NameService.addresses(of: address, on: loop) { [weak self] in
      self?.found($0, for: name, at: address, number)
    }
    // A name server that is silent holds nobody up whose address is known from before.
    loop.schedule(afterMilliseconds: NodeLimits.lookUpMilliseconds) { [weak self] in
      self?.lookUpIsLate(name, number)
    }
  }

  private func found(
    _ result: Result<[SocketAddress], SystemError>, for name: NodeName, at address: String,
    _ number: UInt64
  ) {
    let addresses = try? result.get()
    if let addresses, roster.entry(name)?.address == address {
      didFind(name, addresses.map(\.hostBytes))
    }
    // Another dial began, or this one went on without the answer.
    guard !isStopped, let line = lines[name], line.lookUps == number, line.state == .connecting,
      line.isLookingUp
    else { return }
    guard roster.entry(name)?.address == address else {
      lines.setState(.disconnected, of: name, why: nil)
      return dial(name)
    }
    switch result {
    case .success(let addresses): begin(name, addresses)
    case .failure(let error):
      // Where it was last is better than nowhere.
      if line.turns.isWithoutAddress { return failed(name, "\(error)") }
      lines[name]?.why = "\(error)"
      begin(name, nil)
    }
  }

  private func lookUpIsLate(_ name: NodeName, _ number: UInt64) {
    guard let line = lines[name], line.lookUps == number, line.state == .connecting,
      line.isLookingUp
    else { return }
    lines[name]?.why = "the name service does not answer"
    if !line.turns.isWithoutAddress { begin(name, nil) }
  }

  private func begin(_ name: NodeName, _ addresses: [SocketAddress]?) {
    lines[name]?.isLookingUp = false
    lines[name]?.turns.begin(addresses)
    tryNext(name)
  }

  /// The next address of this dial; after the last one a pause.
  private func tryNext(_ name: NodeName) {
    guard !isStopped, roster.entry(name)?.address != nil, !hasSession(with: name) else { return }
    guard let next = lines[name]?.turns.next(earlierKeys: keys.earlier.count) else {
      return failed(name, lines[name]?.why ?? "no address")
    }
    places.wait((name, next))
    startWaiting()
  }

  private func ownKey(for name: NodeName) -> any TransportKeyHolder {
    let earlier = keys.earlier
    return lines[name]?.turns.earlierKey(of: earlier.count).map { earlier[$0] }
      ?? keys.present
  }

  private func startWaiting() {
    while let (name, address) = places.next() {
      guard let text = roster.entry(name)?.address, lines[name]?.state == .connecting,
        !hasSession(with: name)
      else {
        places.giveBack()
        continue
      }
      TCPConnector.connect(
        loop: loop, to: address, named: text == "\(address)" ? nil : "\(text) at \(address)",
        timeoutMilliseconds: TransportLimits.connectTimeoutMilliseconds
      ) { [weak self] result in
        guard let self else { return }
        switch result {
        case .success(let connection): self.dialled(name, connection)
        case .failure(let error):
          self.giveBack()
          self.lines[name]?.why = "\(error)"
          self.tryNext(name)
        }
      }
    }
  }

  /// The handshake of a dial is over, well or badly.
  func giveBackPlace(of session: PeerSession) {
    guard session.holdsDial else { return }
    session.holdsDial = false
    giveBack()
  }

  private func giveBack() {
    places.giveBack()
    turns.soon { [weak self] in self?.startWaiting() }
  }

  private func dialled(_ name: NodeName, _ connection: Connection) {
    guard !isStopped, let entry = roster.entry(name), !hasSession(with: name) else {
      connection.close()
      giveBack()
      if lines[name] != nil, !hasSession(with: name) {
        lines.setState(.disconnected, of: name, why: nil)
      }
      return
    }
    let channel = SecureChannel.initiator(
      key: ownKey(for: name), peer: entry.card.transport, psk: entry.presharedKey,
      random: &random)
    let session = sessions.add(connection, channel, sessions.nextID(), isInitiator: true)
    session.peer = name
    session.holdsDial = true
    loop.schedule(afterMilliseconds: TransportLimits.handshakeTimeoutMilliseconds) {
      [weak self, weak session] in
      guard let self, let session, !session.isEstablished, session.connection.isOpen else { return }
      self.lines[name]?.why =
        "no answer to the handshake at \(connection.peerAddress): does it hold our card?"
      session.connection.close()
    }
    connection.write { out in
      do { try channel.start(into: &out) } catch { connection.close() }
      session.firstBytes = Array(
        out.suffix(TransportLimits.message1Bytes).prefix(PeerSession.markBytes))
    }
  }

  private func failed(_ name: NodeName, _ why: String) {
    lines[name]?.isLookingUp = false
    lines.setState(.disconnected, of: name, why: why)
    redialLater(name)
  }

  /// A session that was dialled ended before it was one: the next address has its turn.
  func ended(_ name: NodeName, _ why: String) {
    guard let line = lines[name], line.state == .connecting else { return }
    if line.why == nil { lines[name]?.why = why }
    lines[name]?.turns.unanswered()
    tryNext(name)
  }

  func redialLater(_ name: NodeName) {
    guard !isStopped, roster.entry(name)?.address != nil, var line = lines[name] else { return }
    if let timer = line.redialTimer { loop.cancel(timer) }
    let wait = line.redial.next { random.u64() % $0 }
    line.redialTimer = loop.schedule(afterMilliseconds: wait) { [weak self] in self?.dial(name) }
    lines[name] = line
  }
}
