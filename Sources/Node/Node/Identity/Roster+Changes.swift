public import Log
internal import Runtime
internal import Secrets
internal import Text

/// The outcome of `peer add`.
public enum PeerAddition: Hashable, Sendable {
  case added
  /// A newer card, or another address.
  case updated
  /// The card was followed by itself, and is compared by voice now.
  case confirmed
  case unchanged
}

extension Roster {
  /// Adds the card's node, or replaces its card by a newer one. The files are synced.
  /// - Parameters:
  ///   - address: where to dial it; nil keeps what is set.
  ///   - replaceKey: the operator compared the new fingerprint by voice.
  ///   - limit: nodes on the roster at most.
  public static func add(
    _ card: Card, address: String?, presharedKeyPath: String? = nil, replaceKey: Bool = false,
    to folder: NodeFolder, limit: Int = NodeLimits.rosterMembers
  ) throws(IdentityError) -> PeerAddition {
    let own = try CardFile.own(folder)
    guard own.name != card.name else {
      throw IdentityError(
        .refused, "the name \(card.name.text) is this node's own",
        hint: "add the cards of other nodes")
    }
    guard card.name != NodeName.everybody else {
      throw IdentityError(
        .refused, "no node can be called all: --to all means everybody",
        hint: "ask its operator for another name")
    }
    if let address, !Card.isAddress(address) {
      throw IdentityError(.refused, "the address is \"\(address)\"", hint: "write HOST:PORT")
    }
    let members = try load(folder).members
    guard members.count < limit || members.contains(where: { $0.name == card.name }) else {
      throw IdentityError(
        .refused, "\(members.count) nodes are on the roster, as many as there is room for",
        hint: "take one off with \"liaison peer remove\"")
    }
    var held = HeldCards(folder)
    try checkKeys(of: card, own, members, held)
    let known = try knownCard(card.name, folder)
    try held.hold(card)
    if let known { try compare(card, known, replaceKey: replaceKey) }
    let settings = try newSettings(card.name, folder, address)
    if let presharedKeyPath { try copyKey(presharedKeyPath, card.name, folder) }
    var wasFollowed = false
    let wasRemoved = try IdentityError.wrap { () throws(SystemError) in
      try FileSystem.makeFolder(folder.peers)
      let wasRemoved = try FileSystem.status(folder.removal(of: card.name)) != nil
      if let settings {
        try FileSystem.atomicWrite(folder.settings(of: card.name), settings, mode: 0o644)
      }
      try FileSystem.atomicWrite(folder.card(of: card.name), card.note, mode: 0o644)
      // Whoever adds a card has compared it.
      wasFollowed = try FileSystem.status(folder.compared(of: card.name)) != nil
      try FileSystem.remove(folder.compared(of: card.name))
      try FileSystem.remove(folder.removal(of: card.name))
      return wasRemoved
    }
    if wasFollowed, known == card { return .confirmed }
    if known == nil || wasRemoved { return .added }
    return known == card && settings == nil && presharedKeyPath == nil ? .unchanged : .updated
  }

  /// Removes the node until another `add`. Its card stays, so that an older one cannot come back.
  public static func remove(_ name: NodeName, from folder: NodeFolder) throws(IdentityError) {
    guard try knownCard(name, folder) != nil else {
      throw IdentityError(
        .missing, "no node \(name.text) is on the roster", hint: "see \"liaison peer list\"")
    }
    try IdentityError.wrap { () throws(SystemError) in
      let time = UTCTime.text(milliseconds: SystemClock().wallMilliseconds)
      try FileSystem.atomicWrite(
        folder.removal(of: name), Array("removed \(time)\n".utf8), mode: 0o644)
    }
  }

  /// - Returns: what `peers/NAME.conf` becomes; nil if it stays as it is.
  private static func newSettings(
    _ name: NodeName, _ folder: NodeFolder, _ address: String?
  ) throws(IdentityError) -> [UInt8]? {
    // One that is not understood is not written over.
    guard let address, try settings(name, folder).address != address else {
      _ = try settings(name, folder)
      return nil
    }
    let path = folder.settings(of: name)
    let bytes = try IdentityError.wrap { () throws(SystemError) in
      try FileSystem.status(path) == nil
        ? [] : try FileSystem.read(path, maxBytes: PeerSettings.fileBytes)
    }
    let changed: [UInt8]
    do throws(TextProblem) {
      changed = PeerSettings.text(try TextFile(bytes), address: address)
    } catch {
      throw IdentityError(error, path: path)
    }
    guard changed.count <= PeerSettings.fileBytes else {
      throw IdentityError(
        .refused, "\(path) would be longer than \(PeerSettings.fileBytes) bytes",
        hint: "shorten its comments")
    }
    return changed
  }

