import Crypto
import Log
import Replication
import Secrets
import Transport

/// Connections of bytes between processes, with the shipped transport at both ends, and what a
/// network does to them. Beyond that it does what the daemon's part for sessions does
/// (PeerSessions).
final class ByteLinks: Links {
  /// Output of one session beyond which its core is told that it is congested: small, so that it
  /// happens.
  private static let congestedBytes = 64 << 10
  static let bounds = Outbox.Bounds(congested: congestedBytes, relieved: 16 << 10)
  /// One turn of serving adds at most so much to a queue that was not congested (Replicator+Serve).
  static let outputLimit = congestedBytes + 10 * Limits.chunkBytes

  unowned let world: World
  var random: SplitMix64
  /// Told what happened, for the tally.
  var happened: (NetworkOccurrence) -> Void = { _ in }
  /// How often each way of reading is given to a connection; drawn from.
  var cuts: [ReadCut] = [.whole]
  /// The ways by sender and receiver, each with its delay.
  private(set) var ways: [[Way]] = []
  var routes: [Route] = []
  /// Routes that a site dials, by its number.
  private var routesOfSite: [[Int]] = []
  var ports: [Port] = []
  var lines: [SessionID: Line] = [:]
  /// In the order in which they were opened.
  var wires: [Wire] = []
  private var wiresMade = 0
  var nextSession: UInt64 = 1
  var recordings: [Recording] = []
  /// Mistakes that are planted: cores are never told that they are congested; nobody dials twice.
  var isNeverCongested = false
  var dialsOnce = false
  /// All that was ever sent.
  private(set) var bytesSent = 0
  var handshakes = 0

  init(_ world: World, random: SplitMix64) {
    self.world = world
    self.random = random
  }

  // MARK: Sites

  func added(_ site: Site) {
    ports.append(Port())
    routesOfSite.append([])
    for number in ways.indices { ways[number].append(Way(delay: world.delay)) }
    ways.append(Array(repeating: Way(delay: world.delay), count: ports.count))
  }

  func started(_ site: Site) {
    ports[site.number] = Port()
    for number in routesOfSite[site.number] {
      routes[number].redial.begin()
      dial(number, after: UInt64(20 + random.below(400)))
    }
  }

  /// The other side hears of a process that said good-bye, or that the system ended; it may not
  /// hear of a machine that stopped.
  func stopped(_ site: Site, isClean: Bool) throws(Violation) {
    for id in ports[site.number].lines {
      guard let line = lines[id] else { continue }
      if isClean { flush(line) }
      let isSilent = !isClean && random.oneIn(2)
      if isSilent { happened(.halfOpen) }
      forget(line)
      line.wire.ends[line.end] = nil
      if isSilent {
        line.wire.streams[line.end].isDead = true
      } else {
        finish(line.wire, line.end)
      }
    }
    ports[site.number] = Port()
  }

  func end() {
    lines = [:]
    wires = []
    ports = []
    recordings = []
    happened = { _ in }
  }

  // MARK: Routes

  func setLink(_ a: Site, _ b: Site, up: Bool) throws(Violation) {
    try setLink(a, b, up: up, dials: .both)
  }

  enum Dials: CaseIterable { case first, second, both }

  func setLink(_ a: Site, _ b: Site, up: Bool, dials: Dials) throws(Violation) {
    if up {
      if dials != .second { raise(a.number, b.number) }
      if dials != .first { raise(b.number, a.number) }
      return
    }
    for number in routes.indices where joins(routes[number], a.number, b.number) {
      routes[number].isUp = false
      routes[number].generation += 1
    }
    for wire in wires where joins(wire, a.number, b.number) { lose(wire, tells: [true, true]) }
  }

  private func joins(_ route: Route, _ a: Int, _ b: Int) -> Bool {
    route.from == a && route.to == b || route.from == b && route.to == a
  }

  func joins(_ wire: Wire, _ a: Int, _ b: Int) -> Bool {
    wire.sites == (a, b) || wire.sites == (b, a)
  }

  private func raise(_ from: Int, _ to: Int) {
    let known = routesOfSite[from].first { routes[$0].to == to }
    let number = known ?? routes.count
    if known == nil {
      routes.append(Route(from: from, to: to))
      routesOfSite[from].append(number)
    }
    routes[number].isUp = true
    routes[number].redial.begin()
    dial(number, after: UInt64(random.below(300)))
  }

  func way(_ from: Int, _ to: Int, _ change: (inout Way) -> Void) {
    change(&ways[from][to])
    for wire in wires where joins(wire, from, to) {
      pump(wire, wire.sites.0 == from ? 0 : 1)
    }
  }

  func connected(to site: Site) -> [(site: Site, since: UInt64)] {
    ports[site.number].lines.compactMap { id in
      guard let line = lines[id], line.isEstablished, line.scope == .everything else { return nil }
      return (world.sites[line.wire.site(1 - line.end)], line.wire.openedAt)
    }
  }

