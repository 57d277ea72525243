import Log
import Replication
import Runtime
import Secrets
import Transport

// Dialling peers. A name may stand for several addresses: each is tried with its own time, the
// handshake included, and the next dial begins with the one after the last that failed.
extension Node {
  func dialAll() {
    for entry in roster.entries { dial(entry.card.name) }
  }

  func dial(_ name: NodeName) {
    guard !isStopping, let entry = roster.entry(name), let address = entry.address,
      !hasSession(with: name), lines[name]?.state != .connecting
    else { return }
    setState(.connecting, of: name, why: nil)
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
      peerSources.configure(name, addresses.map(\.hostBytes))
    }
    // Another dial began, or this one went on without the answer.
    guard !isStopping, let line = lines[name], line.lookUps == number, line.state == .connecting,
      line.isLookingUp
    else { return }
    guard roster.entry(name)?.address == address else {
      setState(.disconnected, of: name, why: nil)
      return dial(name)
    }
    switch result {
    case .success(let addresses): begin(name, addresses)
    case .failure(let error):
      // Where it was last is better than nowhere.
      if line.turns.isWithoutAddress { return dialFailed(name, "\(error)") }
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
    guard !isStopping, roster.entry(name)?.address != nil, !hasSession(with: name) else { return }
    guard let next = lines[name]?.turns.next(earlierKeys: transportKeys.earlier.count) else {
      return dialFailed(name, lines[name]?.why ?? "no address")
    }
    dials.wait((name, next))
    startDials()
  }

  private func ownKey(for name: NodeName) -> any TransportKeyHolder {
    let earlier = transportKeys.earlier
    return lines[name]?.turns.earlierKey(of: earlier.count).map { earlier[$0] }
      ?? transportKeys.present
  }

  private func startDials() {
    while let (name, address) = dials.next() {
      guard let text = roster.entry(name)?.address, lines[name]?.state == .connecting,
        !hasSession(with: name)
      else {
        dials.giveBack()
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
          self.giveBackDial()
          self.lines[name]?.why = "\(error)"
          self.tryNext(name)
        }
      }
    }
  }

  func giveBackDial() {
    dials.giveBack()
    soon { [weak self] in self?.startDials() }
  }

  private func dialled(_ name: NodeName, _ connection: Connection) {
    guard !isStopping, let entry = roster.entry(name), !hasSession(with: name) else {
      connection.close()
      giveBackDial()
      if lines[name] != nil, !hasSession(with: name) {
        setState(.disconnected, of: name, why: nil)
      }
      return
    }
    let channel = SecureChannel.initiator(
      key: ownKey(for: name), peer: entry.card.transport, psk: entry.presharedKey,
      random: &random)
    let session = add(connection, channel, nextID(), isInitiator: true)
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

  private func dialFailed(_ name: NodeName, _ why: String) {
    lines[name]?.isLookingUp = false
    setState(.disconnected, of: name, why: why)
    redialLater(name)
  }

  /// A session that was dialled ended before it was one: the next address has its turn.
  func dialEnded(_ name: NodeName, _ why: String) {
    guard let line = lines[name], line.state == .connecting else { return }
    if line.why == nil { lines[name]?.why = why }
    lines[name]?.turns.unanswered()
    tryNext(name)
  }

  func redialLater(_ name: NodeName) {
    guard !isStopping, roster.entry(name)?.address != nil, var line = lines[name] else { return }
    if let timer = line.redialTimer { loop.cancel(timer) }
    let wait = line.redial.next { random.u64() % $0 }
    line.redialTimer = loop.schedule(afterMilliseconds: wait) { [weak self] in self?.dial(name) }
    lines[name] = line
  }

  // MARK: Oneself

  /// True when the first bytes of an incoming connection are those of one that this node dialled:
  /// the dialled address leads back here, directly or by a proxy. No other node can have made them.
  func isOwnDial(_ session: PeerSession) -> Bool {
    guard !session.isInitiator, session.firstBytes.count == PeerSession.markBytes,
      let dialled = sessions.values.first(where: {
        $0.isInitiator && !$0.isEstablished && $0.firstBytes == session.firstBytes
      }), let name = dialled.peer
    else { return false }
    counters.add("transport_dialledItself")
    let address = roster.entry(name)?.address ?? dialled.connection.peerAddress
    let text =
      "the address of \(name), \(address), leads back to this node itself: give the peer's own"
    let key = "dials-itself \(name)"
    // Once, and not at each dial.
    if warnings[key]?.text != text { warn(key, text) }
    lines[name]?.why = text
    dialled.connection.close()
    return true
  }
}