  private static func knownCard(
    _ name: NodeName, _ folder: NodeFolder
  ) throws(IdentityError) -> Card? {
    let status = try IdentityError.wrap { () throws(SystemError) in
      try FileSystem.status(folder.card(of: name))
    }
    guard status != nil else { return nil }
    do throws(IdentityError) {
      return try CardFile.read(folder.card(of: name))
    } catch {
      throw IdentityError(
        error.kind, error.reason,
        hint: "this is the copy on the roster: restore it from a backup, or compare fingerprints "
          + "with \(name.text) by voice, remove the file and add the card again")
    }
  }

  /// The rules of Protocols/card.md, 6: the highest (epoch, serial) wins, and one origin has one
  /// key.
  private static func compare(
    _ card: Card, _ known: Card, replaceKey: Bool
  ) throws(IdentityError) {
    let name = card.name.text
    if card.origin == known.origin, card.log != known.log, !replaceKey {
      throw IdentityError(
        .refused, "\(card.origin.text) is known with another log key",
        hint: "compare fingerprints with \(name) by voice; only then add it with --replace-key")
    }
    if card.origin == known.origin, card.log != known.log { return }
    // A node that was made anew, after later epochs of the old one, begins with the first.
    if card.origin.epoch < known.origin.epoch, card.log != known.log, replaceKey { return }
    guard card.origin.epoch >= known.origin.epoch else {
      throw IdentityError(
        .refused, "this card is of \(card.origin.text), and \(known.origin.text) is known",
        hint:
          "ask \(name) for its present card; if the node was made anew, compare fingerprints by "
          + "voice, and only then add it with --replace-key")
    }
    guard card.origin.epoch == known.origin.epoch else { return }
    guard card.serial >= known.serial else {
      throw IdentityError(
        .refused, "this card has serial \(card.serial), and serial \(known.serial) is known",
        hint: "ask \(name) for its present card")
    }
    guard card.serial <= known.serial || card.succeeds(known) else {
      throw IdentityError(
        .refused,
        "this card has serial \(card.serial), and \(known.serial) is known: a serial grows by at most "
          + "\(LogLimits.serialGrowth)",
        hint: "its log key may be in wrong hands: call \(name)")
    }
    guard card.serial > known.serial || card.fingerprint == known.fingerprint else {
      throw IdentityError(
        .refused, "two different cards of \(card.origin.text) have serial \(card.serial)",
        hint: "ask \(name) which one is right; an honest node never makes two")
    }
  }

  /// Two nodes of one transport key could not be told apart on the line, and of one sealing key not
  /// in a grant. Those of earlier epochs count as well.
  private static func checkKeys(
    of card: Card, _ own: Card, _ members: [RosterMember], _ held: HeldCards
  ) throws(IdentityError) {
    let others = [own] + members.map(\.card) + held.cards(besides: card.name)
    for other in others where other.name != card.name {
      // A few who copy another's sealing key would fill that node's slots in every grant (SEAL-9).
      let kind =
        other.transport == card.transport
        ? "transport" : other.sealing == card.sealing ? "sealing" : nil
      guard let kind else { continue }
      throw IdentityError(
        .refused, "the card of \(card.name.text) has the \(kind) key of \(other.name.text)",
        hint: "each node makes its own keys: ask \(card.name.text) about it")
    }
  }

  private static func copyKey(
    _ path: String, _ name: NodeName, _ folder: NodeFolder
  ) throws(IdentityError) {
    let text = try OwnSecrets.given(path, maxBytes: NodeLimits.presharedKeyFileBytes)
    let key: Held<PresharedKey>
    do {
      key = Held(try PresharedKey(text: text))
    } catch {
      throw IdentityError(
        .malformed, "\(path) holds no pre-shared key", hint: "it is one line: 32 bytes in Base64")
    }
    try PresharedKeys.retire(name, folder, for: key.secret)
    try IdentityError.wrap { () throws(SystemError) in
      // In its one spelling, whatever the file had around it.
      try key.secret.withText { bytes throws(SystemError) in
        try GuardedFile.write(folder.presharedKey(of: name), bytes)
      }
    }
  }
}
