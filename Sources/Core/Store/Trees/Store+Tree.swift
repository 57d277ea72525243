public import Crypto
public import Log

/// Hashes of a stored log's subtrees: from level 8 up they are stored, below they are recomputed
/// from at most 128 leaf hashes.
struct LogHashReader: HashReader {
  let store: Store
  let log: StoredLog

  func hash(level: Int, index: UInt64) throws(StoreError) -> Digest {
    if level < Layout.nodeLevel {
      let first = index << UInt64(level)
      let hashes = try store.leafHashes(log, first..<(first + (1 << UInt64(level))))
      return root(hashes, 1 << level)
    }
    let position = NodesLayout.position(level: level, index: index)
    let stored = NodesLayout.count(entries: log.written.size)
    if position >= stored {
      return digest(log.tailNodes, at: Int(position - stored) * Layout.hashBytes)
    }
    let bytes = try store.readExactly(
      .log(log.id, .nodes), at: position * UInt64(Layout.hashBytes), count: Layout.hashBytes)
    return digest(bytes, at: 0)
  }
}

extension Store {
  /// The leaf hash of one entry, compared with its leaf: heads of peers are compared with it.
  /// - Throws: `.damaged` if the two disagree and the tree does not say which is right.
  public func leafHash(_ id: LogID, _ index: UInt64) throws(StoreError) -> Digest {
    let log = try log(id)
    guard index < log.state.size else { throw .outOfRange }
    try requireSettled(log, below: index + 1)
    let stored = readWhatThereIs(log, hash: index)
    guard index < log.written.size else { return digest(stored, at: 0) }
    let leaf = readWhatThereIs(
      .log(id, .entries), at: index * UInt64(EntryLayout.leafBytes), count: EntryLayout.leafBytes)
    if leaf.count == EntryLayout.leafBytes, isLeaf(leaf, 0, of: stored) {
      return digest(stored, at: 0)
    }
    guard let content = content(log, block: index >> UInt64(Layout.nodeLevel)),
      let trusted = trustedHashes(log, content)
    else {
      let found = Damage(file: .log(id, .hashes), index: index, .leafHash)
      report(found)
      throw .damaged(found)
    }
    return digest(trusted, at: Int(index - content.first) * Layout.hashBytes)
  }

  private func readWhatThereIs(_ log: StoredLog, hash index: UInt64) -> [UInt8] {
    (try? leafHashes(log, index..<(index + 1))) ?? []
  }

  /// The stored leaf hashes of a range: 32 bytes an entry.
  public func leafHashes(_ id: LogID, _ range: Range<UInt64>) throws(StoreError) -> [UInt8] {
    let log = try log(id)
    guard range.upperBound <= log.state.size else { throw .outOfRange }
    return try leafHashes(log, range)
  }

  /// The RFC 6962 root of the first `size` entries. The hashes that it is computed from belong to
  /// the tree in memory: a damaged hash never becomes a root that is signed, or one that an honest
  /// author seems to contradict (STO-25).
  /// - Throws: `.damaged` when it does not.
  public func root(_ id: LogID, size: UInt64) throws(StoreError) -> Digest {
    let log = try log(id)
    guard size <= log.state.size else { throw .outOfRange }
    if size == log.state.size { return log.state.tree.root() }
    // The proof leads to the end.
    try requireSettled(log, below: log.state.size)
    let reader = LogHashReader(store: self, log: log)
    let root = try Tree.root(size: size, reader: reader)
    guard size > 0 else { return root }
    // Checkpoints are compared with it: a damaged hash must not look like a fork (STO-25).
    let proof = try Tree.consistencyProof(from: size, to: log.state.size, reader: reader)
    guard
      Tree.verifyConsistency(
        from: size, to: log.state.size, fromRoot: root, toRoot: log.state.tree.root(), proof: proof)
    else {
      let found = Damage(file: .log(id, .hashes), .root)
      report(found)
      throw .damaged(found)
    }
    return root
  }

  /// - Precondition on sizes, else `.outOfRange`: `from <= to`, and `to` at most the log's size.
  public func consistencyProof(_ id: LogID, from: UInt64, to: UInt64) throws(StoreError)
    -> [Digest]
  {
    let log = try log(id)
    guard from <= to, to <= log.state.size else { throw .outOfRange }
    try requireSettled(log, below: to)
    return try Tree.consistencyProof(
      from: from, to: to, reader: LogHashReader(store: self, log: log))
  }

  /// - Precondition on sizes, else `.outOfRange`: `index < size`, and `size` at most the log's.
  public func inclusionProof(_ id: LogID, index: UInt64, size: UInt64) throws(StoreError)
    -> [Digest]
  {
    let log = try log(id)
    guard index < size, size <= log.state.size else { throw .outOfRange }
    try requireSettled(log, below: size)
    return try Tree.inclusionProof(
      index: index, size: size, reader: LogHashReader(store: self, log: log))
  }

  func leafHashes(_ log: StoredLog, _ range: Range<UInt64>) throws(StoreError) -> [UInt8] {
    var hashes: [UInt8] = []
    var next = range.lowerBound
    if next < log.written.size {
      let end = min(range.upperBound, log.written.size)
      hashes = try readExactly(
        .log(log.id, .hashes), at: next * UInt64(Layout.hashBytes),
        count: Int(end - next) * Layout.hashBytes)
      next = end
    }
    while next < range.upperBound, let segment = log.segment(at: next) {
      let end = min(range.upperBound, segment.end)
      let start = Int(next - segment.first) * Layout.hashBytes
      hashes.append(
        contentsOf: segment.leafHashes[start..<(Int(end - segment.first) * Layout.hashBytes)])
      next = end
    }
    return hashes
  }

  /// - Throws: `.damaged` for a file that ends before.
  func readExactly(_ file: StoreFile, at offset: UInt64, count: Int) throws(StoreError) -> [UInt8] {
    try disk.readExactly(file, at: offset, count: count)
  }
}

extension Disk {
  func readExactly(_ file: StoreFile, at offset: UInt64, count: Int) throws(StoreError) -> [UInt8] {
    let bytes: [UInt8]
    do {
      bytes = try read(file, at: offset, count: count)
    } catch {
      if error == .notFound { throw .damaged(Damage(file: file, .missing)) }
      throw .disk(error, file)
    }
    guard bytes.count == count else { throw .damaged(Damage(file: file, .tooShort)) }
    return bytes
  }
}

// Spans of locals stay out of throwing functions: the 6.3.1 compiler fails on some of them.

private func digest(_ bytes: [UInt8], at offset: Int) -> Digest { Digest(bytes.span, at: offset) }

private func root(_ hashes: [UInt8], _ count: Int) -> Digest {
  NodeBuilder.root(hashes.span, 0, count)
}
