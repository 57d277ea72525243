import Crypto
import Log
import Replication
import Store

/// One restore: some nodes exchange entries, one of them is brought back from an older copy, and in
/// the end everybody wants to publish.
final class RestoreRun {
  enum Kind: CaseIterable {
    case plainRestart, tokenKept, tokenLost, tokenRolledBack, twinWithToken, twinWithoutToken

    var isTwin: Bool { self == .twinWithToken || self == .twinWithoutToken }
  }

  let world: World
  let kind: Kind
  var random: SplitMix64
  var tally = Tally<RestoreOccurrence>()
  /// Any log may fork, within a limit: an index that is signed again is judged in the end.
  let truth = Truth(signsOnce: { _ in false }, losesOwn: true)
  /// The node that is restored, as it goes on in the end.
  private(set) var victim: Site
  /// The site whose folder is the old copy.
  private(set) var copy: Site
  /// Logs that are given up as disputed or frozen by somebody.
  var disputed: Set<LogID> = []
  /// True when the limit of design 10 was met as the copy first signed.
  private var mayFork = false
  private var wasReleased = false
  private var sizeOfCopy: UInt64 = 0
  private var hasCopySigned = false
  private var tokenLagged = false
  /// The only peer that heard of what the copy lacks, and that it cannot reach at first.
  private var friend: Site?
  private let firstLog: LogID

  init(_ start: RunStart, random: SplitMix64, chronicle: Chronicle) throws(Violation) {
    var random = random
    kind = Kind.allCases[random.below(Kind.allCases.count)]
    world = World(
      random: SplitMix64(seed: random.next()), chronicle: chronicle, limits: start.limits)
    for (keys, folder, token) in start.nodes { world.add(keys, folder, token: token) }
    victim = world.sites[random.below(world.sites.count)]
    copy = victim
    firstLog = victim.keys.identity(1).id
    self.random = random
    world.observer.tell(truth)
    world.observer.heard = { [unowned self] (site, event) throws(Violation) in
      self.hear(site, event)
    }
  }

  func run() throws(Violation) {
    world.say("a run of \(world.sites.count) nodes, \(kind) of \(victim.label)")
    tally.add(kind.occurrence)
    try before()
    try bringBack()
    try after()
    try reunite()
    try RestoreCheck(run: self).check()
  }

  // MARK: Before

  private func before() throws(Violation) {
    var order = world.sites
    random.shuffle(&order)
    for site in order {
      try world.start(site)
      try world.run(for: UInt64(random.below(300)))
    }
    try link(world.sites, oneIn: 1)
    try world.run(for: 2_500)
    try exchange(steps: 2 + random.below(4))
  }

  /// Nodes publish, and links come and go.
  private func exchange(steps: Int, withLinks: Bool = true) throws(Violation) {
    for _ in 0..<steps {
      let site = random.oneIn(2) ? victim : world.sites[random.below(world.sites.count)]
      try wish(site, 1 + random.below(3))
      if withLinks, random.oneIn(3) { try changeLink() }
      try world.run(for: UInt64(random.below(2_500)))
    }
  }

  private func changeLink() throws(Violation) {
    let a = world.sites[random.below(world.sites.count)]
    let b = world.sites[random.below(world.sites.count)]
    if a.name != b.name { try world.setLink(a, b, up: random.oneIn(2)) }
  }

  /// Links of these sites with all others come up, in any order; all, or one in so many stays down.
  private func link(_ sites: [Site], oneIn down: Int) throws(Violation) {
    var pairs: [(Site, Site)] = []
    for a in sites {
      for b in world.sites where a.name != b.name && (a.number < b.number || !contains(sites, b)) {
        pairs.append((a, b))
      }
    }
    random.shuffle(&pairs)
    for (a, b) in pairs {
      try world.setLink(a, b, up: down == 1 || !random.oneIn(down))
      try world.run(for: UInt64(random.below(40)))
    }
  }

  private func contains(_ sites: [Site], _ site: Site) -> Bool {
    sites.contains { $0 === site }
  }

  // MARK: The copy

  private func bringBack() throws(Violation) {
    guard let process = victim.process else { throw Violation("the victim does not run") }
    let folder = process.snapshot()
    let token = victim.token
    world.say("a copy of \(victim.label) is taken")
    let hasFriend = kind != .plainRestart && random.oneIn(3)
    if hasFriend { try meetOneFriend() }
    // The token does not name entries that were signed in its last second.
    let isSudden = kind == .tokenKept && random.oneIn(2)
    if isSudden {
      try wish(victim, 1 + random.below(3))
      try world.run(for: UInt64(100 + random.below(600)))
    } else {
      if kind != .plainRestart { try exchange(steps: random.below(5), withLinks: !hasFriend) }
      try world.run(for: UInt64(random.below(3_000)))
    }
    guard !kind.isTwin else { return try beginTwin(folder, token) }
    let isClean = !isSudden && random.oneIn(2)
    tally.add(isClean ? .stoppedCleanly : .crashed)
    try world.stop(victim, isClean: isClean)
    if kind != .plainRestart {
      victim.folder = folder
      truth.forget(victim)
    }
    switch kind {
    case .tokenLost: victim.token = nil
    case .tokenRolledBack: victim.token = token
    default: break
    }
    try cutOff(victim)
    try world.run(for: UInt64(random.below(4_000)))
    if random.oneIn(4) { try restartPeer() }
    try startCopy()
  }

