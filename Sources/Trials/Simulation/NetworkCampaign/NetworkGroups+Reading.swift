import Log
import Replication
import Sealing
import Store

// The checks of what opens where.
extension NetworkGroups {
  /// The node of a seat tries to open everything that was sealed and is stored there.
  /// - Parameter isEnd: everything is there: what is meant for it opens.
  func read(by seat: GroupSeat, isEnd: Bool) throws(Violation) {
    let process = seat.process
    var readable: Set<LogID> = []
    for log in process.store.logs where truth.records.contains(where: { $0.place.log == log }) {
      do throws(StoreError) {
        try seat.advance(log)
        readable.insert(log.id)
      } catch {
        try expect(!isEnd, "\(process.site.label): grants of \(log.origin) are not read: \(error)")
      }
    }
    for record in truth.records where readable.contains(record.place.log.id) {
      guard record.place.isStored(in: process.store) else { continue }
      try check(record, by: seat, isEnd: isEnd)
    }
    if run.bug == .opensWrongHistory { try readCarelessly(by: seat) }
  }

  private func check(
    _ record: SealedTruth.Record, by seat: GroupSeat, isEnd: Bool
  ) throws(Violation) {
    let process = seat.process
    let what = "\(process.site.label): \(record.place.index) of \(record.place.log.origin)"
    let opening: RecordOpening?
    do throws(StoreError) {
      opening = try seat.open(record.place.index, of: record.place.log)
    } catch {
      return try expect(!isEnd, "\(what) is not read: \(error)")
    }
    guard let opening else { return }
    let isMeant = truth.mayOpen(record, process)
    if case .opened(let bytes, _) = opening {
      try expectMeant(record, isMeant, bytes, by: process)
      run.tally.add(record.readers.contains(process.site.name) ? .groupOpened : .historyOpened)
    } else if !isMeant {
      run.tally.add(.groupClosed)
    } else {
      try expect(
        opening != .notForThisNode && !isEnd,
        "\(what) is meant for it, and does not open: \(opening)"
      )
    }
  }

  /// Nobody opens what neither a grant nor history gave it.
  func expectMeant(
    _ record: SealedTruth.Record, _ isMeant: Bool, _ bytes: [UInt8], by process: NodeProcess
  ) throws(Violation) {
    let what = "\(process.site.label): \(record.place.index) of \(record.place.log.origin)"
    try expect(
      isMeant, "\(what) opens, and is meant for \(record.readers.sorted())")
    try expect(bytes == record.bytes, "\(what) opens as another record")
  }
}
