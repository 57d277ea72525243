import Crypto
import Log
import Replication
import Store

/// One run of a `SpreadCampaign`.
final class SpreadRun {
  let campaign: SpreadCampaign
  let world: World
  private var random: SplitMix64
  private let graph: SpreadGraph
  private var meter = SpreadMeter()
  private let truth = Truth(signsOnce: { _ in true })
  private var delays: [Int: UInt64] = [:]
  private(set) var phases: [SpreadPhase] = []

  init(_ campaign: SpreadCampaign, _ chronicle: Chronicle) throws(Violation) {
    self.campaign = campaign
    var random = SplitMix64(seed: campaign.seed)
    graph = SpreadGraph(nodes: campaign.nodes, degree: campaign.degree, &random)
    var limits = StoreLimits()
    limits.journalBytes = 256 << 10
    limits.unappliedBytes = 64 << 10
    limits.segmentBytes = 256 << 10
    world = World(random: SplitMix64(seed: random.next()), chronicle: chronicle, limits: limits)
    // Between equal links a delivery is a number of link delays; disks would only blur it.
    if !campaign.hasDrawnDelays { world.diskDelay = 0...0 }
    self.random = random
    try addNodes()
    for (a, b) in graph.links {
      delays[a * campaign.nodes + b] =
        campaign.hasDrawnDelays
        ? SpreadCampaign.drawnMilliseconds.lowerBound
          + UInt64(self.random.below(SpreadCampaign.drawnMilliseconds.count))
        : SpreadCampaign.linkMilliseconds
    }
    observe()
  }

  /// Each knows its neighbours and all authors.
  private func addNodes() throws(Violation) {
    var keys: [NodeKeys] = []
    var cards: [Card] = []
    for number in 0..<campaign.nodes {
      let key = try NodeKeys("n\(number)", seed: campaign.seed &+ UInt64(number) &* 0x1_0001)
      keys.append(key)
      cards.append(try key.card(1))
    }
    var batches: [VerifiedBatch] = []
    for key in keys.prefix(campaign.authorCount) {
      batches.append(try key.genesis(1, follows: nil))
    }
    let shared = try DiskImage.holding(batches, world.limits)
    for (number, key) in keys.enumerated() {
      var known = Set(graph.neighbours[number]).union(0..<campaign.authorCount)
      known.remove(number)
      world.add(
        key,
        Folder(
          image: try image(shared, with: key.identity(1)), epoch: 1,
          cards: known.sorted().map { cards[$0] }, closed: nil),
        token: number < batches.count ? batches[number].token : nil)
    }
  }

  private func image(
    _ image: DiskImage, with identity: LogIdentity
  ) throws(Violation) -> DiskImage {
    let disk = SimulatedDisk(image)
    let limits = world.limits
    try must("a node's own log") { () throws in
      let store = try Store.open(on: disk, limits: limits)
      guard store.state(identity.id) == nil else { return }
      try store.addLog(identity)
      try store.flush()
    }
    return disk.image
  }

  private func observe() {
    let links = MessageLinks(world)
    links.delayBetween = { [unowned self] a, b in
      self.delays[
        min(a, b) * self.campaign.nodes + max(a, b), default: SpreadCampaign.linkMilliseconds]
    }
    world.links = links
    for site in world.sites { links.added(site) }
    world.observer.tell(truth)
    world.observer.sent = { [unowned self] (process, session, message) throws(Violation) in
      try self.truth.said(process, session, message)
      self.meter.sent(message, on: session, self.world.now)
    }
    world.observer.stored = { [unowned self] (site, log, head) throws(Violation) in
      let before = self.truth.size(site, log)
      try self.truth.stored(site, log, head)
      self.world.chronicle.note(self.world.now, UInt64(site.number), head.size)
      guard head.size > before, site.process?.identity.id != log else { return }
      self.meter.stored(log, before..<head.size, self.world.now)
    }
  }

  // MARK: Phases

  func run() throws(Violation) {
    try runPhases()
    for phase in phases { try phase.check(campaign) }
  }

  private func runPhases() throws(Violation) {
    for site in world.sites { try world.start(site) }
    for (a, b) in graph.links { try world.setLink(world.sites[a], world.sites[b], up: true) }
    // Authors are waited for that are no neighbours: Protocols/sync.md, SYNC-60.
    try world.run(for: 40_000)
    try warmUp()
    phases.append(try measure("steady"))
    guard campaign.hasTrouble else { return }
    try trouble()
    try warmUp()
    phases.append(try measure("after trouble"))
  }

