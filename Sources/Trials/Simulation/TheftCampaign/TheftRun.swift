import Log
import Replication
import Store

/// One theft: nodes exchange entries and withdraw some of their own; a member with the running key
/// of one of them forks its log back, withdraws everything and writes keys; links come and go,
/// machines stop; the operator opens the next epoch at what was the author's. Then all that hold
/// the same must have concluded the same, and nothing of the author's is lost.
final class TheftRun {
  let world: World
  private(set) var tally = Tally<TheftOccurrence>()
  private var random: SplitMix64
  private let victim: Site
  private let turned: Site
  private let thief: Thief
  private let ways: FoeWays
  private let truth: Truth
  /// The size of the author's log, and the entries that the author withdrew.
  private var size: UInt64 = 0
  private var withdrawn: Set<UInt64> = []
  /// Hears nothing while the author writes.
  private var away: Site?
  private var kinds: [UInt64: EntryKind] = [:]

  private var honest: [Site] { world.sites.filter { $0 !== turned } }

  init(_ start: RunStart, random: SplitMix64, chronicle: Chronicle) throws(Violation) {
    var random = random
    world = World(
      random: SplitMix64(seed: random.next()), chronicle: chronicle, limits: start.limits)
    for (keys, folder, token) in start.nodes { world.add(keys, folder, token: token) }
    victim = world.sites[random.below(world.sites.count)]
    let others = world.sites.filter { [victim] in $0 !== victim }
    turned = others[random.below(others.count)]
    thief = Thief(victim: victim.keys)
    ways = FoeWays(turned, world, random: SplitMix64(seed: random.next()))
    turned.wear(thief, ways)
    // The thief may sign in the name of its victim.
    truth = Truth(signsOnce: { [name = victim.name] in $0 != name })
    world.observer.tell(truth)
    self.random = random
  }

  func run() throws(Violation) {
    world.say(
      "a run of \(world.sites.count) nodes: \(turned.label) has the running key of \(victim.label)")
    for site in world.sites { try world.start(site) }
    try linkAll()
    try world.run(for: 4_000)
    try author()
    try steal()
    try open()
    try reunite()
    try check(isErased: false)
    try goOn()
    try check(isErased: false)
    for site in honest { site.runningMinutes += 8 * 24 * 60 }
    try settle { (process) throws(Violation) in try process.examineAll() }
    try check(isErased: true)
  }

  // MARK: Events

  private func author() throws(Violation) {
    if random.oneIn(2) { try cutOff() }
    for site in honest where random.oneIn(2) { _ = try site.process?.publish(1 + random.below(3)) }
    for _ in 0..<(2 + random.below(3)) {
      _ = try victim.process?.publish(1 + random.below(20))
      if random.oneIn(2) { try changeLink() }
      try world.run(for: UInt64(200 + random.below(2_000)))
      let end = victim.process?.store.state(log)?.size ?? 0
      guard end > 2, random.oneIn(2) else { continue }
      let named = (1..<end).filter { _ in random.oneIn(4) }
      guard !named.isEmpty, try victim.process?.withdraw(named) == true else { continue }
      withdrawn.formUnion(named)
    }
    try world.run(for: 2_500)
    guard let process = victim.process else { throw Violation("the victim does not run") }
    size = process.store.durableHead(log)?.size ?? 0
    for entry in try must(
      "the victim's entries", { try process.store.controlEntries(log, from: 0) })
    {
      kinds[entry.index] = EntryKind(rawValue: entry.kind)
    }
    withdrawn = withdrawn.filter { kinds[$0] == nil }
    if !withdrawn.isEmpty { tally.add(.authorWithdrew) }
  }