  func dial(_ number: Int, after delay: UInt64) {
    routes[number].generation += 1
    routes[number].isDialling = false
    let generation = routes[number].generation
    world.schedule(delay) { [weak self] (world) throws(Violation) in
      guard let self, self.routes[number].generation == generation else { return }
      let site = world.sites[self.routes[number].from]
      guard !site.isPaused(at: world.now) else {
        return self.dial(number, after: site.pausedUntil - world.now)
      }
      self.dialNow(number)
    }
  }

  private func dialNow(_ number: Int) {
    let route = routes[number]
    guard route.isUp, !route.isDialling, world.sites[route.from].process != nil,
      !hasSession(route.from, with: route.to)
    else { return }
    routes[number].turns.begin([route.to])
    _ = routes[number].turns.next(earlierKeys: 0)
    reach(number)
  }

  /// The next own key of this dial, after one that the peer did not answer.
  /// - Returns: false when all that has its turn had it.
  func tryNextKey(_ number: Int) -> Bool {
    let route = routes[number]
    routes[number].turns.unanswered()
    let earlier = world.sites[route.from].transportKeys.count - 1
    guard route.isUp, world.sites[route.from].process != nil,
      routes[number].turns.next(earlierKeys: earlier) != nil
    else { return false }
    happened(.dialledByEarlierKey)
    routes[number].generation += 1
    reach(number)
    return true
  }

  private func reach(_ number: Int) {
    let route = routes[number]
    routes[number].isDialling = true
    let trip = draw(route.from, route.to) + draw(route.to, route.from)
    let generation = route.generation
    world.schedule(trip) { [weak self] (_) throws(Violation) in
      guard let self, self.routes[number].generation == generation else { return }
      try self.connect(number)
    }
  }

  func hasSession(_ site: Int, with other: Int) -> Bool {
    ports[site].lines.contains { id in
      guard let line = lines[id] else { return false }
      return line.isEstablished && !line.isOfEarlierKey
        && line.wire.site(1 - line.end) == other
    }
  }

  private func draw(_ from: Int, _ to: Int) -> UInt64 {
    let range = ways[from][to].delay
    return range.lowerBound + UInt64(random.below(Int(range.upperBound - range.lowerBound) + 1))
  }

  private func connect(_ number: Int) throws(Violation) {
    let route = routes[number]
    routes[number].isDialling = false
    let isReachable =
      !ways[route.from][route.to].isBlocked(at: world.now)
      && !ways[route.to][route.from].isBlocked(at: world.now)
    guard world.sites[route.from].process != nil else { return }
    guard isReachable, world.sites[route.to].process != nil else {
      // Refused at once, or not answered at all.
      return redial(number, after: isReachable ? 0 : TransportLimits.connectTimeoutMilliseconds)
    }
    try open(from: world.sites[route.from], to: world.sites[route.to])
  }

  func redial(_ number: Int, after delay: UInt64) {
    if dialsOnce { return }
    dial(number, after: delay + routes[number].redial.next { UInt64(random.below(Int($0))) })
  }

  func route(_ from: Int, _ to: Int) -> Int? { routesOfSite[from].first { routes[$0].to == to } }

  // MARK: Streams

  func nextWireNumber() -> Int {
    wiresMade += 1
    return wiresMade
  }

  /// Gives bytes to a connection.
  func write(_ bytes: [UInt8], on wire: Wire, _ end: Int) {
    guard !bytes.isEmpty else { return }
    bytesSent += bytes.count
    wire.streams[end].unsent += bytes
    if end == 0, wire.streams[0].recording.count < Recording.bytes {
      wire.streams[0].recording += bytes.prefix(Recording.bytes)
    }
    pump(wire, end)
  }

  /// Sends what the window and the way let.
  func pump(_ wire: Wire, _ end: Int) {
    let from = wire.site(end)
    let to = wire.site(1 - end)
    let way = ways[from][to]
    // Unacknowledged bytes stay with the sender, until its core has enough of it.
    guard !wire.streams[end].isDead else { return }
    if way.isBlocked(at: world.now) { return pumpLater(wire, end, at: way.blockedUntil) }
    while !wire.streams[end].unsent.isEmpty, wire.streams[end].inFlight < Stream.window {
      var count = min(
        wire.streams[end].unsent.count, Stream.window - wire.streams[end].inFlight)
      var arrival = max(world.now + draw(from, to), wire.streams[end].lastArrival)
      if let rate = way.bytesPerSecond {
        count = min(count, max(1, rate / 10))
        arrival = max(arrival, wire.streams[end].lastArrival + UInt64(count * 1_000 / rate))
        happened(.clogged)
      }
      let bytes = Array(wire.streams[end].unsent.prefix(count))
      wire.streams[end].unsent.removeFirst(count)
      wire.streams[end].inFlight += count
      wire.streams[end].lastArrival = arrival
      world.schedule(arrival - world.now) { [weak self] (_) throws(Violation) in
        try self?.arrive(bytes, on: wire, from: end)
      }
    }
    if wire.streams[end].isFinished, wire.streams[end].unsent.isEmpty {
      let arrival = max(world.now + draw(from, to), wire.streams[end].lastArrival)
      world.schedule(arrival - world.now) { [weak self] (_) throws(Violation) in
        try self?.arriveEnd(on: wire, from: end)
      }
    }
  }

