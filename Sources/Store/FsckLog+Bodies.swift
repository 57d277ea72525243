import Crypto
import Log
import Wire

// Bodies, and what their index records say of them (Protocols/store.md, 4.5).
extension LogCheck {
  mutating func checkBody(
    _ leaves: [UInt8], _ leaf: Int, _ index: [UInt8], _ position: Int, _ entry: UInt64,
    _ report: inout FsckReport
  ) throws(StoreError) {
    guard let record = indexRecord(index, position) else {
      report.add(Damage(file: file(.bodiesIndex), index: entry, .indexRecord))
      return
    }
    if !isLawful(record, kind: leaves[leaf + EntryLayout.kind], entry) {
      report.add(Damage(file: file(.bodiesIndex), index: entry, .indexRecord))
    }
    guard record.holdsBody else {
      summary.bodiesMissing += 1
      // A body that was removed is gone: the state is wrong, as the scrub says too.
      if record.state.isFinal, record.hasPlace,
        store.isStored(log, record, entry, leaves, position)
      {
        report.add(Damage(file: file(.bodiesIndex), index: entry, .indexRecord))
      }
      return
    }
    if record.state == .hidden { summary.bodiesHidden += 1 } else { summary.bodiesPresent += 1 }
    let length = u32(leaves, leaf + EntryLayout.bodyLength)
    guard length == record.length else {
      report.add(Damage(file: file(.bodiesIndex), index: entry, .indexRecord))
      return
    }
    let segment = file(.bodies(record.segment))
    let bytes: [UInt8]
    do {
      bytes = try store.readExactly(
        segment, at: UInt64(record.offset), count: Layout.bodyHeaderBytes + Int(length))
    } catch {
      guard case .damaged(let damage) = error else { throw error }
      report.add(Damage(file: segment, index: entry, damage.problem))
      return
    }
    guard u32(bytes, 0) == EntryFiles.bodyMagic, u32(bytes, 4) == length, u64(bytes, 8) == entry
    else {
      report.add(Damage(file: segment, index: entry, .bodyRecord))
      return
    }
    if bodyHash(bytes) != digest(leaves, leaf + EntryLayout.bodyHash) {
      report.add(Damage(file: segment, index: entry, .bodyHash))
    }
  }

  /// Only a record's body is hidden or removed, an absent one has no place, and what a withdrawal is said to have done its
  /// entry says too.
  private mutating func isLawful(_ record: IndexRecord, kind: UInt8, _ entry: UInt64) -> Bool {
    if record.state == .absent { return true }
    guard record.state == .present || kind == EntryKind.record.rawValue else { return false }
    guard let place = record.withdrawal?.place else { return true }
    if words.count > LogCheck.wordsKept { words = [:] }
    let word = words[place] ?? store.word(of: place, for: log.identity)
    words[place] = word
    return word.isUnreadable || word.isBadlySigned || !word.isThere || word.names.contains(entry)
  }
}

private func digest(_ bytes: [UInt8], _ offset: Int) -> Digest { Digest(bytes.span, at: offset) }
private func u32(_ bytes: [UInt8], _ offset: Int) -> UInt32 { bytes.span.bigEndian(at: offset) }
private func u64(_ bytes: [UInt8], _ offset: Int) -> UInt64 { bytes.span.bigEndian(at: offset) }

private func bodyHash(_ record: [UInt8]) -> Digest {
  SHA256.hash(record.span.extracting(Layout.bodyHeaderBytes..<record.count))
}
