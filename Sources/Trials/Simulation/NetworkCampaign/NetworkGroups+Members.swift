import Groups
import Log
import Node
import Sealing
import Store

// The work of members: they accept, publish and give history.
extension NetworkGroups {
  func acceptSomewhere() throws(Violation) {
    guard let site = drawn(run.honest), let seat = seat(of: site), (try? seat.refresh()) != nil,
      let group = drawn(seat.groups.groups.names)
    else { return }
    let mode: GroupAcceptance.Mode =
      random.oneIn(12) ? .left : random.oneIn(2) ? .auto : .ask
    accept(group, mode, at: seat)
  }

  func accept(_ group: GroupName, _ mode: GroupAcceptance.Mode, at seat: GroupSeat) {
    guard group.convener != seat.process.site.name,
      let newest = seat.groups.groups.newest(of: group),
      (try? seat.groups.accept(group, mode, version: newest.version.number)) != nil
    else { return }
    switch mode {
    case .ask: run.tally.add(.accepted)
    case .auto: run.tally.add(.acceptedAlways)
    case .left: run.tally.add(.left)
    }
  }

  // MARK: Publishing

  func publishSomewhere() throws(Violation) {
    guard let site = drawn(run.honest.filter(isAuthor)), let seat = seat(of: site),
      (try? seat.refresh()) != nil, let group = drawn(seat.groups.groups.names)
    else { return }
    _ = try publish(to: group, at: seat)
  }

  /// - Returns: whether it was signed.
  func publish(to group: GroupName, at seat: GroupSeat) throws(Violation) -> Bool {
    guard let use = use(of: group, at: seat) else { return false }
    published += 1
    let record =
      #"{"type":"note","v":1,"id":"\#(published)","group":"\#(use.version.text)","#
      + #""groupHash":"\#(use.version.hash)"}"#
    guard
      let sealed = try seat.process.seal(
        Array(record.utf8), to: use.members.map(\.name), scope: .group(group), at: seat,
        using: &sealing)
    else {
      drop(seat)
      return false
    }
    let process = seat.process
    world.say(
      "\(process.site.label) seals \(sealed.place.index) to \(use.version.text): \(sealed.readers.sorted())"
    )
    try checkSealed(sealed, to: use.version, by: process)
    try world.observer.sealed?(process, .record(sealed))
    run.tally.add(.sealedToGroup)
    if !use.waiting.isEmpty { run.tally.add(.additionWaits) }
    countRace(use.version, by: process.site)
    return true
  }

  /// Whom the node seals to now; nil: to nobody.
  func use(of group: GroupName, at seat: GroupSeat) -> GroupUse? {
    if run.bug == .sealsToRemoved, let known = seat.lastUse[group] { return known }
    guard (try? seat.refresh()) != nil else { return nil }
    switch seat.groups.standing(of: group) {
    case .refused(let refusal):
      count(refusal)
      return nil
    case .usable(let use):
      guard use.strangers.isEmpty else { return nil }
      seat.lastUse[group] = use
      return use
    }
  }

  /// Nobody can prevent that a removal is under way.
  private func countRace(_ version: GroupVersion, by site: Site) {
    let newer = truth.versions.filter {
      $0.version.group == version.group && $0.version.number > version.number
    }
    guard let newest = newer.max(by: { $0.version.number < $1.version.number }) else { return }
    run.tally.add(newest.members.contains(site.name) ? .sealedToEarlier : .removedPublishes)
  }

  private func count(_ refusal: GroupRefusal) {
    switch refusal {
    case .notAccepted: run.tally.add(.notAccepted)
    case .unreadable: run.tally.add(.versionAwaited)
    case .twofold: run.tally.add(.twofold)
    case .unknown, .notMember, .tornOff, .left, .older, .nobodyElse: break
    }
  }

  /// By what stands on the author's disk: it seals to the members of the newest version alone that
  /// it can read, and to nobody while there are two of it.
  private func checkSealed(
    _ record: SealedTruth.Record, to version: GroupVersion, by process: NodeProcess
  ) throws(Violation) {
    let what = "\(process.site.label) seals \(record.place.index) to \(version.text)"
    guard let members = truth.version(version)?.members else {
      throw Violation("\(what), which nobody made")
    }
    let strangers = record.readers.subtracting(members).sorted()
    try expect(strangers.isEmpty, "\(what), and to \(strangers), who are no members")
    let newest = truth.newest(of: version.group, at: process)
    guard let first = newest.first, first.version.number >= version.number else { return }
    try expect(
      newest.count == 1, "\(what), and \(version.group.convener) made two of that version")
    try expect(
      first.version == version, "\(what), and has read version \(first.version.number)")
  }

  // MARK: History

  func giveHistory() throws(Violation) {
    guard let site = drawn(run.honest.filter(isAuthor)), let seat = seat(of: site),
      let use = use(of: group, at: seat)
    else { return }
    let process = seat.process
    let own = truth.records.filter { $0.place.log == process.identity }
    let joined = use.members.filter { member in
      own.contains { !$0.readers.contains(member.name) }
    }
    guard let receiver = drawn(joined) else { return }
    let since = drawSince(own, receiver.name, process)
    let receivers = seat.audience([receiver.name])
    guard !receivers.isEmpty,
      let gift = process.gather(of: use.version, since: since, to: receivers, at: seat),
      !gift.drafts.isEmpty
    else { return }
    guard try process.give(gift, at: seat, using: &sealing) else { return drop(seat) }
    if gift.audiences > 0 { run.tally.add(.historyOfGrants) }
    if gift.records > 0 { run.tally.add(.historyOfRecords) }
  }

  /// The beginning; or the time of a record that the receiver has not, in the midst of its
  /// audience where there is one: then single records are given.
  private func drawSince(
    _ own: [SealedTruth.Record], _ receiver: NodeName, _ process: NodeProcess
  ) -> UInt64 {
    let missing = own.filter { !$0.readers.contains(receiver) }
    let later = missing.filter { $0.place.index > $0.grant + 1 }
    guard !random.oneIn(3), let record = drawn(later.isEmpty ? missing : later) else { return 0 }
    return time(of: record, process) ?? 0
  }

  private func time(of record: SealedTruth.Record, _ process: NodeProcess) -> UInt64? {
    guard record.place.isStored(in: process.store) else { return nil }
    let index = record.place.index
    return try? process.store.read(
      record.place.log.id, index..<(index + 1), maxBytes: 1 << 20
    ).header(at: 0).time
  }
}
