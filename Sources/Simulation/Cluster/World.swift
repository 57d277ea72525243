import Crypto
import Log
import Replication
import Store

/// Several installations of nodes on virtual time, with the links between them. Nothing else is real.
final class World {
  private(set) var now: UInt64 = 1_000
  var random: SplitMix64
  let chronicle: Chronicle
  let limits: StoreLimits
  /// How long a message is on its way, in milliseconds: drawn for each.
  var delay: ClosedRange<UInt64> = 2...16
  private(set) var sites: [Site] = []
  private var queue = EventQueue()
  private var links: [Link] = []
  private var ends: [SessionID: End] = [:]
  private var nextSession: UInt64 = 1
  /// Hears what every process reports.
  var heard: (Site, Event) throws(Violation) -> Void = { (_, _) throws(Violation) in }
  /// Hears of every head that became durable anywhere.
  var stored: (Site, LogID, LogHead) throws(Violation) -> Void = { (_, _, _) throws(Violation) in }
  /// Hears of every proof that a process kept.
  var proven: (Site, ForkProof) throws(Violation) -> Void = { (_, _) throws(Violation) in }

  /// Two sites that can reach each other; the first dials.
  private struct Link {
    let a: Int
    let b: Int
    var isUp = false
    var session: SessionID?
    /// How long the next dial waits, when sessions do not last.
    var patience = World.leastPatience
  }

  private static let leastPatience: UInt64 = 1_500
  private static let mostPatience: UInt64 = 24_000

  private struct End {
    let site: Int
    let other: SessionID
    let link: Int
    let openedAt: UInt64
    /// When the newest message to this end arrives: none overtakes another.
    var lastArrival: UInt64 = 0
  }

  init(random: SplitMix64, chronicle: Chronicle, limits: StoreLimits) {
    self.random = random
    self.chronicle = chronicle
    self.limits = limits
  }

  func say(_ text: @autoclosure () -> String) { chronicle.say("\(now) \(text())") }

  // MARK: Sites

  @discardableResult
  func add(_ keys: NodeKeys, _ folder: Folder, token: RollbackToken?) -> Site {
    let site = Site(number: sites.count, keys: keys, folder: folder, token: token)
    for other in sites where other.name != site.name {
      links.append(Link(a: site.number, b: other.number))
    }
    sites.append(site)
    return site
  }

  func start(_ site: Site) throws(Violation) {
    guard site.process == nil, site.isWanted else { return }
    site.starts += 1
    say("\(site.label) starts")
    let process = try NodeProcess(site, self)
    site.process = process
    try process.begin()
    for number in links.indices
    where links[number].a == site.number || links[number].b == site.number {
      dial(number, after: UInt64(20 + random.below(400)))
    }
  }

  /// Ends a process; its sessions are gone.
  /// - Parameter isClean: everything is flushed, as by SIGTERM; else the machine stops.
  func stop(_ site: Site, isClean: Bool) throws(Violation) {
    guard let process = site.process else { return }
    say("\(site.label) \(isClean ? "stops" : "is gone")")
    if isClean { try process.flush() } else { process.crash() }
    process.isAlive = false
    site.process = nil
    for number in links.indices
    where links[number].a == site.number || links[number].b == site.number {
      try hangUp(number)
    }
  }

  /// Lets go of all processes and disks at the end of a run: a site holds its process, and who asks for a site may
  /// hold it longer than the run lasts.
  func end() {
    queue = EventQueue()
    ends = [:]
    for site in sites {
      site.process?.isAlive = false
      site.process = nil
      site.folder.image = DiskImage()
    }
    sites = []
  }

  // MARK: Links

  func setLink(_ a: Site, _ b: Site, up: Bool) throws(Violation) {
    for number in links.indices
    where Set([links[number].a, links[number].b]) == Set([a.number, b.number]) {
      links[number].isUp = up
      links[number].patience = World.leastPatience
      if up { dial(number, after: UInt64(random.below(300))) } else { try hangUp(number) }
    }
  }

