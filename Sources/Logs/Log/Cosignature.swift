public import Crypto

/// A C2SP `cosignature/v1` by a node over somebody's checkpoint: a node that stored the tree up to
/// it says so, and when (Protocols/checkpoint.md, 3). Nobody has verified it yet: `verify` does.
public struct Cosignature: Hashable, Sendable {
  /// The cosigner, by its own word until `verify`.
  public let name: NodeName
  /// As `keyID(name:key:)` makes it; with another key `verify` refuses.
  public let keyID: UInt32
  /// Seconds since 1970, the cosigner's claim.
  public let time: UInt64
  /// Ed25519 over "cosignature/v1", the time and the checkpoint's three lines.
  public let signature: Signature

  /// Checks nothing: for what came from a peer or a disk.
  public init(name: NodeName, keyID: UInt32, time: UInt64, signature: Signature) {
    self.name = name
    self.keyID = keyID
    self.time = time
    self.signature = signature
  }

  /// - Parameter sign: Ed25519 by the cosigning key over the given bytes.
  public static func make(
    checkpoint: VerifiedCheckpoint, name: NodeName, key: CosigningPublicKey, time: UInt64,
    sign: (Span<UInt8>) -> Signature
  ) -> Cosignature {
    let message = signedMessage(checkpointText: checkpoint.text, time: time)
    return Cosignature(
      name: name, keyID: keyID(name: name, key: key), time: time, signature: sign(message.span))
  }

  /// True when `key` made the signature over `checkpoint`, under this name and at this time.
  public func verify(over checkpoint: VerifiedCheckpoint, key: CosigningPublicKey) -> Bool {
    guard keyID == Cosignature.keyID(name: name, key: key) else { return false }
    let message = Cosignature.signedMessage(checkpointText: checkpoint.text, time: time)
    return key.verify(signature, over: message.span)
  }

  /// The first 4 bytes, big-endian, of SHA-256(name ‖ "\n" ‖ 0x04 ‖ key), as C2SP has it.
  public static func keyID(name: NodeName, key: CosigningPublicKey) -> UInt32 {
    NoteKeyType.cosignatureV1.keyID(name: name.text, key: key.bytes)
  }

  /// The signature line, without a newline.
  public var line: String { noteSignature.line }

  /// The parts of the signature line: 8 bytes of time, big-endian, and 64 of Ed25519.
  public var noteSignature: NoteSignature {
    var bytes: [UInt8] = []
    bytes.appendInteger(time)
    return NoteSignature(name: name.text, keyID: keyID, signature: bytes + signature.array)
  }

  /// - Parameter line: without its newline.
  public init(parsing line: String) throws(CosignatureError) {
    guard let parsed = try? NoteSignature(parsing: line) else { throw .line }
    try self.init(parsed)
  }

  /// - Throws: `.name`, or `.length` unless it has 8 bytes of time and 64 of signature.
  public init(_ line: NoteSignature) throws(CosignatureError) {
    guard let name = try? NodeName(line.name) else { throw .name }
    guard line.signature.count == 8 + Signature.byteCount else { throw .length }
    self.init(
      name: name, keyID: line.keyID, time: line.signature.span.u64(at: 0),
      signature: Signature(line.signature.span, at: 8))
  }

  private static func signedMessage(checkpointText: [UInt8], time: UInt64) -> [UInt8] {
    Array("cosignature/v1\ntime \(time)\n".utf8) + checkpointText
  }
}

/// Why a line is no cosignature.
public enum CosignatureError: Error, Hashable, Sendable {
  /// Not a signature line.
  case line
  /// The key name is no node name.
  case name
  /// Not 4 + 8 + 64 bytes.
  case length
}
