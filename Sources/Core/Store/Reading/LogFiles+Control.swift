import Log
import Wire

// Entries that are no records, by `control` and the tail (Protocols/store.md, 4.9).
extension LogFiles {
  /// From `index` on, ascending, at most `limit`.
  func controlEntries(from index: UInt64, limit: Int) throws(StoreError) -> [ControlEntry] {
    var entries: [ControlEntry] = []
    var low = try controlPlace(from: index)
    while low < log.written.controlCount, entries.count < limit {
      let count = min(log.written.controlCount - low, controlsAtOnce(limit - entries.count))
      entries += try controlRecords(low..<(low + count))
      low += count
    }
    for segment in log.tail where segment.end > index && segment.hasControl {
      entries += segment.controls.filter { $0.index >= index }.prefix(limit - entries.count)
    }
    return entries
  }

  /// Below `index`, the highest first, at most `limit`.
  func lastControlEntries(below index: UInt64, limit: Int) throws(StoreError) -> [ControlEntry] {
    var entries: [ControlEntry] = []
    for segment in log.tail.reversed() where segment.first < index && segment.hasControl {
      entries += segment.controls.reversed().filter { $0.index < index }
        .prefix(limit - entries.count)
    }
    var high = try controlPlace(from: index)
    while high > 0, entries.count < limit {
      let count = min(high, controlsAtOnce(limit - entries.count))
      entries += try controlRecords((high - count)..<high).reversed()
      high -= count
    }
    return entries
  }

  /// The place in `control` of the first entry that is at `index` or behind it.
  private func controlPlace(from index: UInt64) throws(StoreError) -> UInt64 {
    var low: UInt64 = 0
    var high = log.written.controlCount
    while low < high {
      let middle = (low + high) / 2
      let bytes = try exactly(.control, at: middle * UInt64(Layout.controlBytes), count: 8)
      if bytes.span.bigEndian(at: 0) as UInt64 >= index { high = middle } else { low = middle + 1 }
    }
    return low
  }

  private func controlRecords(_ records: Range<UInt64>) throws(StoreError) -> [ControlEntry] {
    let bytes = try exactly(.control, records)
    return (0..<records.count).map { position in
      let offset = position * Layout.controlBytes
      return ControlEntry(index: bytes.span.bigEndian(at: offset), kind: bytes[offset + 8])
    }
  }

  private func controlsAtOnce(_ wanted: Int) -> UInt64 {
    UInt64(min(wanted, Limits.readBytes / Layout.controlBytes))
  }
}

extension TailSegment {
  var hasControl: Bool { place.controlCount < after.controlCount }

  /// Its entries that are no records, ascending.
  var controls: [ControlEntry] {
    (0..<batch.count).compactMap { position in
      let kind = batch.leaves[position * EntryLayout.leafBytes + EntryLayout.kind]
      guard EntryKind.isControl(kind) else { return nil }
      return ControlEntry(index: first + UInt64(position), kind: kind)
    }
  }
}