  private func pumpLater(_ wire: Wire, _ end: Int, at time: UInt64) {
    let stream = wire.streams[end]
    guard !stream.unsent.isEmpty || stream.isFinished, stream.pumpsAt < time else { return }
    happened(.blocked)
    wire.streams[end].pumpsAt = time
    world.schedule(time - world.now) { [weak self] (_) throws(Violation) in
      self?.pump(wire, end)
    }
  }

  private func arriveEnd(on wire: Wire, from end: Int) throws(Violation) {
    guard wire.streams[end].inFlight == 0, let line = line(wire, 1 - end) else { return }
    try ended(line)
  }

  func line(_ wire: Wire, _ end: Int) -> Line? { wire.ends[end].flatMap { lines[$0] } }

  private func arrive(_ bytes: [UInt8], on wire: Wire, from end: Int) throws(Violation) {
    wire.streams[end].inFlight -= bytes.count
    guard !wire.streams[end].isDead else { return }
    var bytes = bytes
    var isBroken = false
    if let left = wire.streams[end].breaksAfter {
      isBroken = bytes.count >= left
      if bytes.count > left { bytes.removeLast(bytes.count - left) }
      wire.streams[end].breaksAfter = left - bytes.count
    }
    guard let line = line(wire, 1 - end) else { return try reset(wire, end) }
    if line.readsFrom > world.now {
      wire.streams[end].inFlight += bytes.count
      wire.streams[end].unread.append(bytes)
      if wire.streams[end].unread.count == 1 { readLater(wire, end, line) }
      return
    }
    if wire.streams[end].flips, !bytes.isEmpty {
      wire.streams[end].flips = false
      bytes[random.below(bytes.count)] ^= 1 << UInt8(random.below(8))
      happened(.bitFlipped)
    }
    if wires.contains(where: { $0.number > wire.number && $0.sites == wire.sites }) {
      happened(.reordered)
    }
    try deliver(bytes, to: line)
    if isBroken, lines[line.id] === line {
      wire.streams[end].isDead = true
      return try ended(line)
    }
    pump(wire, end)
    if let sender = self.line(wire, end) { try relieve(sender) }
  }

  /// Bytes that arrived while the process was paused, or held this session back, are read when it
  /// goes on.
  private func readLater(_ wire: Wire, _ end: Int, _ line: Line) {
    let wait = line.readsFrom - min(world.now, line.readsFrom)
    world.schedule(wait) { [weak self] (world) throws(Violation) in
      guard let self, self.lines[line.id] === line else { return }
      guard line.readsFrom <= world.now else { return self.readLater(wire, end, line) }
      let unread = wire.streams[end].unread
      wire.streams[end].unread = []
      for bytes in unread { try self.arrive(bytes, on: wire, from: end) }
      if wire.streams[end].isFinished { try self.arriveEnd(on: wire, from: end) }
    }
  }

  /// Bytes for somebody who is not there: a machine that runs says so.
  private func reset(_ wire: Wire, _ end: Int) throws(Violation) {
    guard !wire.isReplay, world.sites[wire.site(1 - end)].process != nil,
      let sender = line(wire, end)
    else { return }
    let back = draw(wire.site(1 - end), wire.site(end))
    world.schedule(back) { [weak self] (_) throws(Violation) in
      guard let self, self.lines[sender.id] === sender else { return }
      self.happened(.resetByRestarted)
      try self.ended(sender)
    }
  }

  /// The core takes no more of a session for a while: the sender's side waits.
  func hold(_ id: SessionID, until time: UInt64) {
    guard let line = lines[id] else { return }
    happened(.heldBack)
    line.heldUntil = max(line.heldUntil, time)
  }

  /// The sender has closed.
  func finish(_ wire: Wire, _ end: Int) {
    wire.streams[end].isFinished = true
    pump(wire, end)
  }

  /// The connection is lost; of what is on its way a part still arrives.
  /// - Parameter tells: which ends hear of it.
  func lose(_ wire: Wire, tells: [Bool]) {
    happened(.connectionLost)
    if tells.contains(false) { happened(.halfOpen) }
    for end in 0...1 {
      guard tells[1 - end] else {
        wire.streams[end].isDead = true
        continue
      }
      let inFlight = wire.streams[end].inFlight
      let arrives = random.below(inFlight + 1)
      if arrives > 0, arrives < inFlight { happened(.cutInFrame) }
      wire.streams[end].breaksAfter = arrives
      wire.streams[end].unsent = []
      guard inFlight == 0, let line = line(wire, 1 - end) else { continue }
      world.schedule(UInt64(random.below(20))) { [weak self] (_) throws(Violation) in
        guard let self, self.lines[line.id] === line else { return }
        try self.ended(line)
      }
    }
  }
}
