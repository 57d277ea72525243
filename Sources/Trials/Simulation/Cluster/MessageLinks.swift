import Crypto
import Log
import Replication
import Transport

/// Sessions that carry whole messages: no handshake, no cipher. For campaigns about what nodes say,
/// and for so many nodes that channels would take too long.
final class MessageLinks: Links {
  private unowned let world: World
  private var links: [Link] = []
  /// The links of each site, by its number.
  private var linksOfSite: [[Int]] = []
  private var ends: [SessionID: End] = [:]
  private var nextSession: UInt64 = 1
  /// How long messages between two sites are on their way, by number, where it is not drawn for
  /// each.
  var delayBetween: ((Int, Int) -> UInt64)?

  /// Two sites that can reach each other; the first dials.
  private struct Link {
    let a: Int
    let b: Int
    var isUp = false
    var session: SessionID?
    var redial = Redial()
  }

  private struct End {
    let site: Int
    let other: SessionID
    let link: Int
    let openedAt: UInt64
    /// When the newest message to this end arrives: none overtakes another.
    var lastArrival: UInt64 = 0
  }

  init(_ world: World) { self.world = world }

  func added(_ site: Site) { linksOfSite.append([]) }

  func started(_ site: Site) {
    for number in linksOfSite[site.number] {
      dial(number, after: UInt64(20 + world.random.below(400)))
    }
  }

  func stopped(_ site: Site, isClean: Bool) throws(Violation) {
    for number in linksOfSite[site.number] { try hangUp(number) }
  }

  func end() {
    links = []
    ends = [:]
  }

  // MARK: Links

  func setLink(_ a: Site, _ b: Site, up: Bool) throws(Violation) {
    guard let number = link(a, b) else {
      guard up else { return }
      links.append(Link(a: min(a.number, b.number), b: max(a.number, b.number)))
      linksOfSite[a.number].append(links.count - 1)
      linksOfSite[b.number].append(links.count - 1)
      return try setLink(a, b, up: true)
    }
    links[number].isUp = up
    links[number].redial.begin()
    if up { dial(number, after: UInt64(world.random.below(300))) } else { try hangUp(number) }
  }

  private func link(_ a: Site, _ b: Site) -> Int? {
    let low = min(a.number, b.number)
    let high = max(a.number, b.number)
    return linksOfSite[a.number].first { links[$0].a == low && links[$0].b == high }
  }

  func connected(to site: Site) -> [(site: Site, since: UInt64)] {
    linksOfSite[site.number].compactMap { number in
      let link = links[number]
      guard let session = link.session, let end = ends[session] else { return nil }
      return (world.sites[link.a == site.number ? link.b : link.a], end.openedAt)
    }
  }

  private func dial(_ number: Int, after delay: UInt64) {
    world.schedule(delay) { [weak self] (_) throws(Violation) in try self?.connect(number) }
  }

  private func connect(_ number: Int) throws(Violation) {
    let link = links[number]
    guard link.isUp, link.session == nil, let a = world.sites[link.a].process,
      let b = world.sites[link.b].process
    else { return }
    let left = SessionID(nextSession)
    let right = SessionID(nextSession + 1)
    nextSession += 2
    ends[left] = End(site: link.a, other: right, link: number, openedAt: world.now)
    ends[right] = End(site: link.b, other: left, link: number, openedAt: world.now)
    links[number].session = left
    let hash = SHA256.hash(Array("handshake \(left.value)".utf8))
    let lower = a.transportKey < b.transportKey
    for (process, other, id, initiated) in [(a, b, left, true), (b, a, right, false)] {
      try process.opened(
        SessionOpening(
          id: id, peer: other.site.name, handshakeHash: hash, weInitiated: initiated,
          initiatorHasLowerKey: lower))
    }
  }

  private func hangUp(_ number: Int) throws(Violation) {
    guard let left = links[number].session else { return }
    try close(left)
  }

  /// Ends a session on both sides; a link that is up is dialled again.
  func close(_ id: SessionID) throws(Violation) {
    guard let end = ends.removeValue(forKey: id) else { return }
    let other = ends.removeValue(forKey: end.other)
    links[end.link].session = nil
    try world.sites[end.site].process?.closed(id)
    if let other { try world.sites[other.site].process?.closed(end.other) }
    _ = links[end.link].redial.ended(after: world.now - end.openedAt)
    let wait = links[end.link].redial.next { UInt64(world.random.below(Int($0))) }
    dial(end.link, after: wait)
  }

  // MARK: Messages

  func send(_ bytes: [UInt8], on id: SessionID) {
    guard let end = ends[id], let other = ends[end.other] else { return }
    let delay = delayBetween?(end.site, other.site) ?? world.drawDelay()
    let arrival = max(world.now + delay, other.lastArrival)
    ends[end.other]?.lastArrival = arrival
    deliver(bytes, to: end.other, after: arrival - world.now)
  }

  private func deliver(_ bytes: [UInt8], to id: SessionID, after delay: UInt64) {
    world.schedule(delay) { [weak self] (world) throws(Violation) in
      guard let self, let end = self.ends[id] else { return }
      let site = world.sites[end.site]
      guard !site.isPaused(at: world.now) else {
        return self.deliver(bytes, to: id, after: site.pausedUntil - world.now)
      }
      try site.process?.receive(bytes, on: id)
    }
  }

  /// Messages are not held back here: there is no connection that would do it.
  func hold(_ id: SessionID, until time: UInt64) {}

  /// There are no keys here.
  func cardChanged(_ site: Site, _ name: NodeName) {}

  func endRound(of site: Site) {}
}
