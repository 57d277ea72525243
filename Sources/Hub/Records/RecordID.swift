public import Log

/// An author's name for one matter, for ever: 1 to 64 of `A-Z`, `a-z`, `0-9`, `.`, `_`, `-`.
/// Protocols/records.md, 2.
public struct RecordID: Hashable, Sendable, Comparable {
  /// ASCII, compared byte for byte (REC-1).
  public let text: String

  /// Bytes.
  public static let longest = 64

  /// - Returns: nil for another grammar.
  public init?(_ text: some StringProtocol) {
    let bytes = text.utf8
    guard (1...RecordID.longest).contains(bytes.count), bytes.allSatisfy(RecordID.isOfGrammar)
    else { return nil }
    self.text = String(text)
  }

  private static func isOfGrammar(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "_"),
      UInt8(ascii: "-"):
      true
    default: false
    }
  }

  /// By characters, which are ASCII: the order of bytes.
  public static func < (a: RecordID, b: RecordID) -> Bool { a.text < b.text }
}

/// One record, whoever names it: `nl:2015-0117`.
public struct RecordReference: Hashable, Sendable, Comparable {
  /// The node whose record it is, whoever names it.
  public let author: NodeName
  /// The author's own name for the matter.
  public let id: RecordID

  /// Refers to a record that need not be here (REC-2).
  public init(author: NodeName, id: RecordID) {
    self.author = author
    self.id = id
  }

  /// - Returns: nil for another grammar.
  public init?(_ text: some StringProtocol) {
    // A node's name has no colon.
    guard let colon = text.firstIndex(of: ":"),
      let author = try? NodeName(String(text[..<colon])),
      let id = RecordID(text[text.index(after: colon)...])
    else { return nil }
    self.init(author: author, id: id)
  }

  /// `nl:2015-0117`
  public var text: String { "\(author):\(id.text)" }

  /// By author, then by id.
  public static func < (a: RecordReference, b: RecordReference) -> Bool {
    (a.author, a.id) < (b.author, b.id)
  }
}
