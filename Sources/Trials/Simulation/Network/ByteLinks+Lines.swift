import Crypto
import Log
import Replication
import Secrets
import Transport

// A process's ends of its connections: accepting, handshakes, messages in and out, as PeerSessions
// has them.
extension ByteLinks {
  /// A connection is there: both sides begin.
  func open(from: Site, to: Site) throws(Violation) {
    let cut = cuts[random.below(cuts.count)]
    let wire = Wire(
      nextWireNumber(), (from.number, to.number), [nil, nil], cut: cut, at: world.now)
    switch cut {
    case .whole: break
    case .pieces: happened(.readInPieces)
    case .single: happened(.readByByte)
    }
    guard let peer = from.folder.cards.first(where: { $0.name == to.name }) else { return }
    guard try accept(wire, at: to, from: from.number) else {
      return redialAfter(from.number, to.number, established: false, since: world.now)
    }
    wires.append(wire)
    var seed = SeededRandom(seed: random.next())
    let channel = SecureChannel.initiator(
      key: ownKey(from, to), peer: peer.transport, psk: nil, random: &seed)
    let line = add(channel, wire, 0, from, nextID())
    line.peer = to.name
    let id = line.id
    world.schedule(TransportLimits.handshakeTimeoutMilliseconds) {
      [weak self] (_) throws(Violation) in
      guard let self, let line = self.lines[id], !line.isEstablished else { return }
      self.happened(.handshakeTimeout)
      try self.drop(line)
    }
    var out: [UInt8] = []
    try must("\(from.label): a first message") { try channel.start(into: &out) }
    try transmit(out, line)
  }

  private func ownKey(_ from: Site, _ to: Site) -> NodeSecrets {
    let all = from.transportKeys
    let turn = route(from.number, to.number).flatMap {
      routes[$0].turns.earlierKey(of: all.count - 1)
    }
    return all[turn.map { $0 + 1 } ?? 0]
  }

  /// - Returns: whether the gate lets the connection in.
  /// - Parameter isPeer: whether the address is one that a peer is configured with.
  func accept(_ wire: Wire, at site: Site, from other: Int, isPeer: Bool = true) throws(Violation)
    -> Bool
  {
    guard
      let source = SourceAddress(
        [10, isPeer ? 0 : 1, UInt8(other >> 8 & 0xff), UInt8(other & 0xff)])
    else { return false }
    let number = site.number
    let displaced: UInt64?
    do throws(ConnectionGate.Refusal) {
      displaced = try ports[number].gate.admit(
        nextSession, from: source, isPeerAddress: isPeer, now: world.now)
    } catch {
      happened(.gateRefused)
      return false
    }
    let id = nextID()
    if let displaced {
      happened(.gateRefused)
      if let line = lines[SessionID(displaced)] { try drop(line) }
    }
    var seed = SeededRandom(seed: random.next())
    let channel = SecureChannel.responder(
      key: site.transportKeys[0], earlier: Array(site.transportKeys.dropFirst()), random: &seed,
      permit: { [weak self] in
        guard let self else { return false }
        return self.ports[number].gate.permitHandshake(
          source, isPeerAddress: isPeer, now: self.world.now)
      },
      lookup: { [unowned site] key in
        site.knows(key) != nil ? .peer(nil) : .unknown
      })
    add(channel, wire, 1, site, id)
    scheduleGate(site)
    return true
  }

  private func nextID() -> SessionID {
    defer { nextSession += 1 }
    return SessionID(nextSession)
  }

  @discardableResult
  private func add(
    _ channel: SecureChannel, _ wire: Wire, _ end: Int, _ site: Site, _ id: SessionID
  ) -> Line {
    let line = Line(id, wire, end: end, site, channel, bounds: ByteLinks.bounds)
    wire.ends[end] = id
    lines[id] = line
    ports[site.number].lines.append(id)
    return line
  }

  private func scheduleGate(_ site: Site) {
    guard !ports[site.number].gateIsScheduled,
      let deadline = ports[site.number].gate.nextDeadline, let process = site.process
    else { return }
    ports[site.number].gateIsScheduled = true
    process.after(deadline - min(deadline, world.now)) { [weak self] (process) throws(Violation) in
      guard let self else { return }
      let number = process.site.number
      self.ports[number].gateIsScheduled = false
      for late in self.ports[number].gate.expired(now: self.world.now) {
        guard let line = self.lines[SessionID(late)] else { continue }
        self.happened(.handshakeTimeout)
        try self.drop(line)
      }
      self.scheduleGate(process.site)
    }
  }

