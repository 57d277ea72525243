import Crypto
import Log
import Node
import Sealing
import Secrets
import Store

// A mistake that is planted: keys of history that nobody compared with what they are of.
extension NetworkGroups {
  func readCarelessly(by seat: GroupSeat) throws(Violation) {
    let process = seat.process
    guard process.site.isHonest else { return }
    for log in process.store.logs where log != process.identity {
      for entry in (try? process.store.controlEntries(log.id, from: 0)) ?? []
      where entry.kind == EntryKind.history.rawValue {
        try useKeys(of: entry.index, log, seat)
      }
    }
  }

  private func useKeys(
    of index: UInt64, _ log: LogIdentity, _ seat: GroupSeat
  ) throws(Violation) {
    let process = seat.process
    guard let batch = try? process.store.read(log.id, index..<(index + 1), maxBytes: 1 << 20),
      let body = batch.body(at: 0)
    else { return }
    let opening = History.open(
      header: batch.header(at: 0), body: Array(body), author: log.origin.name,
      keys: seat.desk.keys(for: log))
    guard case .receiver(let content) = consume opening else { return }
    for (number, grant) in content.head.grants.enumerated() {
      for record in truth.records where record.place.log == log && record.place.index > grant {
        let key = content.withKey(number) { AudienceKey(copying: $0) }
        guard let bytes = open(record, key, process) else { continue }
        try expectMeant(record, truth.mayOpen(record, process), bytes, by: process)
      }
    }
  }

  private func open(
    _ record: SealedTruth.Record, _ key: borrowing AudienceKey, _ process: NodeProcess
  ) -> [UInt8]? {
    let (log, index) = (record.place.log.id, record.place.index)
    guard record.place.isStored(in: process.store),
      let batch = try? process.store.read(log, index..<(index + 1), maxBytes: 1 << 20),
      let body = batch.body(at: 0)
    else { return nil }
    let data = batch.header(at: 0).associatedData()
    return try? DisclosureKey(of: key, in: log, at: index).open(
      associatedData: data.span, body: Array(body).span)
  }
}
