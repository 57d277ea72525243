import Crypto
import Groups
import JSON
import Log
import Node
import Sealing
import Secrets
import Store

// Records that the author of `liaisond` seals to groups, versions of its own groups, and history.
extension NodeProcess {
  /// Signs what `fill` seals, if the node may.
  /// - Returns: nil if it may not, or its disk did not take it: then the seat knows of grants that
  ///   are not there, and is of no use.
  func seal(
    at seat: GroupSeat, using random: inout SeededRandom,
    _ fill: (Sealer, inout EntryBuilder, inout SeededRandom) throws -> Void
  ) throws(Violation) -> EntryBatch? {
    guard let sealer = seat.sealer() else { return nil }
    return try sign { (builder) throws(Violation) in
      try must("\(site.label) seals") { try fill(sealer, &builder, &random) }
    }
  }

  /// Seals one record to these nodes, behind the grant that it needs.
  /// - Returns: the record, as it stands in the log.
  func seal(
    _ record: [UInt8], to names: [NodeName], scope: AudienceScope, isNewVersion: Bool = false,
    at seat: GroupSeat, using random: inout SeededRandom
  ) throws(Violation) -> SealedTruth.Record? {
    let members = seat.audience(names)
    guard !members.isEmpty else { return nil }
    var grant: UInt64 = 0
    let batch = try seal(at: seat, using: &random) { sealer, builder, random in
      let plan = try sealer.plan(to: members, scope: scope, isNewVersion: isNewVersion)
      switch plan.step {
      case .reuse(let index): grant = index
      case .open(let draft): grant = try sealer.append(draft, to: &builder, using: &random)
      }
      sealer.append(record, sealedTo: grant, to: &builder, using: &random)
    }
    guard let batch else { return nil }
    return SealedTruth.Record(
      place: place(batch, batch.count - 1), grant: grant, bytes: record,
      readers: Set(members.map(\.name) + [site.name]))
  }

  /// Publishes a version of an own group.
  /// - Parameter names: the other members.
  func convene(
    _ group: GroupName, number: UInt32, title: String, _ names: [NodeName],
    after previous: GroupRecord?, at seat: GroupSeat, using random: inout SeededRandom
  ) throws(Violation) -> SealedTruth.Version? {
    let others = site.folder.cards.filter { names.contains($0.name) }
      .map { GroupMember(name: $0.name, log: $0.identity.id) }
    let text = GroupRecord.text(
      group, number: number, title: title, purpose: ["ct"],
      members: [GroupMember(name: site.name, log: identity.id)] + others, after: previous)
    let record = try must("a version of a group") { try Record(checking: text) }
    guard
      let sealed = try seal(
        record.bytes, to: names, scope: .group(group), isNewVersion: true, at: seat,
        using: &random)
    else { return nil }
    let version = SealedTruth.Version(
      place: sealed.place,
      version: GroupVersion(group: group, number: number, hash: SHA256.hash(record.bytes)),
      members: [site.name] + others.map(\.name))
    world.say("\(site.label) convenes \(version.version.text): \(version.members)")
    try world.observer.sealed?(self, .version(version))
    try world.observer.sealed?(self, .record(sealed))
    return version
  }

  func place(_ batch: EntryBatch, _ position: Int) -> SealedTruth.Place {
    SealedTruth.Place(
      log: identity, index: batch.first + UInt64(position),
      leaf: EntryHeader.leafHash(
        of: batch.leaves.span, at: position * EntryLayout.leafBytes))
  }
}
