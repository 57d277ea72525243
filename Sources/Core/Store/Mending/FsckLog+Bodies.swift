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
        files.isStored(record, entry, leaves, position)
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
      bytes = try files.exactly(
        .bodies(record.segment), at: UInt64(record.offset),
        count: Layout.bodyHeaderBytes + Int(length))
    } catch {
      guard case .damaged(let damage) = error else { throw error }
      report.add(Damage(file: segment, index: entry, damage.problem))
      return
    }
    if wasErasedMeanwhile(record, bytes, leaves, leaf, entry) {
      erasedMeanwhile += 1
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

  /// Only a record's body is hidden or removed, an absent one has no place, and what a withdrawal
  /// is said to have done its entry says too.
  private mutating func isLawful(_ record: IndexRecord, kind: UInt8, _ entry: UInt64) -> Bool {
    if record.state == .absent { return true }
    guard record.state == .present || EntryKind.mayLackBody(kind) else { return false }
    guard let place = record.withdrawal?.place else { return true }
    if words.count > LogCheck.wordsKept { words = [:] }
    let word = words[place] ?? WithdrawalReader(store: store).word(of: place, for: log.identity)
    words[place] = word
    return word.isUnreadable || !word.isThere || word.names.contains(entry)
      || word.unsignedNames.contains(entry)
  }

  /// True when the folder is a copy that has the index of before a removal and the segment of after
  /// it: then zeros stand in the place of a body that may be removed (Protocols/audit.md, AUD-30).
  private mutating func wasErasedMeanwhile(
    _ record: IndexRecord, _ bytes: [UInt8], _ leaves: [UInt8], _ leaf: Int, _ entry: UInt64
  ) -> Bool {
    guard EntryKind.mayLackBody(leaves[leaf + EntryLayout.kind]),
      record.isErased(bytes, of: entry),
      bodyHash(bytes) != digest(leaves, leaf + EntryLayout.bodyHash)
        || u32(bytes, 0) != EntryFiles.bodyMagic
    else { return false }
    // `isLawful` has looked already whether it is hidden by right.
    if record.state == .hidden || u16(leaves, leaf + EntryLayout.expiry) > 0 { return true }
    if everNamed == nil { everNamed = WithdrawalReader(store: store).everNamed(log.identity) }
    return everNamed?.contains(entry) == true
  }
}

extension IndexRecord {
  /// - Parameter bytes: what lies at its place: header and body.
  /// - Returns: whether that is zeros alone, or the header and zeros, or has zeros from a page of
  ///   the segment on: what was read before the body was removed stands before them.
  fileprivate func isErased(_ bytes: [UInt8], of entry: UInt64) -> Bool {
    guard length > 0, let last = bytes.lastIndex(where: { $0 != 0 }) else { return length > 0 }
    guard u32(bytes, 0) == EntryFiles.bodyMagic, u32(bytes, 4) == length, u64(bytes, 8) == entry
    else { return false }
    let page = Int(Layout.journalPage)
    let ends = (Int(offset) + last + page) / page * page
    return last < Layout.bodyHeaderBytes || ends < Int(offset) + bytes.count
  }
}

private func digest(_ bytes: [UInt8], _ offset: Int) -> Digest { Digest(bytes.span, at: offset) }
private func u16(_ bytes: [UInt8], _ offset: Int) -> UInt16 { bytes.span.bigEndian(at: offset) }
private func u32(_ bytes: [UInt8], _ offset: Int) -> UInt32 { bytes.span.bigEndian(at: offset) }
private func u64(_ bytes: [UInt8], _ offset: Int) -> UInt64 { bytes.span.bigEndian(at: offset) }

private func bodyHash(_ record: [UInt8]) -> Digest {
  SHA256.hash(record.span.extracting(Layout.bodyHeaderBytes..<record.count))
}