  private func steal() throws(Violation) {
    var acts = Thief.Act.allCases
    random.shuffle(&acts)
    // Now and then the proof comes behind the opening.
    if random.oneIn(3) { acts.removeAll { $0 == .forksBack } }
    for act in acts {
      try thief.act(act, at: size, ways)
      if let away {
        // It hears of the theft before it hears the rest of the log, if those froze that it meets.
        let others = honest.filter { $0 !== away }
        try world.setLink(away, others[random.below(others.count)], up: true)
        self.away = nil
      }
      if random.oneIn(2) { try changeLink() }
      if random.oneIn(4) { try restart() }
      try world.run(for: UInt64(random.below(3_000)))
    }
    noteTheft()
  }

  /// Counts the parts of the theft that have reached somebody.
  private func noteTheft() {
    if let index = thief.forkedAt { tally.add(index == 0 ? .forkedAtFirst : .forkedLater) }
    for process in honest.compactMap(\.process) {
      let late = (try? process.store.controlEntries(log, from: size)) ?? []
      for entry in late {
        switch EntryKind(rawValue: entry.kind) {
        case .withdrawal: tally.add(.withdrewAll)
        case .keys: tally.add(.wroteKeys)
        default: break
        }
      }
      let held = min(process.store.durableHead(log)?.size ?? 0, size)
      let isHidden = (0..<held).contains { index in
        !withdrawn.contains(index) && (try? process.store.bodyState(log, index)) == .hidden
      }
      if isHidden { tally.add(.hidden) }
      if let frozenAt = process.core.frozenAt(log), held < size, frozenAt < size {
        tally.add(.lacking)
      }
    }
  }

  /// On a clean machine, at what the author wrote: what the thief signed above is late.
  private func open() throws(Violation) {
    try world.start(victim)
    try victim.process?.openEpoch(endingAt: size)
    try world.run(for: UInt64(random.below(5_000)))
    // Once more, to those that were away.
    let wasForked = thief.forkedAt != nil
    for act in Thief.Act.allCases where random.below(3) > 0 { try thief.act(act, at: size, ways) }
    if !wasForked, thief.forkedAt != nil { tally.add(.lateProof) }
  }

  /// The author goes on, and opens one more epoch; then what was stolen of the ones before is
  /// tried.
  private func goOn() throws(Violation) {
    _ = try victim.process?.publish(1 + random.below(3))
    try world.run(for: 3_000)
    try victim.process?.openEpoch()
    try settle { (_) throws(Violation) in }
    for site in honest {
      let epoch = site === victim ? site.folder.epoch : card(of: victim, at: site)?.origin.epoch
      try expect(epoch == 3, "\(site.label) follows epoch \(epoch ?? 0) of \(victim.label)")
    }
    tally.add(.openedAgain, try thief.openAgain(endingAt: size, ways))
    tally.add(.cosigned, try thief.cosign(ways))
    if random.oneIn(2) { try restart() }
    try settle { (_) throws(Violation) in }
  }

  private func card(of site: Site, at holder: Site) -> Card? {
    holder.folder.cards.first { $0.name == site.name }
  }

  private func reunite() throws(Violation) {
    for site in world.sites { try world.start(site) }
    try linkAll()
    try world.run(for: 5_000)
    try thief.showFork(ways)
    try settle { (_) throws(Violation) in }
  }

  /// A process that began anew knows of no absent body before it has read the entries again, as the
  /// scrub does each day.
  private func settle(
    _ work: (NodeProcess) throws(Violation) -> Void
  ) throws(Violation) {
    for _ in 0..<3 {
      for site in honest {
        guard let process = site.process else { continue }
        try work(process)
        try process.readAll()
      }
      try world.run(for: 60_000)
    }
  }

  /// One node hears nothing more for a while.
  private func cutOff() throws(Violation) {
    let others = honest.filter { $0 !== victim }
    let site = others[random.below(others.count)]
    for other in world.sites where other !== site { try world.setLink(site, other, up: false) }
    away = site
  }

