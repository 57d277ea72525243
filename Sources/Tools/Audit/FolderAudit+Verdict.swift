internal import Crypto
internal import Log
internal import Wire

// The conclusions when every log was read (Protocols/audit.md, 4.3, 4.4 and 7).
extension AuditRun {
  mutating func finish(journalFolder: String, _ journals: Journals?, isDataFolder: Bool) {
    let rotated = RotatedCards(audited, given: cards) { [provenFreezes] audit in
      [provenFreezes[audit.identity.id], audit.files.journal?.head.frozenAt].compactMap { $0 }.min()
    }
    for audit in audited { audit.judgeCosignatures(rotated) }
    attempt { run throws(ReadFailure) in try run.explainTails(journalFolder, journals) }
    judgeBodies(isDataFolder: isDataFolder && journals != nil)
    report.findings = list.finished()
    for audit in audited {
      report.findings += audit.list.finished()
      report.notChecked += audit.notChecked
      report.notes += audit.notes
      report.logs.append(audit.summary)
      report.checked.append(audit.summary.line)
    }
    if let journals { report.checked.append("journals: \(journals.commits) commits") }
  }

  /// A file that goes on behind the head was not acknowledged when the audit began. If a daemon is
  /// at work and journals a head that covers it, it is no part of the audit.
  private mutating func explainTails(_ folder: String, _ journals: Journals?) throws(ReadFailure) {
    var now = journals
    for _ in 0..<looks where journals != nil {
      let isExplained = audited.allSatisfy { audit in
        let head = now?.logs[audit.identity.id]?.head
        return audit.tails.allSatisfy { $0.bytes <= head?.bytes(of: $0.file) ?? 0 }
          && audit.ahead.allSatisfy { $0.size <= head?.size ?? 0 }
      }
      if isExplained { break }
      Folder.wait(milliseconds: AuditLimits.lookMilliseconds)
      now = try Journals.read(folder: folder)
    }
    for audit in audited {
      let head = now?.logs[audit.identity.id]?.head
      for tail in audit.tails {
        if tail.bytes <= head?.bytes(of: tail.file) ?? 0 {
          audit.notes.append(
            "\(audit.origin): \(tail.file) grew while it was audited; the new part was not looked at"
          )
        } else {
          audit.add(tail: tail)
        }
      }
      for (what, size) in audit.ahead {
        let line = "\(audit.origin): \(what) is over \(size) entries, which were not all here"
        if size <= head?.size ?? 0 {
          audit.notes.append(line)
        } else {
          audit.notChecked.append(line)
        }
      }
    }
  }

  // MARK: Freezes

  /// A head that says frozen has its evidence in `faults/`, or the audit does not know why.
  mutating func judgeFreezes(isDataFolder: Bool) {
    for audit in audited {
      guard let frozenAt = audit.files.journal?.head.frozenAt else { continue }
      if let proven = provenFreezes[audit.identity.id], proven <= frozenAt { continue }
      report.notChecked.append(
        "\(audit.origin): why it is frozen at \(frozenAt) (no evidence is here)")
    }
  }

  // MARK: Bodies

  /// Withdrawn is what a withdrawal names, expired what has a day that began.
  /// - Parameter isDataFolder: with journals: everything that was acknowledged is here.
  private mutating func judgeBodies(isDataFolder: Bool) {
    let isWhole =
      isDataFolder
      && audited.allSatisfy { $0.isComplete && !$0.states.lacksWithdrawal && $0.tails.isEmpty }
    let hasAllTimes = isWhole && audited.allSatisfy { $0.emptyFrames == 0 }
    let highest = audited.map(\.highestTime).max() ?? 0
    let withdrawals = NamedByWithdrawals(audited)
    for audit in audited {
      judgeWithdrawn(audit, withdrawals, isWhole)
      judgeZeroed(audit, withdrawals)
      guard let (index, day) = audit.states.lastExpired,
        // By more than a day: frames may be copied before the index is (AUD-33).
        UInt64(day) * AuditLimits.secondsADay > highest.addingClamped(AuditLimits.secondsADay)
      else { continue }
      if hasAllTimes {
        audit.add(
          .verificationFailed, "bodies.index", index,
          offset: index * UInt64(StoreFormat.indexBytes),
          "says that a body expired, and no cosignature here is of a time when it was due")
      } else {
        audit.notChecked.append(
          "\(audit.origin): whether the day had begun on which bodies expired, entry \(index) the last"
        )
      }
    }
  }

  private func judgeWithdrawn(
    _ audit: LogAudit, _ withdrawals: NamedByWithdrawals, _ isWhole: Bool
  ) {
    var unknown = 0
    for body in audit.states.withdrawn
    where !withdrawals.names(body, of: audit.identity) {
      guard isWhole, withdrawals.isHere(body.place, for: audit.identity) else {
        unknown += 1
        continue
      }
      audit.add(
        .verificationFailed, "bodies.index", body.index,
        offset: body.index * UInt64(StoreFormat.indexBytes),
        "says that a body was withdrawn, and no withdrawal there names it")
    }
    if unknown > 0 {
      audit.notChecked.append(
        "\(audit.origin): \(unknown) withdrawn bodies, whose withdrawals are not here")
    }
  }

