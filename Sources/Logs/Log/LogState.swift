public import Crypto

/// Size, and leaf hash of the newest entry (zero at size 0): what the frontier shows.
public struct LogHead: Hashable, Sendable {
  /// Entries, and so the index of the next.
  public let size: UInt64
  /// Binds every header before it, since each holds the hash of the one before.
  public let leafHash: Digest

  /// - Parameter leafHash: of entry `size - 1`.
  public init(size: UInt64, leafHash: Digest) {
    self.size = size
    self.leafHash = leafHash
  }

  /// No entries; every log goes on from here.
  public static let empty = LogHead(size: 0, leafHash: .zero)
}

/// All that is needed to accept the next entry of a log. A value: keep an old one to go back.
public struct LogState: Hashable, Sendable {
  /// The log whose entries `accept` takes, and no other.
  public let identity: LogIdentity
  /// The tree of all entries up to here.
  public internal(set) var tree: CompactTree
  /// Its size is the tree's.
  public internal(set) var head: LogHead
  /// SHA-256 of the newest entry's 152 header bytes; zero at size 0.
  public internal(set) var lastHeaderHash: Digest
  /// The newest entry's 216 bytes, the predecessor in evidence about the next; empty at size 0, and
  /// while they are damaged.
  public internal(set) var lastLeaf: [UInt8]
  /// The lowest index that a proven fork or fault freezes: no entry from there on is accepted.
  public var frozenAt: UInt64?

  /// The state before the genesis, which is then accepted as any entry.
  public init(empty identity: LogIdentity) {
    self.identity = identity
    tree = .empty
    head = .empty
    lastHeaderHash = .zero
    lastLeaf = []
    frozenAt = nil
  }

  /// The state of a stored log.
  /// - Parameter lastLeaf: the 216 bytes of entry `tree.size - 1`; empty if the log is.
  /// - Precondition: the lengths fit. That the leaf belongs to the tree is the store's to know.
  public init(
    identity: LogIdentity, tree: CompactTree, lastLeaf: [UInt8], frozenAt: UInt64? = nil
  ) {
    precondition(lastLeaf.count == (tree.size == 0 ? 0 : EntryLayout.leafBytes))
    self.init(empty: identity)
    self.frozenAt = frozenAt
    guard tree.size > 0 else { return }
    self.tree = tree
    self.lastLeaf = lastLeaf
    head = LogHead(size: tree.size, leafHash: EntryHeader.leafHash(of: lastLeaf.span))
    lastHeaderHash = EntryHeader.headerHash(of: lastLeaf.span)
  }

  /// The state of a stored log by what its store knows of the newest entry, whose leaf may be
  /// damaged.
  /// - Parameters:
  ///   - lastHeaderHash: of the newest entry's 152 bytes.
  ///   - lastLeaf: 216 bytes that hash to `head.leafHash`, or none.
  public init(
    identity: LogIdentity, tree: CompactTree, head: LogHead, lastHeaderHash: Digest,
    lastLeaf: [UInt8], frozenAt: UInt64?
  ) {
    precondition(head.size == tree.size)
    self.init(empty: identity)
    self.tree = tree
    self.head = head
    self.lastHeaderHash = lastHeaderHash
    self.frozenAt = frozenAt
    restore(lastLeaf: lastLeaf)
  }

  /// The newest entry's leaf was damaged, and is here again. Other bytes are left out.
  public mutating func restore(lastLeaf leaf: [UInt8]) {
    guard leaf.count == EntryLayout.leafBytes,
      EntryHeader.leafHash(of: leaf.span) == head.leafHash
    else { return }
    lastLeaf = leaf
  }

  /// The number of entries, and the index of the next.
  public var size: UInt64 { tree.size }
}
