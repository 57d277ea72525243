internal import Crypto
internal import Log
internal import Wire

// What is concluded when every log was read (Protocols/audit.md, 4.3, 4.4 and 7).
extension AuditRun {
  mutating func finish(journalFolder: String, _ journals: Journals?, isDataFolder: Bool) {
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

  /// A file that goes on behind the head was not acknowledged when the audit began. If a daemon is at work and journals a
  /// head that covers it, it is no part of the audit.
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
      judgeZeroed(audit, withdrawals.named[audit.identity.origin] ?? [])
      guard let (index, day) = audit.states.lastExpired,
        // By more than a day: frames may be copied before the index is.
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
    where !withdrawals.names(body, of: audit.identity.origin) {
      guard isWhole, withdrawals.isHere(body.place, for: audit.identity.origin) else {
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
  private func judgeZeroed(_ audit: LogAudit, _ named: Set<UInt64>) {
    for body in audit.states.zeroed {
      if named.contains(body.index) {
        audit.notChecked.append(
          "\(audit.origin): the body of entry \(body.index), which was removed while it was copied")
      } else {
        audit.add(
          .verificationFailed, body.file, body.index, offset: body.offset,
          "the body does not hash to what its entry says")
      }
    }
  }
}

/// What the signed withdrawals of all logs name.
private struct NamedByWithdrawals {
  private struct Place: Hashable {
    let name: NodeName
    let place: Withdrawal.Place
  }

  private(set) var named: [Origin: Set<UInt64>] = [:]
  private var byPlace: [Place: Set<Withdrawal.Record>] = [:]
  private var sizes: [Origin: UInt64] = [:]

  init(_ audited: [LogAudit]) {
    for audit in audited {
      let origin = audit.identity.origin
      sizes[origin] = max(sizes[origin] ?? 0, audit.files.size)
      for withdrawal in audit.states.named {
        let place = Place(
          name: origin.name,
          place: Withdrawal.Place(epoch: origin.epoch, index: withdrawal.index))
        byPlace[place, default: []].formUnion(withdrawal.records)
        for record in withdrawal.records {
          named[record.origin, default: []].insert(record.index)
        }
      }
    }
  }

  /// By the one that its record says, or by any if the record says none.
  func names(_ body: BodyStates.Withdrawn, of origin: Origin) -> Bool {
    guard let place = body.place else { return named[origin]?.contains(body.index) == true }
    return byPlace[Place(name: origin.name, place: place)]?
      .contains(Withdrawal.Record(origin: origin, index: body.index)) == true
  }

  /// A copy that was made while the store was at work may say of a body what came after the entries that it has.
  func isHere(_ place: Withdrawal.Place?, for origin: Origin) -> Bool {
    guard let place else { return true }
    return sizes.contains {
      $0.key.name == origin.name && $0.key.epoch == place.epoch && place.index < $0.value
    }
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
