package import Log
import Replication
import Store

// Damage on its way from the disk to the peers and back (Protocols/store.md, 7.4).
extension Replica {
  /// Tells what reads and the scrub found and what is mended, and asks peers for what only they can
  /// give.
  package func watchDamage() {
    for found in store.takeDamage() {
      damage.isDue = true
      host.tell(.damageFound(found))
    }
    for mended in store.takeMended() {
      damage.isDue = true
      host.tell(.mended(mended))
      // Such a record may have said that the body is hidden.
      if case .log(let id, .bodiesIndex) = mended.file,
        let log = store.logs.first(where: { $0.id == id })
      {
        withdrawals.recheck(log.origin.name)
      }
    }
    if store.takeAbsent() { damage.isDue = true }
    guard damage.isDue else { return }
    damage.isDue = false
    for log in store.logs where host.goesOn() { askAgain(for: log.id) }
  }

  private func askAgain(for log: LogID) {
    let ranges = store.damagedRanges(log)
    let before = damage.asked[log] ?? []
    guard ranges != before else { return }
    damage.asked[log] = ranges
    host.tell(
      .readsOtherwise(
        log, (before + ranges).filter { before.contains($0) != ranges.contains($0) }))
    damage.lost[log]?.removeAll { lost in !ranges.contains { $0.overlaps(lost) } }
    step(.damaged(log, ranges))
  }

  /// Takes a peer's entries for what is damaged here.
  func mend(_ log: LogID, with batch: EntryBatch, from peer: NodeName) {
    let outcome: MendOutcome
    do throws(StoreError) {
      outcome = try store.mend(log, with: batch)
    } catch {
      host.tell(.count("store.refused", 1))
      return host.tell(
        .line(.warning, "\(name(of: log)): what \(peer) sent was not mended: \(error)"))
    }
    if !outcome.mended.isEmpty {
      host.tell(.count("store.entries-mended", UInt64(outcome.mended.count)))
      host.tell(
        .repeated(
          .notice, kind: "mended \(log) \(peer)",
          "mended: \(name(of: log)), entries \(list(outcome.mended)), with what \(peer) sent"))
    }
    if !outcome.wrong.isEmpty {
      host.tell(
        .repeated(
          .warning, kind: "mended-wrong \(log) \(peer)",
          "\(name(of: log)): entries \(list(outcome.wrong)) of \(peer) are not those that are missing here"
        ))
      step(.mendRefused(log, peer))
    }
    damage.isDue = true
    watchDamage()
  }

  /// Own entries that nobody has: the end of the epoch, for nothing is invented.
  func lost(_ range: Range<UInt64>, _ asked: [NodeName]) {
    let what =
      range.count == 1
      ? "entry \(range.lowerBound)" : "entries \(range.lowerBound) to \(range.upperBound - 1)"
    step(.close(because: "own \(what) damaged here, and \(whoHadNothing(asked))"))
  }

  /// The peers that were asked, and those that were not: an operator may know of a copy there.
  package func whoHadNothing(_ asked: [NodeName]) -> String {
    let others = partners.map(\.card.name).filter { !asked.contains($0) }
    let rest = others.isEmpty ? "" : " (not asked: \(list(others)))"
    return "none of the peers that were asked (\(list(asked))) gave it whole\(rest)"
  }

  package func list(_ names: [NodeName]) -> String {
    names.isEmpty ? "its peers" : names.map(\.text).joined(separator: ", ")
  }

  /// The first few, for a line of the log.
  private func list(_ indices: [UInt64]) -> String {
    let shown = indices.prefix(8).map(String.init).joined(separator: " ")
    return indices.count > 8 ? shown + " and \(indices.count - 8) more" : shown
  }
}