  /// Sites that have a session with this one, and since when.
  func connected(to site: Site) -> [(site: Site, since: UInt64)] {
    links.compactMap { link in
      guard let session = link.session, let end = ends[session],
        link.a == site.number || link.b == site.number
      else { return nil }
      return (sites[link.a == site.number ? link.b : link.a], end.openedAt)
    }
  }

  private func dial(_ number: Int, after delay: UInt64) {
    schedule(delay) { (world) throws(Violation) in try world.connect(number) }
  }

  private func connect(_ number: Int) throws(Violation) {
    let link = links[number]
    guard link.isUp, link.session == nil, let a = sites[link.a].process,
      let b = sites[link.b].process
    else { return }
    let left = SessionID(nextSession)
    let right = SessionID(nextSession + 1)
    nextSession += 2
    ends[left] = End(site: link.a, other: right, link: number, openedAt: now)
    ends[right] = End(site: link.b, other: left, link: number, openedAt: now)
    links[number].session = left
    let hash = SHA256.hash(Array("handshake \(left.value)".utf8))
    let lower = a.transportKey < b.transportKey
    for (process, other, id, initiated) in [(a, b, left, true), (b, a, right, false)] {
      try process.step(
        .opened(
          SessionOpening(
            id: id, peer: other.site.name, handshakeHash: hash, weInitiated: initiated,
            initiatorHasLowerKey: lower)))
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
    try sites[end.site].process?.step(.closed(id))
    if let other { try sites[other.site].process?.step(.closed(end.other)) }
    let lasted = now - end.openedAt
    let patience = links[end.link].patience
    links[end.link].patience =
      lasted > World.mostPatience ? World.leastPatience : min(2 * patience, World.mostPatience)
    dial(end.link, after: patience + UInt64(random.below(Int(patience))))
  }

  func send(_ bytes: [UInt8], on id: SessionID) {
    guard let other = ends[id]?.other, ends[other] != nil else { return }
    let spread = Int(delay.upperBound - delay.lowerBound) + 1
    let arrival = max(
      now + delay.lowerBound + UInt64(random.below(spread)), ends[other]!.lastArrival)
    ends[other]!.lastArrival = arrival
    schedule(arrival - now) { (world) throws(Violation) in
      guard let end = world.ends[other] else { return }
      try world.sites[end.site].process?.step(.message(other, bytes))
    }
  }

  // MARK: Time

  typealias Work = (World) throws(Violation) -> Void

  func schedule(_ delay: UInt64, _ work: @escaping Work) { queue.add(now + delay, work) }

  /// Runs what is due up to `time`.
  func run(until time: UInt64) throws(Violation) {
    while let at = queue.nextTime, at <= time {
      now = max(now, at)
      if let work = queue.take() { try work(self) }
    }
    now = max(now, time)
  }

  func run(for milliseconds: UInt64) throws(Violation) { try run(until: now + milliseconds) }
}

/// What is to happen, by time, and at one time in the order in which it was asked for.
private struct EventQueue {
  private var heap: [(at: UInt64, order: UInt64, work: World.Work)] = []
  private var order: UInt64 = 0

  var nextTime: UInt64? { heap.first?.at }

  mutating func add(_ at: UInt64, _ work: @escaping World.Work) {
    order += 1
    heap.append((at, order, work))
    var child = heap.count - 1
    while child > 0 {
      let parent = (child - 1) / 2
      guard precedes(child, parent) else { break }
      heap.swapAt(child, parent)
      child = parent
    }
  }

  mutating func take() -> World.Work? {
    guard let first = heap.first else { return nil }
    heap.swapAt(0, heap.count - 1)
    heap.removeLast()
    var parent = 0
    while true {
      var least = parent
      for child in [2 * parent + 1, 2 * parent + 2] where child < heap.count {
        if precedes(child, least) { least = child }
      }
      guard least != parent else { return first.work }
      heap.swapAt(parent, least)
      parent = least
    }
  }

  private func precedes(_ a: Int, _ b: Int) -> Bool {
    (heap[a].at, heap[a].order) < (heap[b].at, heap[b].order)
  }
}
