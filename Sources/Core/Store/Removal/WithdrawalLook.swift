public import Log

/// The outcome of a look at the entry of a withdrawal.
enum WithdrawalLook {
  /// Whole, and its key signed it.
  case found(Withdrawal)
  /// Whole, and it withdraws nothing: another kind, a bad signature, a body that is not well
  /// formed.
  case nothing
  /// The entry is not to be had now: the disk did not give it, or it is damaged or absent.
  case unread(DiskError?)
}

// Withdrawals are looked at where it is not known what they did (Protocols/store.md, STO-71).
extension Store {
  /// Records of the log whose bodies are here and not handed out: withdrawals that may name them
  /// are to be looked at first. Ascending.
  public func undecidedRanges(_ id: LogID) -> [Range<UInt64>] {
    logsByID[id]?.undecided.ranges ?? []
  }

  public var hasUndecided: Bool { order.contains { !$0.undecided.isEmpty } }

  /// True when a withdrawal that may name this record is to be looked at first: its body is not
  /// handed out until then.
  public func isUndecided(_ id: LogID, _ index: UInt64) -> Bool {
    logsByID[id]?.undecided.contains(index) ?? false
  }

  func undecided(of logs: [LogIdentity]) -> [LogID: EntryRanges] {
    Dictionary(
      uniqueKeysWithValues: logs.map { ($0.id, logsByID[$0.id]?.undecided ?? EntryRanges()) })
  }

  /// An error of the disk is no damage: it says nothing of the bytes. Bytes that were read and are
  /// wrong are read once more, as everything is, which reports and mends them.
  func look(at index: UInt64, of identity: LogIdentity) -> WithdrawalLook {
    guard let log = logsByID[identity.id], index < log.state.size else { return .nothing }
    do throws(StoreError) {
      if log.segment(at: index) == nil, let found = try wholeEntry(log, index) {
        return meaning(leaf: found.leaf, body: found.body, of: identity)
      }
      let batch = try read(identity.id, index..<(index + 1), maxBytes: EntryLayout.maxBodyBytes * 2)
      guard batch.kind(at: 0) == .withdrawal else { return .nothing }
      guard let body = batch.body(at: 0) else { return .unread(nil) }
      return meaning(leaf: batch.leaves, body: Array(body), of: identity)
    } catch .disk(let error, _) {
      return .unread(error)
    } catch {
      return .unread(nil)
    }
  }

  /// - Returns: nil if something of it is not as it should be.
  private func wholeEntry(
    _ log: StoredLog, _ index: UInt64
  ) throws(StoreError) -> (leaf: [UInt8], body: [UInt8])? {
    func bytes(_ file: LogFile, _ offset: UInt64, _ count: Int) throws(StoreError) -> [UInt8]? {
      do throws(StoreError) {
        return try readExactly(.log(log.id, file), at: offset, count: count)
      } catch .damaged {
        return nil
      }
    }
    func record(_ file: LogFile, _ stride: Int) throws(StoreError) -> [UInt8]? {
      try bytes(file, index * UInt64(stride), stride)
    }
    guard let leaf = try record(.entries, EntryLayout.leafBytes),
      let hash = try record(.hashes, Layout.hashBytes), isLeaf(leaf, 0, of: hash),
      let place = indexRecord(try record(.bodiesIndex, Layout.indexBytes) ?? [], 0),
      place.state == .present, place.length == bodyBytes(leaf, 0)
    else { return nil }
    let start = Layout.bodyHeaderBytes
    let length = Int(place.length)
    guard let body = try bytes(.bodies(place.segment), UInt64(place.offset), start + length),
      bodyProblem(body, start, length, index, leaf, 0) == nil
    else { return nil }
    return (leaf, Array(body[start...]))
  }
}

private func meaning(
  leaf: [UInt8], body: [UInt8], of identity: LogIdentity
) -> WithdrawalLook {
  guard leaf[EntryLayout.kind] == EntryKind.withdrawal.rawValue,
    identity.verifySignature(leaves: leaf.span, at: 0),
    let withdrawal = try? Withdrawal.parse(body, in: identity.origin)
  else { return .nothing }
  return .found(withdrawal)
}
