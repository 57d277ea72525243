public import Crypto
public import Log

/// One record with all that proves it to somebody who has no node (Protocols/disclosure.md).
public struct Disclosure: Hashable, Sendable {
  /// The log that the leaf is in.
  public let identity: LogIdentity
  /// 216 bytes.
  public let leaf: [UInt8]
  /// As stored.
  public let body: [UInt8]
  /// e: the key of this record and of no other.
  public let key: Bytes32
  /// From the leaf to the checkpoint's root.
  public let path: [Digest]
  /// A signed note with the log's line first.
  public let checkpoint: [UInt8]

  /// Checks nothing: `verify` does.
  public init(
    identity: LogIdentity, leaf: [UInt8], body: [UInt8], key: Bytes32, path: [Digest],
    checkpoint: [UInt8]
  ) {
    self.identity = identity
    self.leaf = leaf
    self.body = body
    self.key = key
    self.path = path
    self.checkpoint = checkpoint
  }

  /// The record, and the checkpoint that it is under.
  /// - Throws: the first of DIS-6 to 11 that does not hold.
  public func verify() throws(DisclosureError) -> (record: [UInt8], checkpoint: VerifiedCheckpoint)
  {
    let header = EntryHeader(parsing: leaf.span)
    guard leaf.prefix(EntryLayout.domainText.count).elementsEqual(EntryLayout.domainText),
      header.logID == identity.id
    else { throw .otherLog }
    guard identity.verifySignature(leaves: leaf.span, at: 0) else { throw .signature }
    let checkpoint: VerifiedCheckpoint
    do {
      checkpoint = try VerifiedCheckpoint.verify(note: self.checkpoint, identity: identity)
    } catch {
      throw .checkpoint(error)
    }
    guard header.index < checkpoint.size else { throw .otherLog }
    let leafHash = EntryHeader.leafHash(of: leaf.span)
    guard
      Tree.verifyInclusion(
        leafHash: leafHash, index: header.index, size: checkpoint.size, path: path,
        root: checkpoint.root)
    else { throw .path }
    guard body.count == Int(header.bodyBytes), SHA256.hash(body) == header.bodyHash else {
      throw .body
    }
    return (try open(header), checkpoint)
  }

  private func open(_ header: EntryHeader) throws(DisclosureError) -> [UInt8] {
    guard header.knownKind == .record, header.knownSuite == .sealedRecord else { throw .key }
    do throws(SealingDefect) {
      return try DisclosureKey(copying: key.array.span)
        .open(associatedData: header.associatedData().span, body: body.span)
    } catch {
      throw .key
    }
  }
}

/// Why a disclosure proves nothing; the classes of Protocols/disclosure.md, 3.
public enum DisclosureError: Error, Hashable, Sendable {
  /// Not the file of section 1: the number of the first line that is wrong.
  case malformed(line: Int)
  /// The leaf is of another log, or not below the checkpoint.
  case otherLog
  /// The leaf's own signature does not verify.
  case signature
  case checkpoint(NoteError)
  /// The path does not lead to the checkpoint's root.
  case path
  /// The body is not the one that the leaf says.
  case body
  /// The key is not this record's, or the entry is no sealed record.
  case key
}
