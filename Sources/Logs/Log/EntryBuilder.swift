public import Crypto

/// The author's side of a batch: appends bodies and chains their headers; then each header is
/// signed, in any order and on any thread, and `finish` puts the leaves together.
public struct EntryBuilder: Sendable {
  /// 152 bytes an entry: each of these slices is signed on its own.
  public private(set) var headers: [UInt8] = []
  /// Entries appended so far.
  public private(set) var count = 0
  private let logID: LogID
  private let first: UInt64
  private var previous: Digest
  private var bodies: [UInt8] = []

  /// - Parameter state: of the author's own log, everything signed before included.
  public init(state: LogState) {
    logID = state.identity.id
    first = state.size
    previous = state.lastHeaderHash
  }

  /// Goes on behind another batch whose signatures may still be missing: headers are chained,
  /// signatures are not.
  public init(after other: EntryBuilder) {
    logID = other.logID
    first = other.nextIndex
    previous = other.previous
  }

  /// The index of the entry that `append` makes next.
  public var nextIndex: UInt64 { first + UInt64(count) }

  /// The header that `append` would make, with `bodyHash` still zero: its `associatedData()` is
  /// what sealing the body needs.
  /// - Parameter suite: nil: the kind's own.
  public func nextHeader(
    kind: EntryKind, suite: EntrySuite? = nil, time: UInt64, expiryDay: UInt16 = 0,
    audienceTag: AudienceTag = .zero, bodyBytes: Int
  ) -> EntryHeader {
    precondition(bodyBytes <= EntryLayout.maxBodyBytes, "a body is at most 1 MiB")
    precondition(nextIndex <= EntryLayout.maxIndex, "the log is full")
    return EntryHeader(
      logID: logID, index: nextIndex, time: time, kind: kind.rawValue,
      suite: (suite ?? kind.suite).rawValue, expiryDay: expiryDay, bodyBytes: UInt32(bodyBytes),
      audienceTag: audienceTag, previous: previous, bodyHash: .zero)
  }

  /// Appends an entry.
  /// - Parameters:
  ///   - suite: one that the kind may have; nil: its own.
  ///   - time: milliseconds since 1970.
  ///   - expiryDay: days since 1970, 0 for none; records only.
  /// - Returns: its index.
  /// - Precondition: the body is at most 1 MiB, genesis is the first entry and no other, and only
  ///   a record has an expiry or a tag.
  @discardableResult
  public mutating func append(
    kind: EntryKind, suite: EntrySuite? = nil, time: UInt64, expiryDay: UInt16 = 0,
    audienceTag: AudienceTag = .zero, body: [UInt8]
  ) -> UInt64 {
    let suite = suite ?? kind.suite
    precondition((kind == .genesis) == (nextIndex == 0), "genesis is at 0 and nowhere else")
    precondition(kind.mayExpire || expiryDay == 0)
    precondition(kind.has(suite) && (suite.isSealedToAudience || audienceTag == .zero))
    var header = nextHeader(
      kind: kind, suite: suite, time: time, expiryDay: expiryDay, audienceTag: audienceTag,
      bodyBytes: body.count)
    header.bodyHash = SHA256.hash(body)
    let start = headers.count
    header.append(to: &headers)
    previous = EntryHeader.headerHash(of: headers.span, at: start)
    bodies.append(contentsOf: body)
    count += 1
    return header.index
  }

  /// Lends the 152 bytes to sign for the entry at `position` of this batch.
  public func withHeader<R>(at position: Int, _ body: (Span<UInt8>) -> R) -> R {
    let start = position * EntryLayout.headerBytes
    return body(headers.span.extracting(start..<(start + EntryLayout.headerBytes)))
  }

  /// - Parameter signatures: one for each entry, in order.
  public func finish(signatures: [Signature]) -> EntryBatch {
    precondition(signatures.count == count, "one signature for each entry")
    var leaves: [UInt8] = []
    leaves.reserveCapacity(count * EntryLayout.leafBytes)
    for (position, signature) in signatures.enumerated() {
      let start = position * EntryLayout.headerBytes
      leaves.append(contentsOf: headers[start..<(start + EntryLayout.headerBytes)])
      leaves.append(contentsOf: signature.array)
    }
    return EntryBatch(trusted: first, leaves: leaves, bodies: bodies, bodyStates: nil)
  }

  /// Signs every header in order, on this thread.
  public func finish(sign: (Span<UInt8>) -> Signature) -> EntryBatch {
    finish(signatures: (0..<count).map { withHeader(at: $0, sign) })
  }
}