  private var authors: ArraySlice<Site> { world.sites.prefix(campaign.authorCount) }

  /// Trees are chosen by the first entries that travel, and then it is quiet.
  private func warmUp() throws(Violation) {
    for _ in 0..<3 {
      for author in authors {
        _ = try author.process?.publish(1, bodyBytes: SpreadCampaign.bodyBytes)
        try world.run(for: 20)
      }
      try world.run(for: 2_000)
    }
    try world.run(for: 90_000)
    try converge(within: 1_000, "the warm-up")
  }

  /// Publishes drawn over the span, by authors that are drawn.
  private func publishAll(_ count: Int, trouble: (() throws(Violation) -> Void)? = nil)
    throws(Violation)
  {
    let start = world.now
    var times: [UInt64] = []
    for _ in 0..<count { times.append(start + UInt64(random.below(Int(campaign.span)))) }
    for time in times.sorted() {
      try world.run(until: time)
      let site = world.sites[random.below(campaign.authorCount)]
      if let size = try site.process?.publish(1, bodyBytes: SpreadCampaign.bodyBytes) {
        meter.published(site.keys.identity(1).id, size - 1, world.now)
      }
      try trouble?()
    }
  }

  private func measure(_ name: String) throws(Violation) -> SpreadPhase {
    meter = SpreadMeter()
    try publishAll(campaign.publishes)
    try converge(within: 5_000, name)
    let until = meter.totalBytes
    try world.run(for: 75_000)
    let received = Double(meter.publishes * (campaign.nodes - 1))
    let stored = received * Double(SpreadCampaign.bodyBytes + SpreadCampaign.leafBytes)
    let unit = Double(SpreadCampaign.linkMilliseconds)
    try expect(
      meter.delays.count == meter.publishes * (campaign.nodes - 1),
      "\(name): \(meter.delays.count) deliveries of \(meter.publishes) publishes")
    return SpreadPhase(
      name: name, copies: Double(meter.bodies) / received,
      totalCopies: Double(until) / stored,
      totalCopiesInTheEnd: Double(meter.totalBytes) / stored,
      p50: Double(meter.delay(0.5)) / unit, p99: Double(meter.delay(0.99)) / unit,
      slowestP99: Double(meter.slowestDelay(0.99)) / unit,
      bytesOfNode: meter.bytesByType.map { ($0.name, $0.bytes / campaign.nodes) })
  }

  /// Waits until every node has all that was published.
  private func converge(within milliseconds: UInt64, _ what: String) throws(Violation) {
    let end = world.now + milliseconds
    while let (site, author) = behind() {
      try expect(
        world.now < end, "\(what): \(site.label) lacks entries of \(author.label) for too long")
      try world.run(for: 50)
    }
  }

  private func behind() -> (Site, Site)? {
    for author in authors {
      let log = author.keys.identity(1).id
      let size = author.process?.store.durableHead(log)?.size ?? 0
      for site in world.sites where site.process?.store.durableHead(log)?.size ?? 0 < size {
        return (site, author)
      }
    }
    return nil
  }

  // MARK: Trouble

  /// Links and nodes go down and come back while entries are published.
  private func trouble() throws(Violation) {
    var down: [(at: UInt64, back: () throws(Violation) -> Void)] = []
    var next = world.now
    try publishAll(campaign.publishes / 4) { () throws(Violation) in
      for item in down where item.at <= self.world.now { try item.back() }
      down.removeAll { $0.at <= self.world.now }
      guard self.world.now >= next else { return }
      next = self.world.now + 400
      down.append((self.world.now + 1_000 + UInt64(self.random.below(2_000)), try self.breakOne()))
    }
    for item in down { try item.back() }
    // A node that was down waits for answers before it signs, and dials again ever later.
    try world.run(for: 60_000)
    try converge(within: 10_000, "after trouble")
  }

  private func breakOne() throws(Violation) -> () throws(Violation) -> Void {
    let world = world
    guard random.oneIn(3) else {
      let link = graph.links[random.below(graph.links.count)]
      let (a, b) = (world.sites[link.a], world.sites[link.b])
      try world.setLink(a, b, up: false)
      return { () throws(Violation) in try world.setLink(a, b, up: true) }
    }
    let site = world.sites[random.below(campaign.nodes)]
    try world.stop(site, isClean: random.oneIn(2))
    return { () throws(Violation) in try world.start(site) }
  }
}
