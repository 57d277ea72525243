import Log
import Store

// Why a body is not here any more.
extension Desk {
  /// The newest withdrawal of its author that names the record: `withdrawn by nl/1/9`.
  func withdrawal(of index: UInt64, in identity: LogIdentity, _ store: Store) throws -> String {
    var read = 0
    let own = store.logs.filter {
      $0.origin.name == identity.origin.name && $0.origin.epoch >= identity.origin.epoch
    }
    for log in own {
      let record = Withdrawal.Record(origin: identity.origin, index: index)
      let from = log.id == identity.id ? index : 0
      for entry in try store.controlEntries(log.id, from: from)
      where entry.kind == EntryKind.withdrawal.rawValue {
        guard read < NodeLimits.withdrawalsSearched else {
          return "by one of more than \(read) withdrawals"
        }
        read += 1
        if try names(record, entry.index, in: log, store) {
          return "by \(log.origin)/\(entry.index)"
        }
      }
    }
    return "by a withdrawal that is not here"
  }

  private func names(
    _ record: Withdrawal.Record, _ index: UInt64, in log: LogIdentity, _ store: Store
  ) throws -> Bool {
    let batch = try store.read(log.id, index..<(index + 1), maxBytes: EntryLayout.maxBodyBytes * 2)
    guard let body = batch.body(at: 0),
      let withdrawal = try? Withdrawal.parse(Array(body), in: log.origin)
    else { return false }
    return withdrawal.records.contains(record)
  }
}
