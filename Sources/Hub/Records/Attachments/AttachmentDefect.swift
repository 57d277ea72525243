/// Why an attachment is not given out (Protocols/records.md, REC-102): its author's doing, and of
/// this attachment alone.
public enum AttachmentDefect: String, Error, Hashable, Sendable {
  /// It breaks REC-13 or REC-100.
  case fields
  /// A chunk does not stand below its record.
  case range
  /// A chunk is no chunk, or is sealed otherwise than its record.
  case audience
  /// A chunk expires on another day than its record.
  case expiry
  /// A chunk has not the size that the attachment's gives.
  case size
  /// The bytes are not those of the SHA-256.
  case hash

  /// Completes a sentence that begins with the attachment.
  public var reason: String {
    switch self {
    case .fields: "does not say what it is by the rules (REC-13, REC-100)"
    case .range: "names a chunk that does not stand below its record (REC-100)"
    case .audience: "names an entry that is no chunk, or is sealed to others (REC-100)"
    case .expiry: "has a chunk that expires on another day than its record (REC-100)"
    case .size: "has a chunk of another size than its own gives (REC-100)"
    case .hash: "has other bytes than its SHA-256 says (REC-102)"
    }
  }
}
