import Crypto
import Groups
import Log
import Node
import Secrets
import Store

/// Groups of a run: one honest node convenes one, members come and go, accept, publish and give
/// history, and everybody tries to open everything (Protocols/records.md, REC-63;
/// Protocols/sealing.md, 5 and 11). Foes may convene others.
final class NetworkGroups {
  unowned let run: NetworkRun
  var random: SplitMix64
  /// Keys and nonces.
  var sealing: SeededRandom
  private(set) var truth = SealedTruth()
  let convener: Site
  let group: GroupName
  /// By the site's number.
  private var seats: [GroupSeat?]
  /// Records published so far: each says another thing.
  var published = 0

  private static let mostNodes = 12
  private static let leastHonest = 3

  var world: World { run.world }

  /// - Returns: nil for a run without groups.
  static func draw(_ run: NetworkRun, _ draw: GroupDraw) throws(Violation) -> NetworkGroups? {
    guard draw.isDrawn, run.plan.nodes <= mostNodes, run.honest.count >= leastHonest else {
      return nil
    }
    return try NetworkGroups(run, draw.random)
  }

  private init(_ run: NetworkRun, _ random: SplitMix64) throws(Violation) {
    self.run = run
    var random = random
    sealing = SeededRandom(seed: random.next())
    let authors = run.honest.filter { !run.plan.topology.carriers.contains($0.number) }
    let convener = authors[random.below(authors.count)]
    self.convener = convener
    guard let group = GroupName(convener: convener.name, id: "ctf") else {
      throw Violation("a name of a group")
    }
    self.group = group
    self.random = random
    seats = run.sites.map { _ in nil }
    run.world.observer.sealed = { [unowned self] (process, news) throws(Violation) in
      try self.heard(news, of: process)
    }
  }

  /// The desks of a site that runs and is not paused; nil of another.
  func seat(of site: Site) -> GroupSeat? {
    guard let process = site.process, process.isAlive, !site.isPaused(at: world.now) else {
      return nil
    }
    if let seat = seats[site.number], seat.start == site.starts { return seat }
    let seat = GroupSeat(process)
    seats[site.number] = seat
    return seat
  }

  /// Its grants were not stored: it knows of audiences that are not there.
  func drop(_ seat: GroupSeat) { seats[seat.process.site.number] = nil }

  /// The groups that members publish to: those that the process was told of.
  func isAuthor(_ site: Site) -> Bool {
    site.isHonest && !run.plan.topology.carriers.contains(site.number)
  }

  func drawn<Element>(_ elements: [Element]) -> Element? {
    elements.isEmpty ? nil : elements[random.below(elements.count)]
  }

  // MARK: Faults

  /// A step of the run: one of the members does something, and somebody reads.
  func step() throws(Violation) {
    for _ in 0..<(1 + random.below(3)) {
      switch random.below(14) {
      case 0..<3: try changeMembers()
      case 3..<8: try publishSomewhere()
      case 8..<11: try acceptSomewhere()
      default: try giveHistory()
      }
    }
    if random.oneIn(2), let site = drawn(run.sites), let seat = seat(of: site) {
      try read(by: seat, isEnd: false)
    }
  }

  private func heard(_ news: SealedTruth.News, of process: NodeProcess) throws(Violation) {
    if case .version(let version) = news, truth.version(version.version) != nil { return }
    truth.add(news)
  }

  // MARK: The convener

  private func changeMembers() throws(Violation) {
    guard let seat = seat(of: convener), (try? seat.refresh()) != nil else { return }
    let all = convener.folder.cards.map(\.name)
    guard let newest = seat.groups.groups.newest(of: group) else {
      try convene(all.filter { _ in random.oneIn(2) }, at: seat, after: nil)
      return
    }
    var members = newest.members.map(\.name).filter { $0 != convener.name }
    guard let name = drawn(all) else { return }
    if members.contains(name) {
      members.removeAll { $0 == name }
      if try convene(members, at: seat, after: newest) { run.tally.add(.memberRemoved) }
    } else if try convene(members + [name], at: seat, after: newest) {
      run.tally.add(.memberAdded)
    }
  }

  /// - Parameter names: of the other members; nobody: no version.
  /// - Returns: whether it was signed.
  @discardableResult
  func convene(
    _ names: [NodeName], at seat: GroupSeat, after newest: GroupRecord?
  ) throws(Violation) -> Bool {
    guard !names.isEmpty, !seat.groups.groups.isAwaited(group) else { return false }
    let version = try seat.process.convene(
      group, number: (newest?.version.number ?? 0) + 1, title: "Balkans", names, after: newest,
      at: seat, using: &sealing)
    guard version != nil else {
      drop(seat)
      return false
    }
    run.tally.add(.convened)
    return true
  }
}
