public import Crypto
public import Log

// Damage that reads find goes to `takeDamage`, and what is mendable of it is staged.
extension Store {
  /// Entries from the start of `range`: as many as fit `maxBytes` of leaves and bodies, and at
  /// least one. Staged entries included.
  ///
  /// Entries from files are compared: a body that does not hash to what its leaf says is handed out
  /// as absent, a leaf that does not belong to the tree ends the run.
  /// - Throws: `.outOfRange` for an empty range or one that ends above the log's size; `.damaged`
  ///   when the first leaf is; `.busy` for leaves that are being replaced.
  public func read(_ id: LogID, _ range: Range<UInt64>, maxBytes: Int) throws(StoreError)
    -> EntryBatch
  {
    let log = try log(id)
    guard !range.isEmpty, range.upperBound <= log.state.size else { throw .outOfRange }
    try log.requireSettled(below: range.upperBound)
    var run = EntryRun(first: range.lowerBound, maxBytes: maxBytes)
    if range.lowerBound < log.written.size {
      var reader = EntryReader(files(of: log))
      reader.read(range.lowerBound..<min(range.upperBound, log.written.size), into: &run)
      // Unless something of the log is being mended already.
      if condition == .running, !log.isChanging, reader.mending.hasWrites { stage(reader.mending) }
      if let damage = reader.damage, run.end == run.first { throw .damaged(damage) }
    }
    while !run.isFull, run.end < range.upperBound, let segment = log.segment(at: run.end) {
      run.append(segment.batch, of: log, upTo: range.upperBound)
    }
    return try run.batch(of: id)
  }

  /// The entries that are no records, from `index` on, at most `limit`.
  public func controlEntries(_ id: LogID, from index: UInt64, limit: Int = .max)
    throws(StoreError) -> [ControlEntry]
  {
    try files(of: log(id)).controlEntries(from: index, limit: limit)
  }

  /// The last entries below `index` that are no records, the highest first: for who looks back from
  /// the end.
  /// - Parameter limit: at most so many.
  public func lastControlEntries(_ id: LogID, below index: UInt64, limit: Int)
    throws(StoreError) -> [ControlEntry]
  {
    try files(of: log(id)).lastControlEntries(below: index, limit: limit)
  }

  /// Where a body is, or why it is not there.
  public func bodyState(_ id: LogID, _ index: UInt64) throws(StoreError) -> BodyState {
    let log = try log(id)
    guard index < log.state.size else { throw .outOfRange }
    return try files(of: log).bodyState(of: index)
  }

  // MARK: Tree

  /// The leaf hash of one entry, compared with its leaf: heads of peers are compared with it.
  /// - Throws: `.damaged` if the two disagree and the tree does not say which is right.
  public func leafHash(_ id: LogID, _ index: UInt64) throws(StoreError) -> Digest {
    let log = try log(id)
    guard index < log.state.size else { throw .outOfRange }
    try log.requireSettled(below: index + 1)
    return try files(of: log).leafHash(of: index)
  }

  /// The stored leaf hashes of a range: 32 bytes an entry.
  public func leafHashes(_ id: LogID, _ range: Range<UInt64>) throws(StoreError) -> [UInt8] {
    let log = try log(id)
    guard range.upperBound <= log.state.size else { throw .outOfRange }
    return try files(of: log).leafHashes(range)
  }

  /// The tree of the first `size` entries.
  public func tree(_ id: LogID, size: UInt64) throws(StoreError) -> CompactTree {
    let log = try log(id)
    guard size <= log.state.size else { throw .outOfRange }
    if size == log.state.size { return log.state.tree }
    return try CompactTree(size: size, reader: files(of: log))
  }

  /// The RFC 6962 root of the first `size` entries. The hashes that it is computed from belong to
  /// the tree in memory: a damaged hash never becomes a root that is signed, or one that an honest
  /// author seems to contradict (STO-25).
  /// - Throws: `.damaged` when it does not.
  public func root(_ id: LogID, size: UInt64) throws(StoreError) -> Digest {
    let log = try log(id)
    guard size <= log.state.size else { throw .outOfRange }
    return try files(of: log).root(size: size)
  }

  /// The RFC 6962 proof that the tree of `from` entries begins that of `to`.
  /// - Precondition on sizes, else `.outOfRange`: `from <= to`, and `to` at most the log's size.
  public func consistencyProof(_ id: LogID, from: UInt64, to: UInt64) throws(StoreError)
    -> [Digest]
  {
    let log = try log(id)
    guard from <= to, to <= log.state.size else { throw .outOfRange }
    try log.requireSettled(below: to)
    return try Tree.consistencyProof(from: from, to: to, reader: files(of: log))
  }

  /// The RFC 6962 proof that the tree of `size` entries holds the leaf of entry `index`.
  /// - Precondition on sizes, else `.outOfRange`: `index < size`, and `size` at most the log's.
  public func inclusionProof(_ id: LogID, index: UInt64, size: UInt64) throws(StoreError)
    -> [Digest]
  {
    let log = try log(id)
    guard index < size, size <= log.state.size else { throw .outOfRange }
    try log.requireSettled(below: size)
    return try Tree.inclusionProof(index: index, size: size, reader: files(of: log))
  }
}
