internal import Crypto
internal import Log
internal import Wire

// The records of a commit that change what is known of one log (Protocols/store.md, 5.4).
extension Journals.LogEntries {
  /// Other signatures of entries that are there: what the journals said of them before is no more
  /// so.
  mutating func replaceLeaves(
    _ reader: inout ByteReader, _ bytes: Span<UInt8>
  ) throws(WireError) {
    let first = try reader.record(bytes)
    let count = Int(try reader.u32(bytes))
    let size = try reader.record(bytes)
    _ = try reader.bytes32(bytes)
    guard count > 0, first + UInt64(count) <= size else { throw .truncated }
    let leaves = try reader.array(bytes, count * EntryLayout.leafBytes)
    let end = first + UInt64(count)
    runs = runs.map { $0.replacing(leaves, first: first) }
    guard end == head.size else { return }
    head.leafHash = EntryHeader.leafHash(of: leaves.span, at: (count - 1) * EntryLayout.leafBytes)
  }

  mutating func appendStates(
    _ reader: inout ByteReader, _ bytes: Span<UInt8>
  ) throws(WireError) {
    let code = try reader.u8(bytes)
    let mark = try reader.array(bytes, StoreFormat.withdrawalMarkBytes)
    guard let state = BodyState(rawValue: code), state != .absent,
      let withdrawal = WithdrawalMark(mark.span, at: 0, of: state)
    else { throw .truncated }
    let freed = try reader.u64(bytes)
    let count = try reader.u32(bytes)
    for _ in 0..<count {
      let index = try reader.record(bytes)
      if !state.isFinal, removed[index]?.state.isFinal == true { continue }
      removed[index] = Journals.JournaledState(state: state, withdrawal: withdrawal.place)
    }
    let most = state.isFinal ? UInt64(count) * UInt64(EntryLayout.maxBodyBytes) : 0
    guard freed <= most else { throw .truncated }
    head.purgedBytes += freed
  }

  mutating func appendRun(
    _ reader: inout ByteReader, _ bytes: Span<UInt8>
  ) throws(WireError) {
    let first = try reader.record(bytes)
    let count = Int(try reader.u32(bytes))
    let segment = try reader.u32(bytes)
    let segmentOffset = try reader.u32(bytes)
    let controlCount = try reader.record(bytes)
    let bodyBytes = Int(try reader.u32(bytes))
    var states: [BodyState]?
    if try reader.u8(bytes) == 1 {
      states = []
      for raw in try reader.array(bytes, count) {
        // A hidden body has a record of its own, which says by what it was withdrawn.
        guard let state = BodyState(rawValue: raw), state != .hidden else { throw .truncated }
        states?.append(state)
      }
    }
    let leaves = try reader.array(bytes, count * EntryLayout.leafBytes)
    let bodies = try reader.array(bytes, bodyBytes)
    guard count > 0,
      let batch = try? EntryBatch(first: first, leaves: leaves, bodies: bodies, bodyStates: states)
    else { throw .truncated }
    let present = batch.bodyStates.map { $0.count { $0 == .present } } ?? count
    let segmentEnd = Int(segmentOffset) + bodyBytes + present * StoreFormat.bodyHeaderBytes
    guard batch.end <= AuditLimits.records, segment < AuditLimits.segments,
      segmentEnd <= Int(UInt32.max)
    else { throw .truncated }
    let run = JournaledRun(
      batch: batch, bodyRanges: batch.bodyRanges(), segment: segment,
      segmentOffset: segmentOffset, controlCount: controlCount)
    runs.append(run)
    guard batch.end > head.size else { return }
    let last = (count - 1) * EntryLayout.leafBytes
    head.size = batch.end
    head.leafHash = EntryHeader.leafHash(of: leaves.span, at: last)
    head.headerHash = EntryHeader.headerHash(of: leaves.span, at: last)
    head.bodyBytes += UInt64(bodyBytes)
    head.segment = segment
    head.segmentOffset = UInt32(segmentEnd)
    head.controlCount =
      controlCount
      + UInt64(
        (0..<count).count {
          EntryKind.isControl(leaves[$0 * EntryLayout.leafBytes + EntryLayout.kind])
        })
  }
}

extension ByteReader {
  /// The number of an entry, of a record or of a frame.
  mutating func record(_ bytes: Span<UInt8>) throws(WireError) -> UInt64 {
    let number = try u64(bytes)
    guard number < AuditLimits.records else { throw .truncated }
    return number
  }
}
