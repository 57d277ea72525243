import Crypto
import Log
import Replica
import Runtime
import Secrets
import Store

/// A rotation of the own keys on its way: the new secrets, and the new card, which a keys entry
/// makes public (Protocols/card.md, 9).
struct KeyRotation {
  let generation: KeyGeneration
  let card: Card

  /// Draws the keys, and makes the card. Nothing is written.
  /// - Parameter keys: the present ones.
  static func draw(
    _ kinds: RotatedKinds, after keys: OwnKeys, day: UInt32
  ) throws(IdentityError) -> KeyRotation {
    var random = SystemRandom()
    let serial = max(keys.card.serial, keys.rotated.generations.last?.serial ?? 0) + 1
    let generation = KeyGeneration.generate(kinds, serial: serial, day: day, using: &random)
    let next = keys.present.replaced(by: generation)
    let old = keys.card
    do {
      let card = try Card.make(
        serial: serial, origin: old.origin, log: old.log, cosigning: next.cosigning.publicKey,
        sealing: next.sealing.publicKey, transport: next.transport.publicKey,
        opening: old.opening, address: old.address
      ) { next.log.sign($0) }
      return KeyRotation(generation: generation, card: card)
    } catch {
      throw IdentityError(
        .refused, "card \(serial) of \(old.origin.text) cannot be made: \(error)",
        hint: "look at node.card")
    }
  }

  // MARK: Files

  /// Step (a): before anybody sees the card.
  func begin(_ folder: NodeFolder) throws(IdentityError) {
    try IdentityError.wrap { () throws(SystemError) in
      try FileSystem.makeFolder(folder.secretsFolder)
      try BegunRotation(generation: generation, card: card.note).withEncoded {
        bytes throws(SystemError) in
        try GuardedFile.write(folder.begunRotation, bytes)
      }
    }
  }

  /// Steps (c) to (e), each synced before the next; a start repeats them from any point.
  enum Step: CaseIterable {
    case keys, card, clean
  }

  func perform(_ step: Step, _ folder: NodeFolder) throws(IdentityError) {
    let rotated = try OwnSecrets.rotated(folder)
    try IdentityError.wrap { () throws(SystemError) in
      switch step {
      case .keys:
        if rotated.generations.last?.serial != generation.serial {
          try OwnSecrets.write(rotated.adding(generation), folder)
        }
      case .card: try FileSystem.atomicWrite(folder.card, card.note, mode: 0o644)
      case .clean: try FileSystem.remove(folder.begunRotation)
      }
    }
  }

  func finish(_ folder: NodeFolder) throws(IdentityError) {
    for step in Step.allCases { try perform(step, folder) }
  }

  /// Nobody has seen the card.
  static func drop(_ folder: NodeFolder) throws(IdentityError) {
    try IdentityError.wrap { () throws(SystemError) in
      try FileSystem.remove(folder.begunRotation)
    }
  }

  /// - Returns: nil when none was begun.
  static func load(_ folder: NodeFolder) throws(IdentityError) -> KeyRotation? {
    let status = try IdentityError.wrap { () throws(SystemError) in
      try FileSystem.status(folder.begunRotation)
    }
    guard status != nil else { return nil }
    let bytes = try OwnSecrets.guarded(folder.begunRotation, maxBytes: BegunRotation.maxBytes)
    guard let begun = try? BegunRotation(parsing: bytes), let card = try? Card.parse(begun.card),
      card.serial == begun.generation.serial
    else {
      throw IdentityError(
        .malformed, "\(folder.begunRotation) does not hold a rotation",
        hint:
          "it may hold keys that partners seal to already: restore it from a copy of the disk; remove it only if "
          + "the log holds no keys entry of it")
    }
    return KeyRotation(generation: begun.generation, card: card)
  }

  /// At a start: one that broke off goes on if its keys entry is durable, and else is forgotten
  /// (CARD-53).
  /// - Returns: what became of it, for the log; nil: there was none.
  static func settle(_ folder: NodeFolder, _ store: Store) throws(IdentityError) -> String? {
    guard let begun = try load(folder) else { return nil }
    guard Replica.ownCard(begun.card.identity, in: store) == begun.card else {
      try drop(folder)
      return "a rotation that broke off before anybody saw its card was forgotten"
    }
    try begun.finish(folder)
    return "a rotation that broke off was brought to its end: card \(begun.card.serial)"
  }
}
