internal import Log

/// An entry of which the daemon has to be asked whether a key that was passed on opens it.
struct PassedOnAsk: Hashable, Sendable {
  /// One reshare that this node reads.
  struct Candidate: Hashable, Sendable {
    /// Its row.
    let number: Int64
    /// Its entry, `be/1/9`.
    let via: String
    /// The entry that it passes on, `nl/1/17`, by its author's word.
    let entry: String
    /// 64 hexadecimal digits each.
    let key: String
    let leaf: String
  }

  /// The question: a later one for the same entry has a higher number.
  let number: Int64
  let log: LogID
  let place: UInt64
  /// By epoch and index of their authors' logs: the first whose key opens it counts.
  let candidates: [Candidate]
}

/// The daemon's answer to it.
struct PassedOnAnswer: Sendable {
  /// An entry that a key opened.
  struct Opened: Sendable {
    let candidate: PassedOnAsk.Candidate
    let origin: Origin
    let prepared: PreparedEntry
  }

  let ask: PassedOnAsk
  /// Nil: none of the keys opens it here and now.
  let opened: Opened?
}
