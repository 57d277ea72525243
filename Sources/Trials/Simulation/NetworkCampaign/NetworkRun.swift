import Log
import Replication
import Store

/// One run: nodes that a seed draws exchange entries while everything fails that may fail; then
/// faults stop, and all that are honest must have everything.
final class NetworkRun {
  let plan: NetworkPlan
  let world: World
  let truth: Truth
  var random: SplitMix64
  /// Draws rotations apart, so that runs without them stay what they are.
  private var rotations: SplitMix64
  var tally = Tally<NetworkOccurrence>()
  /// The deeds of foes.
  var misdeeds = Tally<FoeKind>()
  /// The sites in the order of the plan's nodes; the last of them are foes, and behind them are
  /// their twins.
  private(set) var sites: [Site] = []
  /// Sites that are linked.
  private(set) var pairs: [(a: Int, b: Int)] = []
  let bug: NetworkBug?
  /// Honest nodes rotate their keys in this run.
  let rotates: Bool
  /// Effects after which a site's machine stops, by its number.
  var crashesIn: [Int?] = []
  /// Copies of folders that backups made, by the site's number.
  var backups: [(folder: Folder, sizes: [LogID: UInt64])?] = []
  /// Sites whose disk failed, for the operator.
  var failed: Set<Int> = []
  /// Logs of which a bit rotted somewhere.
  var rotten: Set<LogID> = []
  /// Faults happen.
  private(set) var isSafetyPhase = true
  /// Nil: nothing is withdrawn in this run, and nothing expires.
  private(set) var removals: NetworkRemovals?
  /// Nil: nobody convenes a group.
  private(set) var groups: NetworkGroups?
  private(set) var messages = 0
  private(set) var messageBytes = 0
  private var stepsSeen = 0
  private(set) lazy var withdrawals = NetworkWithdrawals(
    self, random: SplitMix64(seed: seed, part: 6))
  private let seed: UInt64

  init(
    seed: UInt64, nodes: Int?, foe: FoeKind?, starts: NetworkStarts, chronicle: Chronicle,
    bug: NetworkBug?
  ) throws(Violation) {
    var random = SplitMix64(seed: seed, part: 1)
    self.seed = seed
    let draw = GroupDraw(seed: seed)
    plan = NetworkPlan(
      &random, number: seed, nodes: nodes, foe: foe, ofGroups: draw.foe, journals: bug?.journals)
    pairs = plan.topology.pairs
    self.bug = bug
    self.random = random
    rotations = SplitMix64(seed: seed, part: 4)
    rotates = rotations.oneIn(3) && !plan.isLarge
    world = World(
      random: SplitMix64(seed: seed, part: 2), chronicle: chronicle, limits: plan.size.limits)
    world.delay = plan.delay
    truth = Truth(signsOnce: plan.isHonest)
    if plan.hasChannels {
      let links = ByteLinks(world, random: SplitMix64(seed: seed, part: 3))
      links.cuts = plan.cuts
      links.happened = { [unowned self] in self.tally.add($0) }
      links.isNeverCongested = bug == .neverCongested
      links.dialsOnce = bug == .dialsOnce
      world.links = links
    }
    try addSites(starts)
    removals = NetworkRemovals.draw(self, seed: seed)
    groups = try NetworkGroups.draw(self, draw)
    watch()
  }

  private func addSites(_ starts: NetworkStarts) throws(Violation) {
    let honest = plan.honestNodes
    for number in 0..<plan.nodes {
      let site = try addSite(number, starts)
      if number >= honest {
        wear(plan.foes[number - honest], site)
      } else if let mask = bug?.makeMask() {
        site.wear(mask, FoeWays(site, world, random: SplitMix64(seed: random.next())))
      }
      site.rates = plan.rates
      site.ignoresToken = bug == .ignoresToken
    }
    for (place, foe) in plan.foes.enumerated() where foe.isTwin {
      let twin = try addSite(honest + place, starts)
      wear(foe, twin)
      pairs += plan.topology.partners(ofTwinOf: honest + place, honest: honest).map {
        ($0, twin.number)
      }
    }
  }

  private func wear(_ foe: FoeKind, _ site: Site) {
    site.wear(
      foe.makeMask(seed: random.below(1 << 16)),
      FoeWays(site, world, random: SplitMix64(seed: random.next())))
  }