  // MARK: Bytes in

  /// Gives bytes to a line as its reader gets them.
  func deliver(_ bytes: [UInt8], to line: Line) throws(Violation) {
    var next = 0
    while next < bytes.count, lines[line.id] === line {
      let count =
        switch line.wire.cut {
        case .whole: bytes.count
        case .pieces: 1 + random.below(bytes.count)
        case .single: 1
        }
      let end = min(bytes.count, next + count)
      try receive(next == 0 && end == bytes.count ? bytes : Array(bytes[next..<end]), on: line)
      next = end
    }
  }

  private func receive(_ bytes: [UInt8], on line: Line) throws(Violation) {
    var events: [ChannelEvent] = []
    var out: [UInt8] = []
    let failure = take(bytes, line.channel, &events, &out)
    if failure == nil, !out.isEmpty { try transmit(out, line) }
    for event in events where lines[line.id] === line { try handle(event, on: line) }
    guard let failure, lines[line.id] === line else { return }
    happened(.channelFailed)
    world.say("\(line.site.label): a channel ends: \(failure)")
    try drop(line)
  }

  /// Apart: the compiler has trouble with spans in functions that throw.
  private func take(
    _ bytes: [UInt8], _ channel: SecureChannel, _ events: inout [ChannelEvent],
    _ out: inout [UInt8]
  ) -> ChannelError? {
    do throws(ChannelError) {
      try channel.receive(bytes.span, now: world.now, into: &events, out: &out)
      return nil
    } catch {
      return error
    }
  }

  private func handle(_ event: ChannelEvent, on line: Line) throws(Violation) {
    try expect(
      !line.wire.isReplay, "\(line.site.label) believes a session that was played again")
    switch event {
    case .established(let key, let hash): try established(key, hash, line)
    case .message(let message):
      world.chronicle.note(line.id.value, world.now)
      world.chronicle.note(message)
      try line.site.process?.receive(message, on: line.id)
    }
  }

  private func established(
    _ key: TransportPublicKey, _ hash: Digest, _ line: Line
  ) throws(Violation) {
    ports[line.site.number].gate.release(line.id.value)
    let other = world.sites[line.wire.site(1 - line.end)]
    try expect(
      other.keys.had(key),
      "\(line.site.label) takes \(other.label) for another")
    guard let isPeersPresent = line.site.knows(key) else { return try drop(line) }
    handshakes += 1
    line.peer = other.name
    line.isEstablished = true
    if line.weDialled, recordings.count < Recording.most { record(line.wire) }
    let own = line.channel.localKey
    line.isOfEarlierKey = !isPeersPresent
    line.scope = line.site.scope(own: own, peer: other.name, isPeersPresent: isPeersPresent)
    if line.weDialled, let number = route(line.site.number, other.number) {
      routes[number].turns.succeeded()
      if own == line.site.transportKeys[0].transport.publicKey {
        routes[number].turns.knowsPresentKey()
      }
    }
    note(line.scope, own == line.site.transportKeys[0].transport.publicKey)
    try line.site.process?.opened(
      SessionOpening(
        id: line.id, peer: other.name, handshakeHash: hash, weInitiated: line.weDialled,
        initiatorHasLowerKey: line.weDialled ? own < key : key < own, scope: line.scope))
  }

  private func note(_ scope: SessionScope, _ isByPresentKey: Bool) {
    switch scope {
    case .everything: if !isByPresentKey { happened(.wholeByEarlierKey) }
    case .part(let ofPeer, let ofOwn):
      if ofPeer { happened(.peersKeyIsOld) }
      if ofOwn { happened(.ownKeyIsOld) }
    }
  }

  /// The peer has a new transport key: what was made with the one before ends, and is dialled anew.
  func cardChanged(_ site: Site, _ name: NodeName) {
    guard let process = site.process else { return }
    process.after(0) { [weak self] (process) throws(Violation) in
      guard let self else { return }
      for id in self.ports[process.site.number].lines {
        guard let line = self.lines[id], line.peer == name else { continue }
        self.flush(line)
        try self.drop(line)
      }
      for number in self.routes.indices
      where self.routes[number].from == process.site.number && self.routes[number].isUp
        && self.world.sites[self.routes[number].to].name == name
      {
        self.routes[number].redial.begin()
        self.dial(number, after: 0)
      }
    }
  }

