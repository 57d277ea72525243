import Crypto
import Groups
import Log
import Node
import Replica
import Replication
import Sealing
import Secrets
import Store

/// The desks of the daemon on the store of one process: they open what was sealed to its node, and
/// know its groups. They end with the process.
final class GroupSeat {
  unowned let process: NodeProcess
  /// The number of that process's start.
  let start: UInt16
  let desk: Desk
  let groups: GroupDesk
  /// The cards whose keys the desk has.
  private var cards: [CardNumber] = []
  /// Uses of groups that a planted mistake does not ask for again.
  var lastUse: [GroupName: GroupUse] = [:]
  /// Rounds of reading that the longest log of a run stays far below.
  private static let mostTurns = 10_000

  private var site: Site { process.site }

  init(_ process: NodeProcess) {
    self.process = process
    let site = process.site
    start = site.starts
    desk = Desk(
      store: process.store, secrets: site.keys.present(site.cardNumber), own: site.name)
    groups = GroupDesk(desk, process.replica, SiteAcceptances(site: site)) { [unowned site] name in
      site.folder.cards.first { $0.name == name }
    }
  }

  /// A rotation, or the newest export, brought others.
  private func takeKeys() {
    let own = site.folder.own
    let numbers = [site.cardNumber] + own.present(site.folder.epoch) + own.earlier
    guard numbers != cards else { return }
    cards = numbers
    var known: Set<SealingPublicKey> = []
    let different = numbers.map(site.keys.present)
      .filter { known.insert($0.sealing.publicKey).inserted }
    desk.take(
      different.map { secrets in
        SealingPair(
          sealing: Held(secrets.sealing.withSeed { SealingSecretKey(seed: $0) }),
          author: secrets.author)
      })
  }

  private func inTurns(
    _ work: (inout WorkBudget) throws(StoreError) -> Bool
  ) throws(StoreError) {
    takeKeys()
    for _ in 0..<GroupSeat.mostTurns {
      var budget = desk.newBudget()
      if try work(&budget) { return }
    }
    preconditionFailure("reading has no end")
  }

  /// Reads all that is stored of everybody's groups.
  func refresh() throws(StoreError) {
    try inTurns { budget throws(StoreError) in try groups.refresh(nil, &budget) }
  }

  /// Reads every grant of the log, and the history in it.
  func advance(_ log: LogIdentity) throws(StoreError) {
    let size = process.store.durableHead(log.id)?.size ?? 0
    try inTurns { budget throws(StoreError) in
      try desk.advance(desk.log(log).feed, to: size, &budget)
    }
  }

  /// - Returns: nil when the body of the entry is not here.
  func open(_ index: UInt64, of log: LogIdentity) throws(StoreError) -> RecordOpening? {
    let batch = try process.store.read(log.id, index..<(index + 1), maxBytes: 1 << 20)
    guard batch.bodyState(at: 0) == .present else { return nil }
    var opening: RecordOpening?
    try inTurns { budget throws(StoreError) in
      opening = try desk.open(batch, 0, of: log, &budget)
      return opening != nil
    }
    return opening
  }

  /// - Returns: nil while the own grants cannot be read.
  func sealer() -> Sealer? {
    let identity = process.identity
    guard (try? advance(identity)) != nil, let book = try? desk.ownBook(of: identity) else {
      return nil
    }
    let secrets = site.keys.present(site.cardNumber)
    return Sealer(
      book, secrets.sealing.publicKey,
      SlotSecrets(author: secrets.author) { _ in nil }, keys: desk.keys(for: identity),
      time: site.wallClock(process.now))
  }

  /// Nodes of the roster, as members of an audience: none of which two next epochs are known.
  func audience(_ names: [NodeName]) -> [AudienceMember] {
    names.compactMap { name in
      guard let card = site.folder.cards.first(where: { $0.name == name }),
        process.core.epochs.contested(of: name) == nil
      else { return nil }
      return AudienceMember(name: name, key: card.sealing)
    }
  }
}

/// `groups/` in the folder of a site.
private struct SiteAcceptances: AcceptanceFolder {
  unowned let site: Site

  var acceptances: [GroupAcceptance] { site.folder.acceptances }

  func save(_ acceptance: GroupAcceptance) throws(ControlError) {
    guard let process = site.process, process.store.condition == .running else { throw .diskFull }
    site.folder.acceptances.removeAll { $0.version.group == acceptance.version.group }
    site.folder.acceptances.append(acceptance)
  }
}