  private func changeLink() throws(Violation) {
    let a = world.sites[random.below(world.sites.count)]
    let b = world.sites[random.below(world.sites.count)]
    if a !== b, a !== away, b !== away { try world.setLink(a, b, up: random.oneIn(2)) }
  }

  private func restart() throws(Violation) {
    let site = honest[random.below(honest.count)]
    tally.add(.restarted)
    try world.stop(site, isClean: random.oneIn(2))
    try world.run(for: UInt64(random.below(1_500)))
    try world.start(site)
  }

  private func linkAll() throws(Violation) {
    for a in world.sites {
      for b in world.sites where a.number < b.number { try world.setLink(a, b, up: true) }
    }
  }

  // MARK: Checks

  private var log: LogID { victim.keys.identity(1).id }

  private func check(isErased: Bool) throws(Violation) {
    var freezes: Set<UInt64?> = []
    for site in honest {
      guard let process = site.process else { throw Violation("\(site.label) does not run") }
      let held = process.store.durableHead(log)?.size ?? 0
      try expect(held >= size, "\(site.label) has \(held) of the author's \(size) entries")
      freezes.insert(process.core.frozenAt(log))
      try expect(
        process.core.standsBelow(log) == size,
        "\(site.label): the log stands below \(process.core.standsBelow(log)), and it ended at \(size)"
      )
      for index in 0..<size {
        try expect(
          !process.core.isDisputed(log, at: index), "\(site.label): entry \(index) is disputed")
        try check(index, process, isErased: isErased)
      }
      for index in size..<max(size, held) {
        try expect(process.core.epochs.endsAt(log) == size, "\(site.label): \(index) is not late")
      }
      try checkKeys(process)
    }
    try expect(freezes.count == 1, "freezes differ: \(freezes)")
    try expect(thief.forkedAt == nil || freezes != [nil], "a fork was shown, and nobody froze")
  }

  /// No key of the thief's counts, and nothing that it opened or cosigned with keys whose time is
  /// over.
  private func checkKeys(_ process: NodeProcess) throws(Violation) {
    let label = process.site.label
    try expect(
      process.core.epochs.contested(of: victim.name) == nil, "\(label): an epoch is contested")
    if let card = card(of: victim, at: process.site) {
      try expect(
        card.identity == victim.keys.identity(card.origin.epoch) && card.serial == 1,
        "\(label) took the thief's keys")
    }
    let inForce = try cardInForce(process)
    try expect(inForce.serial == 1, "\(label): the thief's keys entry is in force")
    for log in process.store.logs {
      try expect(
        !process.store.cosignatures(log.id).contains {
          $0.cosignature.time == Thief.cosigningTime
        }, "\(label): what the thief cosigned of \(log.origin) counts")
    }
  }

  /// The card that the entries of the victim's log bring into force (Protocols/card.md, CARD-33).
  private func cardInForce(_ process: NodeProcess) throws(Violation) -> Card {
    var force = CardInForce(genesis: try victim.keys.card(1))
    let entries = try must("the victim's entries") {
      try process.store.controlEntries(log, from: 0)
    }
    for entry in entries where entry.kind == EntryKind.keys.rawValue {
      let batch = try must("a keys entry") {
        try process.store.read(log, entry.index..<(entry.index + 1), maxBytes: 1 << 20)
      }
      guard let body = batch.body(at: 0), let change = try? KeysChange.parse(Array(body)) else {
        continue
      }
      _ = force.take(change.card, at: entry.index, standsBelow: process.core.standsBelow(log))
    }
    return force.card
  }

  private func check(_ index: UInt64, _ process: NodeProcess, isErased: Bool) throws(Violation) {
    let state = try must("\(process.site.label): entry \(index)") {
      try process.store.bodyState(log, index)
    }
    let wanted: BodyState = withdrawn.contains(index) ? (isErased ? .purged : .hidden) : .present
    try expect(
      state == wanted,
      "\(process.site.label): the body of \(index) is \(state), and must be \(wanted)")
  }
}