  /// A body that is zeros was removed if something says so; else it is damaged.
  private func judgeZeroed(_ audit: LogAudit, _ withdrawals: NamedByWithdrawals) {
    for body in audit.states.zeroed {
      if body.isRemovable || withdrawals.names(body.index, of: audit.identity) {
        audit.notChecked.append(
          "\(audit.origin): the body of entry \(body.index), which was removed while it was copied")
      } else {
        audit.add(
          .verificationFailed, body.file, body.index, offset: body.offset,
          body.hasHeader
            ? "the body does not hash to what its entry says"
            : "has zeros in the place of a body that nothing removed")
      }
    }
  }
}

/// The entries that the withdrawals of all logs name. Two logs of one origin have different keys,
/// and neither withdraws for the other.
private struct NamedByWithdrawals {
  /// In its own log, at an index; or in all logs of another epoch of its node.
  private enum Place: Hashable {
    case own(LogID, UInt64)
    case epoch(NodeName, Withdrawal.Place)
  }

  private enum Scope: Hashable {
    case own(LogID)
    case epoch(Origin)
  }

  // Looked up, never iterated.
  private var byPlace: [Place: Set<Withdrawal.Record>] = [:]
  private var named: [Scope: Set<UInt64>] = [:]
  private var sizes: [Scope: UInt64] = [:]

  init(_ audited: [LogAudit]) {
    for audit in audited {
      let (id, origin) = (audit.identity.id, audit.identity.origin)
      sizes[.own(id)] = audit.files.size
      sizes[.epoch(origin)] = max(sizes[.epoch(origin)] ?? 0, audit.files.size)
      for withdrawal in audit.states.named {
        let place = Withdrawal.Place(epoch: origin.epoch, index: withdrawal.index)
        byPlace[.own(id, place.index), default: []].formUnion(withdrawal.records)
        byPlace[.epoch(origin.name, place), default: []].formUnion(withdrawal.records)
        for record in withdrawal.records {
          let scope = record.origin == origin ? Scope.own(id) : .epoch(record.origin)
          named[scope, default: []].insert(record.index)
        }
      }
    }
  }

  /// True when any withdrawal names the entry.
  func names(_ index: UInt64, of log: LogIdentity) -> Bool {
    named[.own(log.id)]?.contains(index) == true
      || named[.epoch(log.origin)]?.contains(index) == true
  }

  /// True when the withdrawal that the body's record says names it, or any if the record says none.
  func names(_ body: BodyStates.Withdrawn, of log: LogIdentity) -> Bool {
    guard let place = body.place else { return names(body.index, of: log) }
    let records =
      byPlace[
        place.epoch == log.origin.epoch
          ? .own(log.id, place.index) : .epoch(log.origin.name, place)]
    return records?.contains(Withdrawal.Record(origin: log.origin, index: body.index)) == true
  }

  /// A copy that was made while the store was at work may say of a body what came after the entries
  /// that it has.
  func isHere(_ place: Withdrawal.Place?, for log: LogIdentity) -> Bool {
    guard let place else { return true }
    guard place.epoch != log.origin.epoch else { return place.index < sizes[.own(log.id)] ?? 0 }
    let origin = Origin(name: log.origin.name, epoch: place.epoch)
    return place.index < sizes[.epoch(origin)] ?? 0
  }
}

extension UInt64 {
  func addingClamped(_ other: UInt64) -> UInt64 {
    let (sum, overflow) = addingReportingOverflow(other)
    return overflow ? .max : sum
  }
}

extension AcknowledgedHead {
  /// The length that a file has with this head.
  fileprivate func bytes(of file: String) -> UInt64 {
    switch file {
    case "entries": size * UInt64(EntryLayout.leafBytes)
    case "hashes": size * UInt64(StoreFormat.hashBytes)
    case "nodes": StoreFormat.nodes(entries: size) * UInt64(StoreFormat.hashBytes)
    case "bodies.index": size * UInt64(StoreFormat.indexBytes)
    case "control": controlCount * UInt64(StoreFormat.controlBytes)
    case "checkpoints": checkpointCount * UInt64(StoreFormat.checkpointBytes)
    case "cosignatures": cosignatureCount * UInt64(StoreFormat.cosignatureBytes)
    case StoreFormat.segmentName(segment): UInt64(segmentOffset)
    default: file < StoreFormat.segmentName(segment) ? .max : 0
    }
  }
}

extension LogSummary {
  fileprivate var line: String {
    var line = "\(origin): \(entries) entries (layout, links, signatures, leaf hashes, tree), "
    line += "\(bodiesPresent) bodies"
    if checkpointSize > 0 { line += ", checkpoint of size \(checkpointSize)" }
    if !cosigners.isEmpty { line += ", cosignatures of \(cosigners.joined(separator: ", "))" }
    return line + (identityChecked ? ", identity" : "")
  }
}