  private func addSite(_ number: Int, _ starts: NetworkStarts) throws(Violation) -> Site {
    let node = try starts.node(number)
    var cards: [Card] = []
    for other in 0..<plan.nodes where other != number {
      let isKnown =
        !plan.isLarge || other < NetworkPlan.authorsOfLarge
        || pairs.contains { $0 == (min(number, other), max(number, other)) }
      if isKnown { cards.append(try starts.node(other).card) }
    }
    let image = node.images[plan.size.rawValue]
    let site = world.add(
      node.keys, Folder(image: image, epoch: 1, cards: cards, closed: nil), token: node.token)
    sites.append(site)
    crashesIn.append(nil)
    backups.append(nil)
    return site
  }

  var honest: [Site] { sites.filter(\.isHonest) }
  var wires: ByteLinks? { world.links as? ByteLinks }

  func run() throws(Violation) {
    world.say(
      "\(plan.nodes) nodes, \(plan.topology.shape), foes: "
        + "\(plan.foes.map(\.rawValue)), faults: \(plan.faults.map { "\($0)" })")
    tally.add(plan.topology.shape.occurrence)
    if plan.isLarge { tally.add(.large) }
    for site in sites { try world.start(site) }
    for (a, b) in pairs { try link(sites[a], sites[b]) }
    try world.run(for: 2_500)
    try safetyPhase()
    isSafetyPhase = false
    try NetworkLiveness(run: self).converge()
    try groups?.finish()
    try withdrawals.finish()
    try bug?.plantAtEnd(self)
    try NetworkEndCheck(run: self).check()
    try removals?.finish()
    if truth.order.contains(where: { truth.logs[$0]?.fork != nil }) { tally.add(.forked) }
    tally.add(.converged)
  }

  func link(_ a: Site, _ b: Site) throws(Violation) {
    guard let wires else { return try world.setLink(a, b, up: true) }
    let dials = ByteLinks.Dials.allCases[random.below(3)]
    try wires.setLink(a, b, up: true, dials: dials)
  }

  // MARK: Safety

  private func safetyPhase() throws(Violation) {
    for step in 0..<plan.steps {
      if step % plan.faultEvery == 0, let fault = plan.drawFault(&random) {
        try NetworkTrouble(run: self).cause(fault)
      }
      if random.below(3) > 0 { try publishSomewhere() }
      try removals?.work()
      try groups?.step()
      try withdrawals.step()
      if random.oneIn(10) { try backUp() }
      if rotates, rotations.oneIn(4) { try rotateSomewhere() }
      try operate()
      try world.run(for: drawPause())
    }
    guard plan.hasQuietDay else { return }
    world.say("a day passes")
    tally.add(.quietDay)
    try world.run(for: 25 * 3_600_000)
  }

  private func drawPause() -> UInt64 {
    if plan.isQuiet, random.oneIn(8) {
      tally.add(.quiet)
      return 660_000
    }
    return random.oneIn(12) ? UInt64(random.below(40_000)) : UInt64(20 + random.below(1_500))
  }

  func publishSomewhere() throws(Violation) {
    let count = plan.isLarge ? NetworkPlan.authorsOfLarge : sites.count
    let number = random.below(count)
    let site = sites[number]
    if plan.topology.carriers.contains(number) || site.isPaused(at: world.now) { return }
    let isBurst = random.oneIn(plan.isLarge ? 6 : 12)
    let isBig = random.oneIn(25)
    let entries = isBurst ? 16 + random.below(30) : 1 + random.below(3)
    let bytes =
      isBig && !isBurst
      ? NetworkPlan.largeBodyBytes
        + random.below(NetworkPlan.largestBodyBytes - NetworkPlan.largeBodyBytes)
      : random.below(plan.bodyBytes)
    guard try site.process?.publish(entries, bodyBytes: bytes) != nil else {
      return tally.add(.refused)
    }
    tally.add(isBurst ? .burst : isBig ? .bigBody : .single)
  }

