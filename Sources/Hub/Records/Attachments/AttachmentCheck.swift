internal import Crypto

/// Puts one attachment together from its chunks, and gives it out only when all of it was checked
/// (Protocols/records.md, REC-102).
///
///     var check = try AttachmentCheck(attachment, of: record)
///     while let index = check.next { try check.take(chunk(at: index)) }
///     print(try check.finish())
public struct AttachmentCheck {
  /// The facts in which a record and its chunks must agree, and their place.
  public struct Seal: Hashable, Sendable {
    /// The entry's own index.
    public var index: UInt64
    /// The index of the grant that opened its audience.
    public var grant: UInt64
    /// 0: it does not expire.
    public var expiryDay: UInt16

    /// - Parameter index: of an entry that this node opened.
    public init(index: UInt64, grant: UInt64, expiryDay: UInt16) {
      self.index = index
      self.grant = grant
      self.expiryDay = expiryDay
    }
  }

  private let record: Seal
  private let wanted: Int
  private let sha256: String
  private let entries: [UInt64]
  private var taken = 0
  private var bytes: [UInt8] = []

  /// - Parameter record: the entry that lists it.
  public init(_ attachment: Attachment, of record: Seal) throws(AttachmentDefect) {
    guard !attachment.isBroken, let wanted = attachment.bytes, let sha256 = attachment.sha256,
      attachment.chunkCount == UInt64(Attachment.chunks(of: wanted))
    else { throw .fields }
    guard let last = attachment.chunks.last?.last, last < record.index else { throw .range }
    self.record = record
    self.wanted = wanted
    self.sha256 = sha256
    entries = attachment.chunks.flatMap { Array($0.indices) }
    bytes.reserveCapacity(wanted)
  }

  /// The index of the chunk that is wanted next; nil when all came.
  public var next: UInt64? { taken < entries.count ? entries[taken] : nil }

  /// Takes the chunk at `next`.
  /// - Parameters:
  ///   - chunk: as it was opened.
  ///   - seal: nil where the entry there is no chunk, or opens under no audience.
  public mutating func take(_ chunk: [UInt8], _ seal: Seal?) throws(AttachmentDefect) {
    guard let seal, seal.index == next, seal.grant == record.grant else { throw .audience }
    guard seal.expiryDay == record.expiryDay else { throw .expiry }
    guard chunk.count == min(RecordLimits.chunkBytes, wanted - bytes.count) else { throw .size }
    bytes.append(contentsOf: chunk)
    taken += 1
  }

  /// - Returns: the file.
  /// - Precondition: every chunk was taken.
  public consuming func finish() throws(AttachmentDefect) -> [UInt8] {
    precondition(next == nil && bytes.count == wanted)
    guard Hex.encode(SHA256.hash(bytes).array) == sha256 else { throw .hash }
    return bytes
  }
}