  /// From now on one peer alone hears of what the node does, and tells nobody.
  private func meetOneFriend() throws(Violation) {
    let others = world.sites.filter { $0.name != victim.name }
    let chosen = others[random.below(others.count)]
    for other in others where other !== chosen {
      try world.setLink(victim, other, up: false)
      try world.setLink(chosen, other, up: false)
    }
    try world.setLink(victim, chosen, up: true)
    friend = chosen
    try world.run(for: 1_500)
  }

  private func beginTwin(_ folder: Folder, _ token: RollbackToken?) throws(Violation) {
    copy = world.add(victim.keys, folder, token: kind == .twinWithToken ? token : nil)
    try cutOff(copy)
    try startCopy()
  }

  /// Some of the peers can be reached at first: none, some or all.
  private func cutOff(_ site: Site) throws(Violation) {
    let others = world.sites.filter { $0.name != site.name }
    let style = friend == nil ? random.below(4) : 1
    var reachable = 0
    for other in others {
      let isUp = other !== friend && (style == 1 || style > 1 && random.oneIn(2))
      try world.setLink(site, other, up: isUp)
      if isUp, other.process != nil { reachable += 1 }
    }
    tally.add(
      reachable == 0
        ? .noPeerReachable : reachable == others.count ? .allPeersReachable : .somePeersReachable)
  }

  private func restartPeer() throws(Violation) {
    let others = world.sites.filter { $0.name != victim.name }
    let peer = others[random.below(others.count)]
    try world.stop(peer, isClean: random.oneIn(2))
    try world.run(for: UInt64(random.below(1_500)))
    try world.start(peer)
    tally.add(.peersRestart)
  }

  private func startCopy() throws(Violation) {
    copy.isRestored = kind != .plainRestart
    try world.start(copy)
    guard let process = copy.process else { throw Violation("the copy does not run") }
    sizeOfCopy = process.store.durableHead(firstLog)?.size ?? 0
    let others = world.sites.filter { $0 !== copy }
    let most = others.map { truth.size($0, firstLog) }.max() ?? 0
    let isStale = process.tokenIsGood == false || most > sizeOfCopy
    if kind != .plainRestart {
      tally.add(isStale ? .stale : .notStale)
      tally.add(most > sizeOfCopy ? .peersHoldMore : .nobodyHoldsMore)
    }
    if process.isClosed { tally.add(.closedByToken) }
    tokenLagged = kind == .tokenKept && process.tokenIsGood
  }

  // MARK: After

  /// Everybody wants to publish while the network is as it is.
  private func after() throws(Violation) {
    let release = random.oneIn(12)
    for round in 0..<(3 + random.below(5)) {
      try wish(copy, 1)
      if random.oneIn(2) {
        try wish(world.sites[random.below(world.sites.count)], 1 + random.below(2))
      }
      if friend == nil, random.oneIn(4) { try changeLink() }
      if release, round == 2, case .waiting = copy.process?.core.signing {
        world.say("the operator of \(copy.label) ends the wait")
        tally.add(.released)
        wasReleased = true
        try copy.process?.step(.release)
      }
      try world.run(for: UInt64(random.below(9_000)))
    }
    // One answer is enough after half a minute; and not every operator waits for all peers.
    if random.oneIn(3) {
      try world.run(for: 33_000)
      try wish(copy, 1)
    }
    if !kind.isTwin, random.oneIn(4), let process = copy.process, process.isClosed,
      process.canOpenEpoch()
    {
      try process.openEpoch()
      try world.run(for: 3_000)
    }
  }

  /// Publishes, if the node may; and looks whether it should have known better.
  private func wish(_ site: Site, _ count: Int) throws(Violation) {
    guard let process = site.process else { return }
    let isFirst =
      site === copy && copy.isRestored && !hasCopySigned
      && process.identity.id == firstLog
    guard try process.publish(count) != nil else {
      tally.add(.refused)
      return
    }
    guard isFirst else { return }
    hasCopySigned = true
    try judgeFirstSignature(process)
  }

