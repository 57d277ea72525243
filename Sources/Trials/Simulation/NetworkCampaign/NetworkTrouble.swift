import Log
import Store

/// Causes what a plan's faults are.
struct NetworkTrouble {
  let run: NetworkRun
  private var world: World { run.world }

  func cause(_ fault: NetworkPlan.Fault) throws(Violation) {
    switch fault {
    case .lose: try lose(tells: [true, true])
    case .halfOpen: try lose(tells: run.random.oneIn(2) ? [true, false] : [false, true])
    case .block: block(both: false)
    case .partition: partition()
    case .clog: clog()
    case .flip:
      if let wire = drawWire() { wire.streams[run.random.below(2)].flips = true }
    case .replay: try replay()
    case .cycle: try cycle()
    case .crash: try crash(drawSite())
    case .crashAtEffect: run.crashesIn[drawSite().number] = run.random.below(80)
    case .crashInWrite: run.crashInWrite(drawSite(), until: world.now + 20_000)
    case .stop: try stop(drawSite())
    case .restore: try restore()
    case .jump: jump(drawSite())
    case .pause: pause(drawSite())
    case .disk: breakDisk(drawSite())
    case .rot: rot()
    }
  }

  private func drawSite() -> Site { run.honest[run.random.below(run.honest.count)] }

  private func drawPair() -> (Site, Site) {
    let pairs = run.pairs
    let pair = pairs[run.random.below(pairs.count)]
    let (a, b) = (run.sites[pair.a], run.sites[pair.b])
    return run.random.oneIn(2) ? (a, b) : (b, a)
  }

  private func drawTime(_ most: Int) -> UInt64 {
    UInt64(run.random.oneIn(3) ? 1 + run.random.below(most) : 1 + run.random.below(most / 10 + 1))
  }

  // MARK: Links

  private func drawWire() -> Wire? {
    guard let wires = run.wires?.wires, !wires.isEmpty else { return nil }
    return wires[run.random.below(wires.count)]
  }

  private func lose(tells: [Bool]) throws(Violation) {
    if let wires = run.wires {
      guard let wire = drawWire() else { return }
      world.say("a connection of \(wire.sites) is lost; told: \(tells)")
      return wires.lose(wire, tells: tells)
    }
    let (a, b) = drawPair()
    try world.setLink(a, b, up: false)
    try world.setLink(a, b, up: true)
    run.tally.add(.connectionLost)
  }

  private func block(both: Bool) {
    let (a, b) = drawPair()
    let until = world.now + drawTime(90_000)
    world.say(
      "nothing gets from \(a.label) to \(b.label)\(both ? ", or back," : "") before \(until)")
    run.wires?.way(a.number, b.number) { $0.blockedUntil = until }
    if both { run.wires?.way(b.number, a.number) { $0.blockedUntil = until } }
  }

  /// Some of the nodes on one side, the rest on the other.
  private func partition() {
    guard let wires = run.wires else { return }
    let until = world.now + drawTime(90_000)
    let isThere = run.sites.map { _ in run.random.oneIn(2) }
    world.say("\(isThere) are apart until \(until)")
    run.tally.add(.partition)
    for (a, b) in run.pairs where isThere[a] != isThere[b] {
      wires.way(a, b) { $0.blockedUntil = until }
      wires.way(b, a) { $0.blockedUntil = until }
    }
  }

  private func clog() {
    let (a, b) = drawPair()
    let rate = 100 << run.random.below(8)
    world.say("the way from \(a.label) to \(b.label) takes \(rate) bytes a second")
    run.wires?.way(a.number, b.number) { $0.bytesPerSecond = rate }
    world.schedule(drawTime(60_000)) { [weak run] (_) throws(Violation) in
      run?.wires?.way(a.number, b.number) { $0.bytesPerSecond = nil }
    }
  }

  private func replay() throws(Violation) {
    guard let wires = run.wires, !wires.recordings.isEmpty else { return }
    let recording = wires.recordings[run.random.below(wires.recordings.count)]
    let site = run.random.oneIn(4) ? drawSite() : run.sites[recording.to]
    // A crowd of them fills the places for half-open connections.
    for _ in 0..<(run.random.oneIn(3) ? 20 : 1) { try wires.replay(recording, to: site) }
  }

  /// The links of one site stop one by one, and start in another order.
  private func cycle() throws(Violation) {
    let site = drawSite()
    var others: [Site] = []
    for (a, b) in run.pairs where a == site.number || b == site.number {
      others.append(run.sites[a == site.number ? b : a])
    }
    world.say("the links of \(site.label) stop one by one")
    for other in others {
      try world.setLink(site, other, up: false)
      try world.run(for: UInt64(run.random.below(800)))
    }
    run.random.shuffle(&others)
    for other in others {
      try run.link(site, other)
      try world.run(for: UInt64(run.random.below(800)))
    }
    run.tally.add(.linksCycled)
  }

  // MARK: Nodes

  func crash(_ site: Site) throws(Violation) {
    guard let process = site.process else { return }
    run.tally.add(process.diskWork.batch == nil ? .crash : .crashDuringWrite)
    try world.stop(site, isClean: false)
    startLater(site)
  }

  private func stop(_ site: Site) throws(Violation) {
    guard site.process != nil else { return }
    run.tally.add(.cleanStop)
    try world.stop(site, isClean: true)
    startLater(site)
  }

