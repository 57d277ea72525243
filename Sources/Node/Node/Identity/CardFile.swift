public import Log
internal import Runtime

/// Reads cards from files.
public enum CardFile {
  /// - Throws: `.malformed` when the file holds no card, and another kind when it cannot be read.
  public static func read(_ path: String) throws(IdentityError) -> Card {
    let bytes = try IdentityError.wrap { () throws(SystemError) in
      try FileSystem.read(path, maxBytes: LogLimits.cardFileBytes)
    }
    return try parse(bytes, from: path)
  }

  /// A card that the operator named: also through a link, and from a pipe.
  public static func readGiven(_ path: String) throws(IdentityError) -> Card {
    let bytes = try IdentityError.wrap { () throws(SystemError) in
      try FileSystem.readGiven(path, maxBytes: LogLimits.cardFileBytes)
    }
    return try parse(bytes, from: path)
  }

  static func parse(_ bytes: [UInt8], from path: String) throws(IdentityError) -> Card {
    do {
      return try Card.parse(file: bytes)
    } catch {
      throw IdentityError(
        .malformed, "the card \(path) \(error.reason)",
        hint: "ask its node for the output of \"liaison card\" again, unchanged")
    }
  }

  /// This node's own card.
  public static func own(_ folder: NodeFolder) throws(IdentityError) -> Card {
    do {
      return try read(folder.card)
    } catch {
      if error.kind == .malformed {
        throw IdentityError(
          .malformed, error.reason,
          hint: "restore it from a backup, or from any partner: it is this node's public card")
      }
      guard error.kind == .missing else { throw error }
      guard (try? FileSystem.contents(folder.root))?.isEmpty ?? true else {
        throw IdentityError(
          .missing, "there is no complete node in \(folder.root): node.card is missing",
          hint: "name the right folder with --data; restore the card from a backup or a partner; "
            + "or, if \"liaison init\" broke off, remove what it left")
      }
      throw IdentityError(
        .missing, "there is no node in \(folder.root)",
        hint: "make one with \"liaison init\", or name its folder with --data")
    }
  }
}
