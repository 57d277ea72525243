import Log
import Replication
import Runtime
import Store

/// What is damaged here, as the core and the operator were told.
struct DamageWatch {
  /// Sent to the core last.
  var asked: [LogID: [Range<UInt64>]] = [:]
  /// No peer has it.
  var lost: [LogID: [Range<UInt64>]] = [:]
  /// Something may have changed since the last look.
  var isDue = true

  mutating func lose(_ range: Range<UInt64>, of log: LogID) -> Bool {
    if lost[log, default: []].contains(range) { return false }
    lost[log, default: []].append(range)
    return true
  }
}

// Damage on its way from the disk to the peers and back (Protocols/store.md, 7.4).
extension Node {
  /// Reports what reads and the scrub found and what is mended, and asks peers for what only they can give.
  func watchDamage() {
    for found in store.takeDamage() {
      damage.isDue = true
      counters.add("store.damage-found")
      beginPassAfterDamage()
      journal.error("damage: \(found)")
    }
    for mended in store.takeMended() {
      damage.isDue = true
      counters.add("store.damage-mended")
      journal.notice("mended: \(mended.file.path)\(mended.index.map { " [\($0)]" } ?? "")")
      // Such a record may have said that the body is hidden.
      if case .log(let id, .bodiesIndex) = mended.file,
        let log = store.logs.first(where: { $0.id == id })
      {
        withdrawals.recheck(log.origin.name)
      }
    }
    if store.takeUnveiled() { damage.isDue = true }
    guard damage.isDue else { return }
    damage.isDue = false
    for log in store.logs { askAgain(for: log.id) }
  }

  private func askAgain(for log: LogID) {
    let ranges = store.damagedRanges(log)
    let before = damage.asked[log] ?? []
    guard ranges != before else { return }
    damage.asked[log] = ranges
    // A grant may be among what was mended, and a tail may wait for it.
    if log != identity.id { desk.forget(log) }
    for range in before + ranges where before.contains(range) != ranges.contains(range) {
      damageChanged(range, of: log)
    }
    wakeObservers()
    damage.lost[log]?.removeAll { lost in !ranges.contains { $0.overlaps(lost) } }
    step(.damaged(log, ranges))
  }

  /// What a peer sent for what is damaged here.
  func mend(_ log: LogID, with batch: EntryBatch, from peer: NodeName) {
    let outcome: MendOutcome
    do throws(StoreError) {
      outcome = try store.mend(log, with: batch)
    } catch {
      counters.add("store.refused")
      return journal.warning("\(name(of: log)): what \(peer) sent was not mended: \(error)")
    }
    if !outcome.mended.isEmpty {
      counters.add("store.entries-mended", UInt64(outcome.mended.count))
      say(
        .notice, "mended \(log) \(peer)",
        "mended: \(name(of: log)), entries \(list(outcome.mended)), with what \(peer) sent")
    }
    if !outcome.wrong.isEmpty {
      say(
        .warning, "mended-wrong \(log) \(peer)",
        "\(name(of: log)): entries \(list(outcome.wrong)) of \(peer) are not those that are missing here"
      )
      step(.mendRefused(log, peer))
    }
    scrub.unreadable.remove(log)
    damage.isDue = true
    watchDamage()
  }

  /// Every connected peer was asked. Of one's own log it is the end of the epoch: nothing is invented.
  func unrepairable(_ log: LogID, _ range: Range<UInt64>, _ asked: [NodeName]) {
    guard damage.lose(range, of: log) else { return }
    // A tail waits for it no longer.
    damageChanged(range, of: log)
    wakeObservers()
    let what = range.count == 1 ? "entry \(range.lowerBound)" : "entries \(text(range))"
    let missing = "damaged here, and \(whoHadNothing(asked))"
    guard log == identity.id else {
      // Its author decides how many there are: `status` has them all.
      return say(
        .error, "unrepairable \(log)",
        "\(name(of: log)): \(what) \(missing); they are asked again later")
    }
    counters.add("store.own-entries-lost", UInt64(range.count))
    journal.error(
      "LOST: \(identity.origin), \(what): \(missing). The next epoch is needed: liaison epoch open"
    )
    step(.close(because: "own \(what) \(missing)"))
  }

  /// Who was asked, and who was not: an operator may know of a copy there.
  private func whoHadNothing(_ asked: [NodeName]) -> String {
    let others = roster.entries.map { $0.card.name }.filter { !asked.contains($0) }
    let rest = others.isEmpty ? "" : " (not asked: \(list(others)))"
    return "none of the peers that were asked (\(list(asked))) gave it whole\(rest)"
  }

  func damagedText(_ log: LogID) -> [String] { store.damagedRanges(log).map(text) }
  func undecidedText(_ log: LogID) -> [String] { store.undecidedRanges(log).map(text) }
  func lostText(_ log: LogID) -> [String] { (damage.lost[log] ?? []).map(text) }

  private func text(_ range: Range<UInt64>) -> String {
    range.count == 1 ? "\(range.lowerBound)" : "\(range.lowerBound) to \(range.upperBound - 1)"
  }

  /// The first few, for a line of the log.
  private func list(_ indices: [UInt64]) -> String {
    let shown = indices.prefix(8).map(String.init).joined(separator: " ")
    return indices.count > 8 ? shown + " and \(indices.count - 8) more" : shown
  }
}
