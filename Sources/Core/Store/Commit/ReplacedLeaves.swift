import Crypto
import Log
import Wire

/// Leaves that were replaced, and the tree that the log has with them (Protocols/store.md, 6.10).
struct ReplacedLeaves {
  let log: LogID
  let first: UInt64
  let leaves: [UInt8]
  /// The whole log's tree with these leaves, as it was then.
  let anchor: TreeAnchor

  var count: Int { leaves.count / EntryLayout.leafBytes }
  var end: UInt64 { first + UInt64(count) }
  var leafHashes: [UInt8] { computedHashes(of: leaves) }
  var lastLeaf: [UInt8] { Array(leaves.suffix(EntryLayout.leafBytes)) }
  var lastLeafHash: Digest { leafHash(lastLeaf) }

  /// The writes of leaves and hashes, apart from nodes.
  var fileOperations: [DiskOperation] {
    [
      .write(
        .log(log, .entries), offset: first * UInt64(EntryLayout.leafBytes), bytes: leaves),
      .write(
        .log(log, .hashes), offset: first * UInt64(Layout.hashBytes), bytes: leafHashes),
    ]
  }

  func append(to bytes: inout [UInt8]) {
    log.append(to: &bytes)
    bytes.append(bigEndian: first)
    bytes.append(bigEndian: UInt32(count))
    bytes.append(bigEndian: anchor.size)
    anchor.root.append(to: &bytes)
    bytes.append(contentsOf: leaves)
  }
}

extension ReplacedLeaves {
  init(_ reader: inout ByteReader, _ bytes: Span<UInt8>) throws(WireError) {
    log = LogID(try reader.bytes32(bytes))
    first = try reader.record(bytes)
    let count = Int(try reader.u32(bytes))
    anchor = TreeAnchor(size: try reader.u64(bytes), root: Digest(try reader.bytes32(bytes)))
    guard count > 0, anchor.size <= Layout.recordsMost, first + UInt64(count) <= anchor.size
    else { throw .truncated }
    leaves = try reader.array(bytes, count * EntryLayout.leafBytes)
  }
}

extension HeadRecord {
  /// The log has other signatures from `record.first` on, and the same entries.
  mutating func take(_ record: ReplacedLeaves, tree: CompactTree?) {
    if record.end == size { leafHash = record.lastLeafHash }
    set(anchor: record.anchor, tree: tree)
  }
}

private func leafHash(_ leaf: [UInt8]) -> Digest { EntryHeader.leafHash(of: leaf.span) }
