public import Crypto
internal import Text

/// A C2SP signed note, parsed strictly: text, and signatures that nobody has verified yet
/// (Protocols/checkpoint.md, 1).
public struct Note: Hashable, Sendable {
  /// Ends with a newline.
  public let text: [UInt8]
  /// 1 to 100 when it was parsed, each of another key.
  public let signatures: [NoteSignature]

  /// - Precondition: `text` ends with a newline.
  public init(text: [UInt8], signatures: [NoteSignature]) {
    precondition(text.last == 0x0a, "a note's text ends with a newline")
    self.text = text
    self.signatures = signatures
  }

  /// - Throws: for anything but a text, a blank line, and 1 to 100 signature lines of different
  ///   keys, together at most 32 KiB.
  public init(parsing bytes: [UInt8]) throws(NoteError) {
    guard bytes.count <= LogLimits.noteBytes else { throw .tooLong }
    guard let string = String(validating: bytes, as: UTF8.self) else { throw .notUTF8 }
    guard bytes.allSatisfy({ $0 >= 0x20 || $0 == 0x0a }) else { throw .controlCharacter }
    guard !string.utf8.starts(with: "liaison-entry/".utf8) else { throw .entryDomain }
    guard bytes.last == 0x0a else { throw .noSignatures }
    guard
      let blank = bytes.indices.dropFirst().last(where: {
        bytes[$0] == 0x0a && bytes[$0 - 1] == 0x0a
      })
    else { throw .noSignatures }
    text = Array(bytes[..<blank])
    var lines = TextLines(Array(bytes[(blank + 1)...]))
    var signatures: [NoteSignature] = []
    while let line = lines.next() {
      guard signatures.count < LogLimits.noteSignatures else { throw .tooManySignatures }
      let signature = try NoteSignature(parsing: line)
      guard !signatures.contains(where: signature.isBySameKey) else { throw .duplicateSignature }
      signatures.append(signature)
    }
    guard !signatures.isEmpty else { throw .noSignatures }
    self.signatures = signatures
  }

  /// The text, a blank line, and each signature line with its newline.
  public func encode() -> [UInt8] {
    var bytes = text
    bytes.append(0x0a)
    for signature in signatures {
      bytes.append(contentsOf: signature.line.utf8)
      bytes.append(0x0a)
    }
    return bytes
  }

  /// The one signature of the key with this name and ID; nil if there is none.
  public func signature(name: String, keyID: UInt32) -> NoteSignature? {
    signatures.first { $0.keyID == keyID && $0.name.utf8.elementsEqual(name.utf8) }
  }
}

/// One signature line: `— <name> <base64 of key ID and signature>`.
public struct NoteSignature: Hashable, Sendable {
  /// The key's name: of a log its origin, of a cosigner its node.
  public let name: String
  /// The first 4 bytes of SHA-256(name ‖ "\n" ‖ type ‖ key), big-endian.
  public let keyID: UInt32
  /// The bytes after the key ID: 64 for a log signature, 72 for a cosignature.
  public let signature: [UInt8]

  /// Checks nothing: for what this node signed, or took from a message.
  public init(name: String, keyID: UInt32, signature: [UInt8]) {
    self.name = name
    self.keyID = keyID
    self.signature = signature
  }

  /// - Parameter line: without its newline.
  public init(parsing line: String) throws(NoteError) {
    guard line.utf8.starts(with: NoteSignature.prefix.utf8) else { throw .signatureLine }
    let rest = line.utf8.dropFirst(NoteSignature.prefix.utf8.count)
    guard let space = rest.firstIndex(of: 0x20) else { throw .signatureLine }
    let name = String(decoding: rest[..<space], as: UTF8.self)
    guard !name.isEmpty, name.utf8.count <= LogLimits.noteKeyNameBytes,
      !name.unicodeScalars.contains(where: { $0 == "+" || $0.properties.isWhitespace })
    else { throw .signatureLine }
    let text = String(decoding: rest[rest.index(after: space)...], as: UTF8.self)
    guard let bytes = Base64.decode(text), bytes.count >= 5 else { throw .signatureLine }
    self.init(name: name, keyID: bytes.span.u32(at: 0), signature: Array(bytes[4...]))
  }

  /// Without a newline.
  public var line: String {
    var bytes: [UInt8] = []
    bytes.appendInteger(keyID)
    return "\(NoteSignature.prefix)\(name) \(Base64.encode(bytes + signature))"
  }

  private static let prefix = "\u{2014} "

  func isBySameKey(_ other: NoteSignature) -> Bool {
    keyID == other.keyID && name.utf8.elementsEqual(other.name.utf8)
  }
}

/// The kinds of note key, as C2SP numbers them.
public enum NoteKeyType: UInt8, Sendable {
  case ed25519 = 0x01
  case cosignatureV1 = 0x04

  /// The ID of a key under a name.
  public func keyID(name: String, key: Bytes32) -> UInt32 {
    var hasher = SHA256()
    hasher.update(Array(name.utf8).span)
    hasher.update("\n")
    hasher.update([rawValue].span)
    key.withBytes { hasher.update($0) }
    return hasher.finalize().withBytes { $0.u32(at: 0) }
  }
}

/// Why a note or a checkpoint was refused. All are failures: of the sender, or of nobody.
public enum NoteError: Error, Hashable, Sendable {
  /// More than 32 KiB.
  case tooLong
  case notUTF8
  /// A byte below 0x20 that is no newline.
  case controlCharacter
  /// The text begins with "liaison-entry/".
  case entryDomain
  /// No blank line with signature lines after it, or no newline at the end.
  case noSignatures
  /// A line after the blank one that is no signature line.
  case signatureLine
  case tooManySignatures
  /// Two lines with the same name and key ID.
  case duplicateSignature
  /// No line of the key that must have signed.
  case unsigned
  /// The line of the key that must have signed does not verify.
  case badSignature
  /// Not exactly three lines: origin, size, root.
  case checkpointLines
  /// Another log's.
  case origin
  /// Not a number from 1 to 2^63-1 without leading zeros.
  case size
  /// Not the Base64 of 32 bytes.
  case root
}
