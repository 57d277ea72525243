import Log

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

/// The word of the entry at a place that an index record names, about one log's records.
struct WithdrawalWord {
  /// None: no withdrawal is there.
  var names: Set<UInt64> = []
  /// An entry is there.
  var isThere = false
  /// A withdrawal may be there: its body is damaged, absent, or the disk does not give it.
  var isUnreadable = false
  /// Records named by an entry whose leaf gave way to one with a bad signature, and with the same
  /// body: what it hid is right until it comes back.
  var unsignedNames: Set<UInt64> = []
}

/// Withdrawals by their entries, whatever an index record says of them (Protocols/store.md,
/// STO-71).
struct WithdrawalReader {
  let store: Store

  /// An error of the disk is no damage: it says nothing of the bytes. Bytes that were read and are
  /// wrong are read once more, as everything is, which reports and mends them.
  func look(at index: UInt64, of identity: LogIdentity) -> WithdrawalLook {
    guard let log = store.table[identity.id], index < log.state.size else { return .nothing }
    do throws(StoreError) {
      if log.segment(at: index) == nil, let found = try store.files(of: log).wholeEntry(index) {
        return meaning(leaf: found.leaf, body: found.body, of: identity)
      }
      let batch = try store.read(
        identity.id, index..<(index + 1), maxBytes: EntryLayout.maxBodyBytes * 2)
      guard batch.kind(at: 0) == .withdrawal else { return .nothing }
      guard let body = batch.body(at: 0) else { return .unread(nil) }
      return meaning(leaf: batch.leaves, body: Array(body), of: identity)
    } catch .disk(let error, _) {
      return .unread(error)
    } catch {
      return .unread(nil)
    }
  }

  func word(of place: Withdrawal.Place, for identity: LogIdentity) -> WithdrawalWord {
    var word = WithdrawalWord()
    for log in store.logs(of: place, for: identity)
    where place.index < store.state(log.id)?.size ?? 0 {
      word.isThere = true
      let batch = try? store.read(
        log.id, place.index..<(place.index + 1), maxBytes: EntryLayout.maxBodyBytes * 2)
      if let batch, batch.kind(at: 0) != .withdrawal { continue }
      guard let body = batch?.body(at: 0) else {
        word.isUnreadable = true
        continue
      }
      guard let batch, let withdrawal = try? Withdrawal.parse(Array(body), in: log.origin) else {
        continue
      }
      // In its own log a withdrawal means what stands before it.
      let end = log.id == identity.id ? place.index : .max
      let named = withdrawal.records.lazy.filter {
        $0.origin == identity.origin && $0.index < end
      }.map(\.index)
      if log.verifySignature(leaves: batch.leaves.span, at: 0) {
        word.names.formUnion(named)
      } else {
        word.unsignedNames.formUnion(named)
      }
    }
    return word
  }

  /// All records of a log that any withdrawal here names, whether it counts or not, and whatever
  /// its signature is.
  func everNamed(_ identity: LogIdentity) -> Set<UInt64> {
    var named: Set<UInt64> = []
    for log in store.logs where log.origin.name == identity.origin.name {
      guard log.origin != identity.origin || log.id == identity.id else { continue }
      for entry in (try? store.controlEntries(log.id, from: 0)) ?? []
      where entry.kind == EntryKind.withdrawal.rawValue {
        let place = Withdrawal.Place(epoch: log.origin.epoch, index: entry.index)
        let word = word(of: place, for: identity)
        named.formUnion(word.names)
        named.formUnion(word.unsignedNames)
      }
    }
    return named
  }
}

extension LogFiles {
  /// An entry in log files with its body.
  /// - Returns: nil if something of it is not as it should be.
  /// - Throws: `.disk`.
  fileprivate func wholeEntry(_ index: UInt64) throws(StoreError) -> (leaf: [UInt8], body: [UInt8])?
  {
    func whole(_ read: () throws(StoreError) -> [UInt8]) throws(StoreError) -> [UInt8]? {
      do throws(StoreError) { return try read() } catch .damaged { return nil }
    }
    func record(_ name: LogFile) throws(StoreError) -> [UInt8]? {
      try whole { () throws(StoreError) in try exactly(name, index..<(index + 1)) }
    }
    guard let leaf = try record(.entries), let hash = try record(.hashes),
      isLeaf(leaf, 0, of: hash), let place = indexRecord(try record(.bodiesIndex) ?? [], 0),
      place.state == .present, place.length == bodyBytes(leaf, 0)
    else { return nil }
    let start = Layout.bodyHeaderBytes
    let length = Int(place.length)
    let body = try whole { () throws(StoreError) in
      try exactly(.bodies(place.segment), at: UInt64(place.offset), count: start + length)
    }
    guard let body, bodyProblem(body, start, length, index, leaf, 0) == nil else { return nil }
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
