import Log
import Replica
import Replication
import Store

/// Several installations of nodes on virtual time, with the links between them. Nothing else is
/// real.
final class World {
  private(set) var now: UInt64 = 1_000
  var random: SplitMix64
  let chronicle: Chronicle
  let limits: StoreLimits
  /// How long a message is on its way, in milliseconds: drawn for each.
  var delay: ClosedRange<UInt64> = 2...16
  /// How long a disk takes for what the store gives it at once.
  var diskDelay: ClosedRange<UInt64> = 1...4
  private(set) var sites: [Site] = []
  private var queue = EventQueue()
  /// Set before the first site is added, where it is to be another.
  lazy var links: any Links = MessageLinks(self)
  var observer = Observer()

  /// Hears of events; by default nothing is done, and a report that no honest node makes is wrong.
  struct Observer {
    /// Hears what every process reports.
    var heard: (Site, Event) throws(Violation) -> Void = { (_, _) throws(Violation) in }
    /// Hears of every head that became durable anywhere.
    var stored: (Site, LogID, LogHead) throws(Violation) -> Void = { (_, _, _) throws(Violation) in
    }
    /// Hears of every proof that a process kept.
    var proven: (Site, ForkProof) throws(Violation) -> Void = { (_, _) throws(Violation) in }
    var accused: (Site, LogID, AuthorFault) throws(Violation) -> Void = {
      (site, log, fault) throws(Violation) in
      throw Violation("\(site.label) accuses \(log) of a fault at \(fault.position)")
    }
    var openedTwice: (Site, Opening) throws(Violation) -> Void = {
      (site, opening) throws(Violation) in
      throw Violation("\(site.label) keeps a second opening of \(opening.identity.origin)")
    }
    /// A machine stops in the midst of a rotation.
    var rotationBroke: ((NodeProcess, NodeProcess.RotationStep) throws(Violation) -> Void)?
    /// A card took the place of another.
    var followed: ((NodeProcess, Card, Card) throws(Violation) -> Void)?
    /// A process opened its disk, and did nothing yet.
    var started: ((NodeProcess) throws(Violation) -> Void)?
    /// Sees what a core hands to its links.
    var sent: ((NodeProcess, SessionID, [UInt8]) throws(Violation) -> Void)?
    /// Called when a process has done all that an input brought about.
    var stepped: ((NodeProcess) throws(Violation) -> Void)?
    /// Called before each effect of a core: the machine may stop there.
    var beforeEffect: ((NodeProcess) throws(Violation) -> Void)?
    /// A core closes a session with a peer.
    var closes: (Site, NodeName?, CloseReason) throws(Violation) -> Void = {
      (_, _, _) throws(Violation) in
    }
    /// A damaged place is whole again.
    var mended: (Site, Damage) -> Void = { _, _ in }
    /// A foe did so many times what it is there for.
    var misdeed: (Site, FoeKind, Int) -> Void = { (_, _, _) in }
    /// A process is about to sign an erasure receipt.
    var receipt: ((NodeProcess, ReceiptPlan) throws(Violation) -> Void)?
    /// Something was sealed.
    var sealed: ((NodeProcess, SealedTruth.News) throws(Violation) -> Void)?
    /// The disk failed: the process serves on, and an operator restarts it.
    var diskFailed: (Site) -> Void = { _ in }
  }

  init(random: SplitMix64, chronicle: Chronicle, limits: StoreLimits) {
    self.random = random
    self.chronicle = chronicle
    self.limits = limits
  }

  func say(_ text: @autoclosure () -> String) { chronicle.say("\(now) \(text())") }

  func drawDelay() -> UInt64 { draw(delay) }
  func drawDiskDelay() -> UInt64 { draw(diskDelay) }

  private func draw(_ range: ClosedRange<UInt64>) -> UInt64 {
    range.lowerBound + UInt64(random.below(Int(range.upperBound - range.lowerBound) + 1))
  }

  // MARK: Sites

  @discardableResult
  func add(_ keys: NodeKeys, _ folder: Folder, token: RollbackToken?) -> Site {
    let site = Site(number: sites.count, keys: keys, folder: folder, token: token)
    sites.append(site)
    links.added(site)
    return site
  }

  func start(_ site: Site) throws(Violation) {
    guard site.process == nil, site.isWanted else { return }
    site.starts += 1
    site.startedAt = now
    say("\(site.label) starts")
    guard let process = try NodeProcess.start(site, self) else { return }
    site.process = process
    try observer.started?(process)
    try process.begin()
    links.started(site)
  }

  /// Ends a process; its sessions are gone.
  /// - Parameter isClean: everything is flushed, as by SIGTERM; else the machine stops.
  func stop(_ site: Site, isClean: Bool) throws(Violation) {
    guard let process = site.process else { return }
    say("\(site.label) \(isClean ? "stops" : "is gone")")
    if isClean { try process.flush() } else { process.crash() }
    process.isAlive = false
    site.runningMinutes = UInt64(site.runningMinute(now))
    site.process = nil
    try links.stopped(site, isClean: isClean)
  }

  /// Lets go of all processes and disks at the end of a run: a site holds its process, and who asks
  /// for a site may hold it longer than the run lasts.
  func end() {
    queue = EventQueue()
    links.end()
    observer = Observer()
    for site in sites {
      site.process?.end()
      site.process = nil
      site.folder = .empty
      site.diskFault = nil
      site.wear(nil, nil)
    }
    sites = []
  }

  // MARK: Links

  func setLink(_ a: Site, _ b: Site, up: Bool) throws(Violation) {
    try links.setLink(a, b, up: up)
  }

  /// Sites that have a session with this one, and since when.
  func connected(to site: Site) -> [(site: Site, since: UInt64)] { links.connected(to: site) }

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
