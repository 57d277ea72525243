/// A holder's word about one body. The numbers are those of `bodies.index` and, but for `hidden`,
/// of the wire.
public enum BodyState: UInt8, Sendable, CaseIterable {
  case present = 0
  /// Deleted by a withdrawal of its author.
  case purged = 1
  /// Deleted by this node's operator; never fetched again.
  case purgedHere = 2
  case expired = 3
  /// Not held (yet).
  case absent = 4
  /// Withdrawn by its author and not erased yet: handed out to nobody, and back if the withdrawal
  /// turns out to be void. It never travels: on the wire such a body is `purged`.
  case hidden = 5
}

/// A contiguous run of entries of one log as received or read: nothing in it is verified but that
/// its lengths fit. Leaves and bodies lie in one array each.
public struct EntryBatch: Hashable, Sendable {
  /// The index of the first entry.
  public let first: UInt64
  /// Entries, 0 or more.
  public let count: Int
  /// 216 bytes an entry.
  public let leaves: [UInt8]
  /// The present bodies one after the other, each as long as its leaf says.
  public let bodies: [UInt8]
  /// One for each entry; nil: all are present.
  public let bodyStates: [BodyState]?

  /// Checks that the lengths fit, and nothing else. A batch without entries is allowed.
  public init(
    first: UInt64, leaves: [UInt8], bodies: [UInt8], bodyStates: [BodyState]? = nil
  ) throws(BatchError) {
    let (count, remainder) = leaves.count.quotientAndRemainder(dividingBy: EntryLayout.leafBytes)
    guard remainder == 0 else { throw .partialLeaf }
    guard first <= EntryLayout.maxIndex + 1, UInt64(count) <= EntryLayout.maxIndex + 1 - first
    else { throw .indexRange }
    if let bodyStates, bodyStates.count != count { throw .bodyStates }
    self.first = first
    self.count = count
    self.leaves = leaves
    self.bodies = bodies
    self.bodyStates = bodyStates
    var total = 0
    for position in 0..<count { total += presentBodyBytes(at: position) }
    guard total == bodies.count else { throw .bodyBytes }
  }

  /// The index after the last entry.
  public var end: UInt64 { first + UInt64(count) }

  /// - Parameter position: of the entry in this batch, from 0.
  public func bodyState(at position: Int) -> BodyState { bodyStates?[position] ?? .present }

  /// The body length that the leaf claims.
  public func claimedBodyBytes(at position: Int) -> Int {
    Int(leaves.span.u32(at: position * EntryLayout.leafBytes + EntryLayout.bodyLength))
  }

  /// Checks nothing: the leaf may say another index or log than its place.
  public func header(at position: Int) -> EntryHeader {
    EntryHeader(parsing: leaves.span, at: position * EntryLayout.leafBytes)
  }

  /// The 216 bytes of one leaf.
  public func leaf(at position: Int) -> ArraySlice<UInt8> {
    leaves[(position * EntryLayout.leafBytes)..<((position + 1) * EntryLayout.leafBytes)]
  }

  /// Where each entry's body lies in `bodies`; empty where it is not present.
  public func bodyRanges() -> [Range<Int>] {
    var ranges: [Range<Int>] = []
    ranges.reserveCapacity(count)
    var offset = 0
    for position in 0..<count {
      let length = presentBodyBytes(at: position)
      ranges.append(offset..<(offset + length))
      offset += length
    }
    return ranges
  }

  /// The bytes of one body, nil if it is not present. It walks the batch: use `bodyRanges()` for
  /// many.
  public func body(at position: Int) -> ArraySlice<UInt8>? {
    guard bodyState(at: position) == .present else { return nil }
    var offset = 0
    for earlier in 0..<position { offset += presentBodyBytes(at: earlier) }
    return bodies[offset..<(offset + claimedBodyBytes(at: position))]
  }

  /// The entries at `positions` (not indices) as a batch of their own.
  public func slice(_ positions: Range<Int>) -> EntryBatch {
    precondition(positions.lowerBound >= 0 && positions.upperBound <= count)
    var start = 0
    for position in 0..<positions.lowerBound { start += presentBodyBytes(at: position) }
    var length = 0
    for position in positions { length += presentBodyBytes(at: position) }
    let stride = EntryLayout.leafBytes
    return EntryBatch(
      trusted: first + UInt64(positions.lowerBound),
      leaves: Array(leaves[(positions.lowerBound * stride)..<(positions.upperBound * stride)]),
      bodies: Array(bodies[start..<(start + length)]),
      bodyStates: bodyStates.map { Array($0[positions]) })
  }

  /// For lengths that are right by construction.
  init(trusted first: UInt64, leaves: [UInt8], bodies: [UInt8], bodyStates: [BodyState]?) {
    self.first = first
    self.count = leaves.count / EntryLayout.leafBytes
    self.leaves = leaves
    self.bodies = bodies
    self.bodyStates = bodyStates
  }

  func presentBodyBytes(at position: Int) -> Int {
    bodyState(at: position) == .present ? claimedBodyBytes(at: position) : 0
  }
}

/// Why lengths do not make a batch. It says nothing about the author.
public enum BatchError: Error, Hashable, Sendable {
  /// Leaves are not a multiple of 216 bytes.
  case partialLeaf
  /// An index beyond 2^63-2.
  case indexRange
  /// Not one body state for each entry.
  case bodyStates
  /// The bodies are not as long together as the leaves of the present ones say.
  case bodyBytes
}
