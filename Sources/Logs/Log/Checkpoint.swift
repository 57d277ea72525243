public import Crypto
internal import Text

/// The statement of a checkpoint, before anybody signed it (Protocols/checkpoint.md, 2).
public enum Checkpoint {
  /// The three lines that are signed.
  public static func text(origin: Origin, size: UInt64, root: Digest) -> [UInt8] {
    Array("\(origin.text)\n\(size)\n\(Base64.encode(root.array))\n".utf8)
  }

  /// Signs a checkpoint.
  /// - Parameters:
  ///   - size: 1 to 2^63-1 (a precondition): an empty log is never signed.
  ///   - sign: Ed25519 by the log key over the given bytes.
  public static func make(
    identity: LogIdentity, size: UInt64, root: Digest, sign: (Span<UInt8>) -> Signature
  ) -> VerifiedCheckpoint {
    precondition(size > 0 && size <= LogLimits.lastIndex + 1, "an empty log is never signed")
    let text = text(origin: identity.origin, size: size, root: root)
    return VerifiedCheckpoint(
      identity: identity, size: size, root: root, text: text, signature: sign(text.span))
  }
}

/// A checkpoint that carries a valid signature of its log. It lost every other signature line.
public struct VerifiedCheckpoint: Hashable, Sendable {
  /// The log whose key signed it.
  public let logID: LogID
  /// 1 to 2^63-1.
  public let size: UInt64
  /// The RFC 6962 root of the first `size` entries.
  public let root: Digest
  /// The signed note's exact bytes, with the log's signature and no other.
  public let note: [UInt8]
  /// The three signed lines: what a cosignature is over.
  public let text: [UInt8]
  /// The log key's.
  public let signature: Signature

  init(identity: LogIdentity, size: UInt64, root: Digest, text: [UInt8], signature: Signature) {
    logID = identity.id
    self.size = size
    self.root = root
    self.text = text
    self.signature = signature
    let line = NoteSignature(
      name: identity.origin.text, keyID: identity.noteKeyID, signature: signature.array)
    note = Note(text: text, signatures: [line]).encode()
  }

  /// Parses and verifies a checkpoint of `identity`. Signatures of other keys are ignored.
  /// - Parameter known: was verified before; the same text with the same signature is not verified
  ///   again.
  public static func verify(
    note bytes: [UInt8], identity: LogIdentity, known: VerifiedCheckpoint? = nil
  ) throws(NoteError) -> VerifiedCheckpoint {
    let note = try Note(parsing: bytes)
    var lines = TextLines(note.text)
    guard let origin = lines.next(), let size = lines.next(), let root = lines.next(),
      lines.isAtEnd
    else { throw .checkpointLines }
    guard origin == identity.origin.text else { throw .origin }
    guard let size = Decimal.parse(size), size > 0, size <= LogLimits.lastIndex + 1
    else { throw .size }
    guard let root = Base64.decode(root).flatMap({ Digest($0) }) else { throw .root }
    guard let line = note.signature(name: origin, keyID: identity.noteKeyID)
    else { throw .unsigned }
    guard let signature = Signature(line.signature) else { throw .badSignature }
    let checkpoint = VerifiedCheckpoint(
      identity: identity, size: size, root: root, text: note.text, signature: signature)
    guard checkpoint == known || identity.key.verify(signature, over: note.text.span)
    else { throw .badSignature }
    return checkpoint
  }

  /// Verifies a checkpoint of `identity` of which only what varies travelled: the text is built
  /// anew.
  public static func verify(
    size: UInt64, root: Digest, signature: Signature, identity: LogIdentity,
    known: VerifiedCheckpoint? = nil
  ) throws(NoteError) -> VerifiedCheckpoint {
    guard size > 0, size <= LogLimits.lastIndex + 1 else { throw .size }
    if let known, known.logID == identity.id, known.size == size, known.root == root,
      known.signature == signature
    {
      return known
    }
    let checkpoint = VerifiedCheckpoint(
      identity: identity, size: size, root: root,
      text: Checkpoint.text(origin: identity.origin, size: size, root: root), signature: signature)
    guard identity.key.verify(signature, over: checkpoint.text.span) else { throw .badSignature }
    return checkpoint
  }

  /// The note with cosignature lines below the log's, for tools that know C2SP notes.
  public func note(cosignatures: [Cosignature]) -> [UInt8] {
    note + cosignatures.flatMap { Array(($0.line + "\n").utf8) }
  }
}

extension LogIdentity {
  /// The ID of the log key as a note key, its name being the origin.
  public var noteKeyID: UInt32 {
    NoteKeyType.ed25519.keyID(name: origin.text, key: key.bytes)
  }
}
