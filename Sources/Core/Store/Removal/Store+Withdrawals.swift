import Log

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

// The part of a store that withdrawals need to know.
extension Store {
  func identity(of log: LogID) -> LogIdentity? { logsByID[log]?.identity }

  var hasFailed: Bool { if case .failed = condition { true } else { false } }

  /// The logs that a withdrawal in `log` means by `origin`: its own, or those of an earlier epoch.
  func logs(named origin: Origin, by log: LogIdentity) -> [LogIdentity] {
    origin == log.origin ? [log] : logs.filter { $0.origin == origin }
  }

  /// The logs in which a withdrawal of a record of `log` may stand.
  func logs(of place: Withdrawal.Place, for log: LogIdentity) -> [LogIdentity] {
    if place.epoch == log.origin.epoch { return [log] }
    return logs.filter { $0.origin.name == log.origin.name && $0.origin.epoch == place.epoch }
  }

  /// The records whose bodies are not gone for good: each pass sees every withdrawal again.
  func remaining(_ id: LogID, _ indices: [UInt64]) -> [UInt64] {
    indices.filter { index in
      // An index record that cannot be read is no reason to keep a body.
      (try? bodyState(id, index))?.isFinal != true
    }
  }

  func word(of place: Withdrawal.Place, for identity: LogIdentity) -> WithdrawalWord {
    var word = WithdrawalWord()
    for log in logs(of: place, for: identity) where place.index < state(log.id)?.size ?? 0 {
      word.isThere = true
      let batch = try? read(
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
    for log in logs where log.origin.name == identity.origin.name {
      guard log.origin != identity.origin || log.id == identity.id else { continue }
      for entry in (try? controlEntries(log.id, from: 0)) ?? []
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

extension Withdrawal {
  /// Its records by log, each ascending.
  var byOrigin: [(origin: Origin, indices: [UInt64])] {
    var named: [(origin: Origin, indices: [UInt64])] = []
    for record in records {
      if named.last?.origin != record.origin { named.append((record.origin, [])) }
      named[named.count - 1].indices.append(record.index)
    }
    return named
  }
}

extension EntryBatch {
  func kind(at position: Int) -> EntryKind? {
    EntryKind(rawValue: leaves[position * EntryLayout.leafBytes + EntryLayout.kind])
  }
}