  private func rotateSomewhere() throws(Violation) {
    let site = honest[rotations.below(honest.count)]
    let steps = NodeProcess.RotationStep.allCases
    let crash = rotations.oneIn(3) ? steps[rotations.below(steps.count)] : nil
    guard !site.isPaused(at: world.now), try site.process?.rotate(crash) == true else { return }
    tally.add(.rotated)
  }

  private func backUp() throws(Violation) {
    let site = honest[random.below(honest.count)]
    guard let process = site.process else { return }
    var sizes: [LogID: UInt64] = [:]
    for log in process.store.logs { sizes[log.id] = process.store.durableHead(log.id)?.size ?? 0 }
    backups[site.number] = (process.snapshot(), sizes)
    world.say("a copy of \(site.label) is taken")
  }

  /// The work of operators: restart a node whose disk failed, open the epoch after one that is
  /// closed.
  func operate() throws(Violation) {
    for site in honest where failed.contains(site.number) && (!isSafetyPhase || random.oneIn(4)) {
      failed.remove(site.number)
      if site.process == nil { tally.add(.startRefused) }
      world.say("the operator of \(site.label) looks after its disk")
      site.diskFault = nil
      tally.add(.diskRestart)
      try world.stop(site, isClean: false)
      try world.start(site)
    }
    for site in honest where needsEpoch(site) && (!isSafetyPhase || random.oneIn(8)) {
      // A peer that shows entries and never delivers them is named to the operator, and waived.
      guard site.process?.canOpenEpoch(without: { !self.plan.isHonest($0) }) == true else {
        continue
      }
      tally.add(.epochOpened)
      try site.process?.openEpoch()
    }
  }

  func needsEpoch(_ site: Site) -> Bool { site.process?.isClosed == true }

  /// The next time that the disk works the machine stops: what it was to do is done up to any of
  /// its operations.
  func crashInWrite(_ site: Site, until end: UInt64) {
    world.schedule(1) { [weak self] (world) throws(Violation) in
      guard let self, self.isSafetyPhase, world.now < end, let process = site.process else {
        return
      }
      guard process.diskWork.batch != nil else { return self.crashInWrite(site, until: end) }
      try NetworkTrouble(run: self).crash(site)
    }
  }

  // MARK: Observation

  private func watch() {
    world.observer.tell(truth)
    world.observer.started = { [unowned self] (process) throws(Violation) in
      process.diskWork.bug = self.bug?.ofDisk
      try self.truth.started(process)
    }
    world.observer.stored = { [unowned self] (site, log, head) throws(Violation) in
      guard site.isHonest else { return }
      world.chronicle.note(UInt64(site.number), head.size)
      try self.truth.stored(site, log, head)
      try self.removals?.stored(site, log)
    }
    world.observer.sent = { [unowned self] (process, session, message) throws(Violation) in
      self.messages += 1
      self.messageBytes += message.count
      try self.truth.said(process, session, message)
    }
    world.observer.heard = { [unowned self] (site, event) throws(Violation) in
      try self.hear(site, event)
    }
    world.observer.closes = { [unowned self] (site, peer, reason) throws(Violation) in
      try self.closes(site, peer, reason)
      switch reason {
      case .replaced: self.tally.add(.sessionReplaced)
      case .silent: self.tally.add(.silentClosed)
      case .aged: self.tally.add(.agedClosed)
      default: break
      }
    }
    world.observer.openedTwice = { [unowned self] (site, opening) throws(Violation) in
      try expect(
        !site.isHonest || !self.plan.isHonest(opening.card.name),
        "\(site.label) keeps a second opening of \(opening.identity.origin), which is honest")
    }
    world.observer.receipt = { [unowned self] (process, plan) throws(Violation) in
      try self.withdrawals.signs(process, plan)
    }
    world.observer.mended = { [unowned self] _, _ in self.tally.add(.mended) }
    world.observer.rotationBroke = { [unowned self] (process, step) throws(Violation) in
      self.tally.add(step.occurrence)
      let site = process.site
      self.world.schedule(0) { [weak self] (_) throws(Violation) in
        guard let self, site.process === process else { return }
        try NetworkTrouble(run: self).crash(site)
      }
    }
    world.observer.followed = { [unowned self] (_, next, known) throws(Violation) in
      guard next.origin == known.origin else { return }
      self.tally.add(next.serial > known.serial + 1 ? .cardsTaken : .cardTaken)
    }
    world.observer.accused = { [unowned self] (site, log, fault) throws(Violation) in
      try self.truth.accused(site, log, fault)
    }
    world.observer.misdeed = { [unowned self] _, kind, times in self.misdeeds.add(kind, times) }
    world.observer.diskFailed = { [unowned self] site in self.failed.insert(site.number) }
    world.observer.beforeEffect = { [unowned self] (process) throws(Violation) in
      guard let left = self.crashesIn[process.site.number] else { return }
      self.crashesIn[process.site.number] = left > 0 ? left - 1 : nil
      guard left == 0 else { return }
      self.tally.add(.crashAtEffect)
      try NetworkTrouble(run: self).crash(process.site)
    }
    world.observer.stepped = { [unowned self] (process) throws(Violation) in
      try self.stepped(process)
    }
  }

