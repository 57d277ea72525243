import Groups
import Log
import Node
import Sealing

// The end of a run with groups: faults are over, and everybody has everything.
extension NetworkGroups {
  /// Versions that the convener may need until all are content: each mends one defect that lost
  /// copies brought about.
  private static let mostVersions = 12
  private static let mostTries = 100

  /// The group works for all of its members, and opens for nobody else.
  func finish() throws(Violation) {
    let members = try settleMembers()
    for site in members { try expectUse(members, by: site) }
    for site in members where isAuthor(site) {
      try expectSoon("\(site.label) does not publish to \(group) in the end") {
        () throws(Violation) in
        guard let seat = seat(of: site) else { return false }
        return try publish(to: group, at: seat)
      }
    }
    try NetworkLiveness(run: run).arrive()
    try checkAll()
  }

  private func expectUse(_ members: [Site], by site: Site) throws(Violation) {
    guard let seat = seat(of: site), let use = use(of: group, at: seat) else {
      throw Violation("\(site.label) cannot use \(group) in the end")
    }
    let wanted = Set(members.map(\.name)).subtracting([site.name])
    let left = wanted.subtracting(use.members.map(\.name))
    try expect(
      left.isEmpty, "\(site.label) does not seal to \(left.sorted()) of \(use.version.text)")
  }

  /// A node to which a foe shows more of its own log than there is does not sign for a while.
  private func expectSoon(
    _ what: String, _ work: () throws(Violation) -> Bool
  ) throws(Violation) {
    for _ in 0..<NetworkGroups.mostTries {
      if try work() { return }
      try world.run(for: 2_000)
      try run.operate()
    }
    throw Violation(what)
  }

  /// A last version, or several, until every honest member may seal.
  private func settleMembers() throws(Violation) -> [Site] {
    let others = run.honest.filter { $0 !== convener }
    let members = [convener] + others.prefix(max(1, others.count - 1))
    let names = members.dropFirst().map(\.name)
    var why = ""
    for _ in 0..<NetworkGroups.mostVersions {
      try expectSoon("\(convener.label) cannot convene \(group) in the end") {
        () throws(Violation) in
        guard let seat = seat(of: convener), (try? seat.refresh()) != nil else { return false }
        return try convene(names, at: seat, after: seat.groups.groups.newest(of: group))
      }
      try NetworkLiveness(run: run).arrive()
      guard let what = try obstacle(members) else { return members }
      why = what
    }
    throw Violation("\(group) cannot be used in the end: \(why)")
  }

  private func obstacle(_ members: [Site]) throws(Violation) -> String? {
    for site in members {
      guard let seat = seat(of: site), (try? seat.refresh()) != nil else {
        throw Violation("\(site.label) cannot read groups in the end")
      }
      for name in seat.groups.groups.names {
        accept(name, random.oneIn(2) ? .auto : .ask, at: seat)
      }
      if case .refused(let refusal) = seat.groups.standing(of: group) {
        return "\(site.label): \(refusal)"
      }
    }
    return nil
  }

  /// By the desks that read all along, and by new ones that read everything at once.
  private func checkAll() throws(Violation) {
    for site in run.sites {
      guard let seat = seat(of: site) else { continue }
      for seat in [seat, GroupSeat(seat.process)] {
        try read(by: seat, isEnd: site.isHonest)
        if site.isHonest { try checkTwofold(at: seat) }
      }
    }
  }

  /// A convener that made two records of its newest version has a defect, and nobody seals to it.
  private func checkTwofold(at seat: GroupSeat) throws(Violation) {
    let process = seat.process
    guard (try? seat.refresh()) != nil else {
      throw Violation("\(process.site.label) cannot read groups in the end")
    }
    for name in seat.groups.groups.names {
      let newest = truth.newest(of: name, at: process)
      guard newest.count > 1, let number = newest.first?.version.number else { continue }
      try expect(
        seat.groups.groups.contradictions(of: name).contains(number)
          && seat.groups.standing(of: name) == .refused(.twofold),
        "\(process.site.label): \(name) has two records of version \(number), and is \(seat.groups.standing(of: name))"
      )
      run.tally.add(.twofoldShown)
    }
  }
}