  private func startLater(_ site: Site) {
    if run.bug == .startsFromCopy, let backup = run.backups[site.number] {
      site.folder.image = backup.folder.image
    }
    let signsAtOnce = run.bug == .ignoresToken
    world.schedule(100 + drawTime(40_000)) { (world) throws(Violation) in
      try world.start(site)
      if signsAtOnce { _ = try site.process?.publish(1) }
    }
  }

  /// The machine is lost; a new one begins with a copy. Its token is kept if that closes the log,
  /// or nothing was signed after the copy; else it is lost, too: the copy that is younger than the
  /// token's last second is `restore`'s limit, not ours.
  private func restore() throws(Violation) {
    let copied = run.honest.filter { run.backups[$0.number]?.folder.epoch == $0.folder.epoch }
    // A copy that lacks nothing teaches little.
    let stale = copied.filter { ($0.token?.size ?? 0) > ownSizeOfCopy($0) }
    let candidates = stale.isEmpty ? copied : stale
    guard !candidates.isEmpty else { return }
    let site = candidates[run.random.below(candidates.count)]
    guard let backup = run.backups[site.number] else { return }
    let size = ownSizeOfCopy(site)
    let isKept = site.token.map { $0.size > size } == true && run.random.below(3) > 0
    try world.stop(site, isClean: false)
    world.say("\(site.label) comes back from a copy with \(size) own entries")
    // The newest export of its keys belongs to a backup.
    let own = site.folder.own
    site.folder = backup.folder
    if site.folder.own.serial < own.serial { run.tally.add(.restoredBefore) }
    site.folder.own.kept = max(own.kept, site.folder.own.kept)
    site.diskFault = nil
    if !isKept { site.token = nil }
    run.truth.forget(site)
    run.tally.add(isKept ? .restoredWithToken : .restoredWithoutToken)
    startLater(site)
  }

  private func ownSizeOfCopy(_ site: Site) -> UInt64 {
    run.backups[site.number]?.sizes[site.keys.identity(site.folder.epoch).id] ?? 0
  }

  private func jump(_ site: Site) {
    let day: Int64 = 86_400_000
    let days = Int64(run.random.below(20 * 365)) - 10 * 365
    site.clockOffset = days * day
    world.say("the clock of \(site.label) jumps by \(days) days")
    run.tally.add(.clockJump)
  }

  private func pause(_ site: Site) {
    guard site.process != nil else { return }
    site.pausedUntil = world.now + 500 + drawTime(120_000)
    world.say("\(site.label) does nothing before \(site.pausedUntil)")
    run.tally.add(.pause)
  }

  // MARK: Disks

  /// One of its next calls fails, in one of the ways of the store's campaign.
  private func breakDisk(_ site: Site) {
    guard site.diskFault == nil else { return }
    let kind = FaultKind.allCases[run.random.below(FaultKind.allCases.count)]
    let first = 1 + run.random.below(60)
    var fault = PlannedFault(at: first, kind)
    var call = 0
    var ignored = Tally<StoreOccurrence>()
    world.say("a call of \(site.label)'s disk will fail: \(kind)")
    site.diskFault = { [weak run] _, operation in
      call += 1
      let wasFired = fault.hasFired
      let answer = fault.answer(call, operation, &ignored)
      if answer != nil, !wasFired { run?.tally.add(kind.ofNetwork) }
      return answer
    }
    guard kind.isFull else { return }
    // There is room again.
    world.schedule(drawTime(40_000) + 1_000) { [weak site] (_) throws(Violation) in
      site?.diskFault = nil
    }
  }

  /// A bit of a log's files, once for each log, and on one site of the run: others have what it
  /// had.
  private func rot() {
    let rotten = run.sites.first(where: \.isRotten)
    let site = rotten ?? drawSite()
    guard let process = site.process, site.isHonest else { return }
    let candidates = process.disk.image.files.filter { file in
      guard case .log(let id, let name) = file, id != process.identity.id,
        !run.rotten.contains(id), run.truth.logs[id]?.signsOnce == true,
        run.honest.contains(where: {
          $0 !== site && run.truth.size($0, id) >= run.truth.size(site, id)
        })
      else { return false }
      return name.isMendable
    }
    guard !candidates.isEmpty else { return }
    let file = candidates[run.random.below(candidates.count)]
    let bytes = process.disk.image.content(of: file)?.count ?? 0
    guard bytes > 0 else { return }
    site.isRotten = true
    if case .log(let id, _) = file { run.rotten.insert(id) }
    let offset = run.random.below(bytes)
    process.disk.flip(file, at: offset, bit: run.random.below(8))
    world.say("a bit of \(file.path) of \(site.label) flips at \(offset)")
    run.tally.add(.rot)
  }
}

extension LogFile {
  /// True for files that peers or computation give back.
  fileprivate var isMendable: Bool {
    switch self {
    case .entries, .hashes, .bodies: true
    default: false
    }
  }
}

extension FaultKind {
  fileprivate var ofNetwork: NetworkOccurrence {
    switch self {
    case .errorNothingDone, .errorHalfDone, .errorAllDone: .diskError
    case .readOnly: .diskReadOnly
    case .fullOnce, .fullOnceNothing, .fullForLong: .diskFull
    }
  }
}