  // MARK: Bytes out

  func send(_ bytes: [UInt8], on id: SessionID) throws(Violation) {
    guard let line = lines[id], line.isEstablished else { return }
    let isCongested = line.outbox.add(bytes, behind: line.unsentBytes)
    if isCongested, !isNeverCongested {
      happened(.congested)
      try line.site.process?.step(.congested(id, true))
    }
  }

  func endRound(of site: Site) throws(Violation) {
    for id in ports[site.number].lines {
      guard let line = lines[id], !line.outbox.isEmpty else { continue }
      let waiting = line.outbox.waiting(behind: line.unsentBytes)
      try expect(
        waiting <= ByteLinks.outputLimit || !site.isHonest,
        "\(site.label): \(waiting) bytes wait for \(line.peer?.text ?? "?")")
      flush(line)
      relieveSoon(line)
    }
  }

  /// Seals what the session has to say.
  func flush(_ line: Line) {
    guard !line.outbox.isEmpty else { return }
    let messages = line.outbox.takeAll()
    var out: [UInt8] = []
    // No honest core sends anything that is too long for a message.
    try? line.channel.send(messages, now: world.now, into: &out)
    try? transmit(out, line)
  }

  func transmit(_ bytes: [UInt8], _ line: Line) throws(Violation) {
    var bytes = bytes
    if let mask = line.site.mask, let ways = line.site.ways, let peer = line.peer {
      bytes = try mask.bytes(bytes, to: peer, on: line.id, ways)
    }
    write(bytes, on: line.wire, line.end)
  }

  /// A core holds itself back after some chunks; it goes on when the queue is short again.
  private func relieveSoon(_ line: Line) {
    guard let process = line.site.process, process.core.isHeldBack(line.id) else { return }
    process.after(0) { [weak self] (_) throws(Violation) in try self?.relieve(line) }
  }

  func relieve(_ line: Line) throws(Violation) {
    guard lines[line.id] === line, let process = line.site.process,
      case .room(let wasCongested) = line.outbox.relieve(behind: line.unsentBytes)
    else { return }
    if wasCongested { happened(.relieved) }
    if process.core.isHeldBack(line.id) { try process.step(.congested(line.id, false)) }
  }

  // MARK: The end of a line

  /// The core closes a session: its last words leave, too.
  func close(_ id: SessionID) throws(Violation) {
    guard let line = lines[id] else { return }
    flush(line)
    try drop(line)
  }

  /// This end closes the connection.
  func drop(_ line: Line) throws(Violation) {
    let wire = line.wire
    try ended(line)
    wire.streams[1 - line.end].isDead = true
    finish(wire, line.end)
  }

  /// This end is closed, by itself or because the other is gone.
  func ended(_ line: Line) throws(Violation) {
    guard lines[line.id] === line else { return }
    forget(line)
    line.wire.ends[line.end] = nil
    if line.isEstablished, let process = line.site.process {
      // After what is under way in the core.
      process.after(0) { (process) throws(Violation) in try process.closed(line.id) }
    }
    if line.weDialled, !line.isEstablished,
      let number = route(line.site.number, line.wire.site(1)), tryNextKey(number)
    {
      return
    }
    if !line.wire.isReplay {
      redialAfter(
        line.site.number, line.wire.site(1 - line.end), established: line.isEstablished,
        since: line.wire.openedAt)
    }
  }

  func forget(_ line: Line) {
    ports[line.site.number].gate.release(line.id.value)
    lines[line.id] = nil
    ports[line.site.number].lines.removeAll { $0 == line.id }
    line.channel.close()
    if lines[line.wire.ends[1 - line.end] ?? line.id] == nil {
      wires.removeAll { $0 === line.wire }
    }
  }

  private func redialAfter(_ site: Int, _ other: Int, established: Bool, since: UInt64) {
    guard let number = route(site, other), routes[number].isUp else { return }
    if established { _ = routes[number].redial.ended(after: world.now - since) }
    redial(number, after: 0)
  }
}
