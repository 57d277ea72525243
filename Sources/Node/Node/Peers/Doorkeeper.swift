import Log
import Replication
import Runtime
import Secrets
import Transport

/// Takes connections of peers and of strangers, for the time of their handshake
/// (Protocols/transport.md, 6).
final class Doorkeeper {
  private let loop: EventLoop
  private let membership: Membership
  private let keys: TransportKeys
  private let sessions: PeerSessions
  private let notices: Notices
  private var gate: ConnectionGate
  private var sources = PeerSources()
  private let expiry: Alarm
  private let lookUps: Alarm
  private var random = SystemRandom()
  private var isStopped = false

  /// - Parameter halfOpen: handshakes under way at once.
  init(
    _ loop: EventLoop, _ membership: Membership, _ keys: TransportKeys, _ sessions: PeerSessions,
    _ notices: Notices, halfOpen: Int
  ) {
    self.loop = loop
    self.membership = membership
    self.keys = keys
    self.sessions = sessions
    self.notices = notices
    gate = ConnectionGate(total: halfOpen)
    expiry = Alarm(loop)
    lookUps = Alarm(loop)
  }

  private var roster: LiveRoster { membership.roster }

  func stop() {
    isStopped = true
    lookUps.cancel()
  }

  func accept(_ connection: Connection) {
    guard let source = SourceAddress(connection.peerHostBytes) else {
      return connection.close()
    }
    let isPeer = sources.contains(source)
    let id = sessions.nextID()
    do throws(ConnectionGate.Refusal) {
      let displaced = try gate.admit(id.value, from: source, isPeerAddress: isPeer, now: loop.now)
      if let displaced { close(displaced, "transport_displaced") }
    } catch {
      notices.count(error.counter)
      return connection.close()
    }
    let channel = SecureChannel.responder(
      key: keys.present, earlier: keys.earlier, random: &random,
      permit: { [weak self] in
        guard let self else { return false }
        return self.gate.permitHandshake(source, isPeerAddress: isPeer, now: self.loop.now)
      },
      lookup: { [weak self] key in
        guard let entry = self?.keys.owner(of: key)?.entry else { return .unknown }
        return .peer(entry.presharedKey)
      })
    sessions.add(connection, channel, id, isInitiator: false)
    scheduleGate()
  }

  /// It has no place among the half-open ones any more.
  private func close(_ halfOpen: UInt64, _ counter: String) {
    notices.count(counter)
    sessions[SessionID(halfOpen)]?.connection.close()
  }

  /// The handshake is over, well or badly.
  func release(_ session: PeerSession) { gate.release(session.id.value) }

  /// For the oldest half-open connection; when it rang, for the one that is then the oldest.
  private func scheduleGate() {
    guard let deadline = gate.nextDeadline else { return }
    expiry.ring(by: deadline) { [weak self] in self?.closeExpired() }
  }

  private func closeExpired() {
    for halfOpen in gate.expired(now: loop.now) { close(halfOpen, "transport_handshakeTimeout") }
    scheduleGate()
  }

  // MARK: Who is known by which address

  /// The roster was read: digits are known at once, names when the name service answered.
  func rosterChanged() {
    sources.keep(Set(roster.entries.map(\.card.name)))
    for entry in roster.entries {
      if let literal = entry.address.flatMap({ SocketAddress.literal($0) }) {
        sources.configure(entry.card.name, [literal.hostBytes])
      }
    }
    refreshSources()
  }

  /// Names may have other addresses by now, also those of peers that need not be dialled.
  private func refreshSources() {
    for entry in roster.entries {
      guard let address = entry.address, SocketAddress.literal(address) == nil else { continue }
      NameService.addresses(of: address, on: loop) { [weak self] found in
        guard let self, !self.isStopped, self.roster.entry(entry.card.name)?.address == address,
          let addresses = try? found.get()
        else { return }
        self.sources.configure(entry.card.name, addresses.map(\.hostBytes))
      }
    }
    lookUps.cancel()
    lookUps.ring(by: loop.now + NodeLimits.sourcesEveryMilliseconds) { [weak self] in
      self?.refreshSources()
    }
  }

  /// The hosts that the peer's name stands for, 4 or 16 bytes each.
  func found(_ name: NodeName, _ hosts: [[UInt8]]) { sources.configure(name, hosts) }

  /// A session with the peer came from there, or led to there.
  func saw(_ name: NodeName, at host: [UInt8]) { sources.saw(name, at: host) }
}
