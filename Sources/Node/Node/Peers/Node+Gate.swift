import Crypto
import Log
import Replication
import Runtime
import Transport

// Accepting connections of peers and of strangers (Protocols/transport.md, 6).
extension Node {
  func accept(_ connection: Connection) {
    guard !isStopping, let source = SourceAddress(connection.peerHostBytes) else {
      return connection.close()
    }
    guard sessions.count + dials.taken < room.peers else {
      counters.add("transport_noDescriptors")
      return connection.close()
    }
    let isPeer = peerSources.contains(source)
    let id = nextID()
    do throws(ConnectionGate.Refusal) {
      let displaced = try gate.admit(id.value, from: source, isPeerAddress: isPeer, now: now)
      if let displaced { close(displaced, "transport_displaced") }
    } catch {
      counters.add(error.counter)
      return connection.close()
    }
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
    add(connection, channel, id, isInitiator: false)
    scheduleGate()
  }

  /// It has no place among the half-open ones any more.
  private func close(_ halfOpen: UInt64, _ counter: String) {
    counters.add(counter)
    sessions[SessionID(halfOpen)]?.connection.close()
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
    for halfOpen in gate.expired(now: now) { close(halfOpen, "transport_handshakeTimeout") }
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
