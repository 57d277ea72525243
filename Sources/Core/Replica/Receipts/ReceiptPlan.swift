package import Log

/// The words of a node's next erasure receipt: of each log more than it said before, and nothing
/// less (Protocols/entry.md, ENT-30).
package struct ReceiptPlan: Equatable {
  /// The words about one log.
  package struct Line: Hashable {
    package let log: LogID
    package let extent: ErasureExtent
  }

  /// At most as many as one receipt takes; the rest waits for the next one.
  package let lines: [Line]

  /// - Parameters:
  ///   - logs: those that are here.
  ///   - erased: what is erased of each.
  ///   - said: what was last said of it in the log that the receipt is for.
  package init(
    of logs: [LogID], erased: (LogID) -> ErasureExtent, said: (LogID) -> ErasureExtent
  ) {
    var lines: [Line] = []
    for log in logs where lines.count < LogLimits.receiptLines {
      let before = said(log)
      let now = erased(log).joined(before)
      if now != before { lines.append(Line(log: log, extent: now)) }
    }
    self.lines = lines
  }

  package var isEmpty: Bool { lines.isEmpty }

  /// The receipt, for the place where it is to stand.
  /// - Precondition: the plan is not empty.
  package func receipt(in log: LogID, at index: UInt64) -> ErasureReceipt {
    let salted = lines.map { line in
      ErasureReceipt.Line(
        saltedLog: ErasureReceipt.salted(line.log, in: log, at: index), extent: line.extent)
    }
    guard let receipt = try? ErasureReceipt(lines: salted) else {
      preconditionFailure("each line says something, of a log of its own")
    }
    return receipt
  }

  /// True when a receipt may be signed at `now` after one at `last`, both by the signer's wall
  /// clock (ENT-31). A clock that was set back holds nothing up.
  package static func mayFollow(_ last: UInt64?, at now: UInt64) -> Bool {
    guard let last, now >= last else { return true }
    return now - last >= ReplicaLimits.receiptEveryMilliseconds
  }
}

extension ErasureExtent {
  /// The further of both in each part.
  fileprivate func joined(_ other: ErasureExtent) -> ErasureExtent {
    var joined = self
    if let before = other.withdrawal, withdrawal.map({ $0.index <= before.index }) ?? true {
      joined.withdrawal = before
    }
    joined.expiryDay = max(expiryDay, other.expiryDay)
    return joined
  }
}
