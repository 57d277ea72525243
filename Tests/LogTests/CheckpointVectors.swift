import Crypto
import Log

/// Notes with a valid signature over a text that is no checkpoint.
enum CheckpointVectors {
  struct Malformed {
    let name: String
    let rule: String
    let note: [UInt8]
    let identity: LogIdentity
    let error: NoteError
  }

  static func malformed() throws -> [Malformed] {
    let log = try RawLog(size: 3)
    let root = Base64.encode(log.checkpoint(3).root.array)
    func vector(_ name: String, _ rule: String, _ text: String, _ error: NoteError) -> Malformed {
      Malformed(
        name: name, rule: rule, note: signed(text, log), identity: log.identity, error: error)
    }
    return [
      vector("an entry's first bytes", "CKP-8", "liaison-entry/v1\n3\n\(root)\n", .entryDomain),
      vector("two lines", "CKP-10", "nl/1\n3\n", .checkpointLines),
      vector("extension line", "CKP-10", "nl/1\n3\n\(root)\nmore\n", .checkpointLines),
      vector("blank extension line", "CKP-10", "nl/1\n3\n\(root)\n\n", .checkpointLines),
      vector("another origin", "CKP-11", "be/1\n3\n\(root)\n", .origin),
      vector("origin in capitals", "CKP-11", "NL/1\n3\n\(root)\n", .origin),
      vector("origin with a space", "CKP-11", "nl/1 \n3\n\(root)\n", .origin),
      vector("leading zero", "CKP-12", "nl/1\n03\n\(root)\n", .size),
      vector("sign", "CKP-12", "nl/1\n+3\n\(root)\n", .size),
      vector("space before the size", "CKP-12", "nl/1\n 3\n\(root)\n", .size),
      vector("no size", "CKP-12", "nl/1\n\n\(root)\n", .size),
      vector("size 0", "CKP-12", "nl/1\n0\n\(root)\n", .size),
      vector("size 2^63", "CKP-12", "nl/1\n9223372036854775808\n\(root)\n", .size),
      vector("size 2^64", "CKP-12", "nl/1\n18446744073709551616\n\(root)\n", .size),
      vector("size in other digits", "CKP-12", "nl/1\n\u{0663}\n\(root)\n", .size),
      vector("root of 31 bytes", "CKP-13", "nl/1\n3\n\(zeros(31))\n", .root),
      vector("root of 33 bytes", "CKP-13", "nl/1\n3\n\(zeros(33))\n", .root),
      vector("root without padding", "CKP-13", "nl/1\n3\n\(root.dropLast())\n", .root),
      vector(
        "root with unused bits set", "CKP-13", "nl/1\n3\n\(zeros(32).dropLast(2))B=\n", .root),
    ]
  }

  static func signed(_ text: String, _ log: RawLog) -> [UInt8] {
    let bytes = Array(text.utf8)
    let line = NoteSignature(
      name: log.identity.origin.text, keyID: log.identity.noteKeyID,
      signature: log.signer.sign(bytes.span).array)
    return Note(text: bytes, signatures: [line]).encode()
  }

  private static func zeros(_ count: Int) -> String {
    Base64.encode([UInt8](repeating: 0, count: count))
  }
}