  /// The copy signs for the first time. That is a fork if more was signed before: only where the
  /// token was rolled back with the folder, and no peer that it could reach held more.
  private func judgeFirstSignature(_ process: NodeProcess) throws(Violation) {
    let size = process.store.durableHead(firstLog)?.size ?? 0
    try expect(process.tokenIsGood, "\(copy.label) signs without a token that lets it")
    // Entries that a peer stored in the last second may still be on their way.
    let margin: UInt64 = 1_000
    let past = world.now - margin
    for (peer, since) in world.connected(to: copy) where since <= past {
      try expect(
        wasReleased || truth.holdings.head(peer, firstLog, at: past).size <= size,
        "\(copy.label) signs entry \(size), which it could know that \(peer.label) holds")
    }
    mayFork = true
  }

  /// The name of a fork that is allowed; nil: none is.
  var limit: RestoreOccurrence? {
    guard mayFork else { return nil }
    if wasReleased { return .forkReleased }
    switch kind {
    case .tokenRolledBack: return .forkRolledBack
    case .twinWithToken: return .forkCopied
    case .tokenKept: return tokenLagged ? .forkLagging : nil
    case .plainRestart, .tokenLost, .twinWithoutToken: return nil
    }
  }

  // MARK: The end

  /// All links are up; of two copies one is stopped; who is closed opens the next epoch; and
  /// everybody publishes once more.
  private func reunite() throws(Violation) {
    world.say("all links come up")
    try link(world.sites, oneIn: 1)
    try world.run(for: 6_000)
    if copy !== victim {
      world.say("the operator stops the copy")
      copy.isWanted = false
      try world.stop(copy, isClean: true)
    }
    // A fork may come to light only by what is published then.
    for _ in 0..<3 {
      try settle()
      let check = RestoreCheck(run: self)
      try wait { () throws(Violation) in check.hasArrived() || sites.contains(where: needsEpoch) }
      if !sites.contains(where: needsEpoch) { return }
    }
  }

  /// Everybody is linked with everybody, who has to opens the next epoch, and all publish.
  private func settle() throws(Violation) {
    try wait { () throws(Violation) in
      for site in sites where needsEpoch(site) && site.process?.canOpenEpoch() == true {
        try site.process?.openEpoch()
      }
      return sites.allSatisfy {
        !needsEpoch($0) && $0.process?.core.signing == .ready
          && world.connected(to: $0).count == sites.count - 1
      }
    }
    for site in sites {
      try expect(site.process?.core.signing == .ready, "\(describe(site)) does not sign again")
      let size = try site.process?.publish(1)
      try expect(size != nil, "\(describe(site)) cannot publish in the end")
    }
  }

  /// The state that an operator would look at.
  private func describe(_ site: Site) -> String {
    guard let process = site.process else { return "\(site.label), which does not run," }
    let log = process.identity
    let others = world.sites.filter { $0 !== site }
      .map { "\($0.label) holds \(truth.size($0, log.id))" }
    return "\(site.label), \(process.core.signing), with "
      + "\(process.store.durableHead(log.id)?.size ?? 0) of \(process.core.knownSize(of: log.id)) "
      + "entries of \(log.origin), answered by \(process.core.answeredPeers) "
      + "(\(others.joined(separator: ", ")); linked to "
      + "\(world.connected(to: site).map(\.site.label)))"
  }

  /// Until it is so, a minute and a half at most; what then is not is the check's to say.
  private func wait(until isSo: () throws(Violation) -> Bool) throws(Violation) {
    for _ in 0..<45 {
      try world.run(for: 2_000)
      if try isSo() { return }
    }
  }

  /// The log is closed; or somebody holds a proof against it, and the operators spoke with each
  /// other.
  private func needsEpoch(_ site: Site) -> Bool {
    guard let process = site.process else { return false }
    return process.isClosed
      || truth.evidence.proofs.contains { $0.identity.id == process.identity.id }
  }

  /// The sites that are there in the end.
  var sites: [Site] { world.sites.filter(\.isWanted) }

  private func hear(_ site: Site, _ event: Event) {
    switch event {
    case .signing(.closed) where site === copy: tally.add(.closedByPeers)
    case .signing(.ready) where site === copy: tally.add(.waited)
    case .anotherCopy: tally.add(.copyNoticed)
    case .secondCopy: tally.add(.secondCopyRefused)
    case .ownEntriesFrom where site === victim: tally.add(.entriesBack)
    case .disputed(let log, _, _), .contradiction(let log, _), .frozen(let log, _):
      disputed.insert(log)
    default: break
    }
  }
}

extension RestoreRun.Kind {
  var occurrence: RestoreOccurrence {
    switch self {
    case .plainRestart: .plainRestart
    case .tokenKept: .tokenKept
    case .tokenLost: .tokenLost
    case .tokenRolledBack: .tokenRolledBack
    case .twinWithToken: .twinWithToken
    case .twinWithoutToken: .twinWithoutToken
    }
  }
}