  /// Two honest nodes that are connected keep their session, whatever a third one signs or sends:
  /// one of them may be silent, old, or double, and no more. A disk that rots may send what is
  /// wrong.
  private func closes(_ site: Site, _ peer: NodeName?, _ reason: CloseReason) throws(Violation) {
    guard site.isHonest, let peer, plan.isHonest(peer), !plan.faults.contains(.rot) else { return }
    switch reason {
    case .silent, .replaced, .aged, .unread, .secondCopy: break
    case .malformed, .version, .drift, .failures, .credit, .protocolOrder:
      throw Violation("\(site.label) ends its session with \(peer), and both are honest: \(reason)")
    }
  }

  private func stepped(_ process: NodeProcess) throws(Violation) {
    stepsSeen += 1
    guard process.site.isHonest else { return }
    try expect(
      process.store.stagedBytes <= world.limits.stagedBytes,
      "\(process.site.label): \(process.store.stagedBytes) bytes wait for the disk")
    // Each costs a look at all sessions and logs.
    guard stepsSeen % (plan.isLarge ? 256 : 8) == 0 else { return }
    for queue in process.core.queues() {
      try expect(
        queue.count <= queue.limit,
        "\(process.site.label): \(queue.count) \(queue.name), and \(queue.limit) are the limit")
    }
  }

  private func hear(_ site: Site, _ event: Event) throws(Violation) {
    guard site.isHonest else { return }
    hearAnswer(event)
    switch event {
    case .disputed(let log, let peer, _):
      try expect(
        !isHonest(log) || !plan.isHonest(peer),
        "\(site.label) disputes \(truth.name(log)) with \(peer), and both are honest")
    case .contradiction(let log, _), .frozen(let log, _):
      try expect(!isHonest(log), "\(site.label): \(event) of \(truth.name(log)), which is honest")
    case .secondOpening(let log):
      try expect(!isHonest(log), "\(site.label): two openings after \(truth.name(log))")
      tally.add(.contested)
    case .malformed(let peer, let what):
      try expect(
        !plan.isHonest(peer), "\(site.label) does not understand \(peer), which is honest: \(what)"
      )
    case .unread(let peer, let part, _):
      try expect(
        !plan.isHonest(peer),
        "\(site.label) leaves unread what \(peer) sends, which is honest: \(part)")
      tally.add(.leftUnread)
    case .stalled: tally.add(.pullStalled)
    case .ownEntriesFrom: tally.add(.ownEntriesBack)
    case .signing(.ready): tally.add(.waited)
    case .count(let counter):
      switch counter {
      case .pushesDuplicate: tally.add(.duplicatePushed)
      case .pushesAhead: tally.add(.pushedAhead)
      case .chunksFailed, .checkpointsBad, .cosignaturesBad, .drifts, .entriesBad,
        .openingsRefused, .proofsBad, .probesBad:
        try expect(
          !plan.foes.isEmpty || plan.faults.contains(.rot),
          "\(site.label) counts \(counter.rawValue), and all are honest")
      default: break
      }
    default: break
    }
  }

  private func isHonest(_ log: LogID) -> Bool { truth.logs[log]?.signsOnce ?? false }
}

extension NetworkPlan {
  func drawFault(_ random: inout SplitMix64) -> Fault? {
    faults.isEmpty ? nil : faults[random.below(faults.count)]
  }
}
