internal import Crypto
internal import Log

/// The claims that states of bodies make, until the withdrawals and cosignatures of all logs are
/// known (Protocols/audit.md, 4.3).
struct BodyStates: Sendable {
  /// A body whose bytes are zeros although its record says that it is there.
  struct Zeroed: Sendable {
    let index: UInt64
    /// It is hidden, or has an expiry day: then no withdrawal need name it.
    let isRemovable: Bool
    let hasHeader: Bool
    let file: String
    let offset: UInt64
  }

  /// Bytes of all bodies that have or had a place here.
  private(set) var storedBytes: UInt64 = 0
  /// Bytes of those of them that were removed.
  private(set) var removedBytes: UInt64 = 0
  /// A body that is said to be withdrawn: erased, or hidden.
  struct Withdrawn: Sendable {
    let index: UInt64
    let isHidden: Bool
    /// The withdrawal that names it, if that is known.
    let place: Withdrawal.Place?
  }

  /// A withdrawal of the log.
  struct Named: Sendable {
    let index: UInt64
    let records: [Withdrawal.Record]
  }

  /// Ascending.
  var withdrawn: [Withdrawn] = []
  var zeroed: [Zeroed] = []
  var named: [Named] = []
  /// There is a withdrawal whose body is not here.
  var lacksWithdrawal = false
  /// The body whose day came last among those that are said to be expired.
  private(set) var lastExpired: (index: UInt64, day: UInt16)?

  mutating func add(stored bytes: UInt64) { storedBytes += bytes }
  mutating func add(removed bytes: UInt64) { removedBytes += bytes }

  mutating func add(expired index: UInt64, day: UInt16) {
    if day > lastExpired?.day ?? 0 { lastExpired = (index, day) }
  }

  mutating func add(_ other: BodyStates) {
    storedBytes += other.storedBytes
    removedBytes += other.removedBytes
    withdrawn += other.withdrawn
    zeroed += other.zeroed
    named += other.named
    if other.lacksWithdrawal { lacksWithdrawal = true }
    if let (index, day) = other.lastExpired { add(expired: index, day: day) }
  }
}

extension ChunkCheck {
  /// Notes the claims of a removed body's state, and checks that its bytes are gone.
  func noteRemoval(
    _ index: UInt64, _ state: BodyState, _ record: IndexRecord?, _ header: EntryHeader,
    _ reader: inout BodyReader, _ result: inout ChunkResult
  ) throws(ReadFailure) {
    switch state {
    case .expired:
      if header.expiryDay == 0 {
        result.add(
          "bodies.index", index, index * UInt64(StoreFormat.indexBytes),
          "says that a body expired, and its entry never expires")
      }
      result.states.add(expired: index, day: header.expiryDay)
    default: break
    }
    if header.knownKind == .withdrawal { result.states.lacksWithdrawal = true }
    guard state.isFinal, let record, record.length > 0 else { return }
    result.states.add(removed: UInt64(record.length))
    // A removal that the journals hold may not have reached the segment yet.
    guard files.journal?.removed[index] == nil,
      let body = try reader.leftover(record, index), SHA256.hash(body) == header.bodyHash
    else { return }
    result.add(
      StoreFormat.segmentName(record.segment), index, UInt64(record.offset),
      "holds a body that the index says was deleted")
  }

  /// The lengths of all bodies that ever had a place, as the head counts them.
  func countStored(_ index: UInt64, _ record: IndexRecord?, _ result: inout ChunkResult) {
    if let record, record.hasPlace {
      result.states.add(stored: UInt64(record.length))
    } else if let body = files.journaledBody(index) {
      result.states.add(stored: UInt64(body.count))
    }
  }

  /// An erased or hidden body: the withdrawal must be here, and name it.
  func noteWithdrawn(
    _ index: UInt64, _ state: Journals.JournaledState, _ result: inout ChunkResult
  ) {
    guard state.state == .purged || state.state == .hidden else { return }
    result.states.withdrawn.append(
      BodyStates.Withdrawn(
        index: index, isHidden: state.state == .hidden, place: state.withdrawal))
  }

  /// Neither the withdrawal's effect nor its signature is asked for: it may have been obeyed before
  /// they were known, or before its leaf gave way to one with a bad signature (log.md, LOG-32),
  /// whose body is the same.
  func noteWithdrawal(_ body: [UInt8], _ header: EntryHeader, _ result: inout ChunkResult) {
    guard header.knownKind == .withdrawal,
      let withdrawal = try? Withdrawal.parse(body, in: identity.origin)
    else { return }
    // In its own log a withdrawal means only entries before it.
    let records = withdrawal.records.filter {
      $0.origin != identity.origin || $0.index < header.index
    }
    result.states.named.append(BodyStates.Named(index: header.index, records: records))
  }
}

extension IndexRecord {
  /// True when `body`, which lies at the record's place, was removed, or was while it was copied: a
  /// copy has what was read before and zeros behind it, from a page of the segment on.
  func isErased(_ body: [UInt8]) -> Bool {
    guard let last = body.lastIndex(where: { $0 != 0 }) else { return !body.isEmpty }
    let start = Int(offset) + StoreFormat.bodyHeaderBytes
    let page = StoreFormat.pageBytes
    return (start + last + page) / page * page < start + body.count
  }
}

extension BodyReader {
  /// The bytes at the place of a removed body; nil if they are zeros or not there.
  mutating func leftover(
    _ record: IndexRecord, _ index: UInt64
  ) throws(ReadFailure) -> [UInt8]? {
    var unused = ChunkResult(range: 0..<0)
    let end = UInt64(record.offset) + UInt64(StoreFormat.bodyHeaderBytes) + UInt64(record.length)
    guard end <= files.segments[record.segment] ?? 0,
      let body = try body(index, record, &unused)?.bytes, body.contains(where: { $0 != 0 })
    else { return nil }
    return body
  }
}
