import Crypto
import Log
import Runtime
import Transport

// Accepting connections of peers and of strangers (Protocols/transport.md, 6).
extension Node {
  func accept(_ connection: Connection) {
    guard !isStopping, let source = SourceAddress(connection.peerHostBytes) else {
      return connection.close()
    }
    guard sessions.count + dials.underWay < room.peers else {
      counters.add("transport_noDescriptors")
      return connection.close()
    }
    let isPeer = peerSources.contains(source)
    let admission: ConnectionGate.Admission
    do throws(ConnectionGate.Refusal) {
      admission = try gate.admit(source, isPeerAddress: isPeer, now: now)
    } catch {
      counters.add(error.counter)
      return connection.close()
    }
    if let displaced = admission.displaced { close(displaced) }
    let channel = SecureChannel.responder(
      key: transportKeys.present, earlier: transportKeys.earlier, random: &random,
      permit: { [weak self] in
        guard let self else { return false }
        return self.gate.permitHandshake(source, isPeerAddress: isPeer, now: self.now)
      },
      lookup: { [weak self] key in
        guard let entry = self?.peer(withTransport: key)?.entry else { return .unknown }
        return .peer(entry.presharedKey)
      })
    let session = add(connection, channel, isInitiator: false)
    session.gateToken = admission.token
    scheduleGate()
  }

  /// Its place is another's now.
  private func close(_ displaced: ConnectionGate.Token) {
    for session in sessions.values where session.gateToken == displaced {
      session.gateToken = nil
      counters.add("transport_displaced")
      session.connection.close()
    }
  }

  /// One timer, for the oldest half-open connection; when it fired, for the one that is then the
  /// oldest.
  private func scheduleGate() {
    guard gateTimer == nil, let deadline = gate.nextDeadline else { return }
    gateTimer = loop.schedule(afterMilliseconds: deadline - min(now, deadline)) { [weak self] in
      self?.gateTimer = nil
      self?.closeExpired()
    }
  }

  private func closeExpired() {
    let expired = Set(gate.expired(now: now))
    for session in sessions.values where session.gateToken.map(expired.contains) == true {
      session.gateToken = nil
      counters.add("transport_handshakeTimeout")
      session.connection.close()
    }
    scheduleGate()
  }

  // MARK: Who is known by which address

  /// The roster was read: digits are known at once, names when the name service answered.
  func knowSources() {
    peerSources.keep(Set(roster.entries.map(\.card.name)))
    for entry in roster.entries {
      if let literal = entry.address.flatMap({ SocketAddress.literal($0) }) {
        peerSources.configure(entry.card.name, [literal.hostBytes])
      }
    }
    refreshSources()
  }

  /// Names may have other addresses by now, also those of peers that need not be dialled.
  private func refreshSources() {
    if let sourceTimer { loop.cancel(sourceTimer) }
    for entry in roster.entries {
      guard let address = entry.address, SocketAddress.literal(address) == nil else { continue }
      NameService.addresses(of: address, on: loop) { [weak self] found in
        guard let self, self.roster.entry(entry.card.name)?.address == address,
          let addresses = try? found.get()
        else { return }
        self.peerSources.configure(entry.card.name, addresses.map(\.hostBytes))
      }
    }
    sourceTimer = loop.schedule(afterMilliseconds: NodeLimits.sourcesEveryMilliseconds) {
      [weak self] in
      guard let self, !self.isStopping else { return }
      self.sourceTimer = nil
      self.refreshSources()
    }
  }
}
