public import Log
internal import Runtime

/// Reads cards from files.
public enum CardFile {
  public static func read(_ path: String) throws(IdentityError) -> Card {
    let bytes = try IdentityError.wrap { () throws(SystemError) in
      try FileSystem.read(path, maxBytes: LogLimits.cardBytes)
    }
    return try parse(bytes, from: path)
  }

  static func parse(_ bytes: [UInt8], from path: String) throws(IdentityError) -> Card {
    do {
      return try Card.parse(bytes)
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
      guard error.kind == .missing else { throw error }
      throw IdentityError(
        .missing, "there is no node in \(folder.root)",
        hint: "make one with \"liaison init\", or name its folder with --data")
    }
  }
}
