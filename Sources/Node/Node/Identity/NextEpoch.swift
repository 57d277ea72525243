public import Crypto
public import Log
import Runtime
public import Secrets
import Store

/// The next epoch as it lies prepared in `DIR/next`, or in a folder elsewhere: its card, its
/// genesis entry and its secret keys, all fresh. `node.card` comes last: without it nothing is
/// prepared (Protocols/card.md, 8).
public struct NextEpoch: Sendable {
  /// The first card of the epoch that is prepared, serial 1.
  public let card: Card
  /// Signed by the key of the recovery file.
  public let genesis: Genesis
  /// The genesis entry with its body.
  let batch: EntryBatch

  /// The file that partners import: the genesis leaf, then its body.
  public var opening: [UInt8] { batch.leaves + batch.bodies }

  private static func cardPath(_ place: String) -> String { place + "/node.card" }
  static func keyPath(_ place: String) -> String { place + "/node.key" }
  private static func genesisPath(_ place: String) -> String { place + "/genesis" }

  // MARK: Preparing

  /// Refuses a path inside of the data folder, one that is there already, and one without a folder.
  static func checkRecovery(_ path: String, _ folder: NodeFolder) throws(IdentityError) {
    try OutsideFile.check(
      path, folder: folder,
      hint: "it may be the only recovery of an epoch: keep it, and name another path with "
        + "--next-recovery")
  }

  /// - Throws: `.refused` for another passphrase, `.malformed` for another file.
  public static func readRecovery(
    _ path: String, passphrase: borrowing GuardedBytes
  ) throws(IdentityError) -> RecoveryFile.Contents {
    let text = try IdentityError.wrap { () throws(SystemError) in
      try FileSystem.readGiven(path, maxBytes: RecoveryFile.maxBytes)
    }
    do throws(PassphraseFileError) {
      return try RecoveryFile.open(text, passphrase: passphrase)
    } catch {
      throw IdentityError(error, path: path)
    }
  }

  /// Writes the recovery file of the epoch after `origin`, and reads it back.
  /// - Returns: what the card of `origin` commits to.
  public static func writeRecovery(
    _ path: String, after origin: Origin, _ folder: NodeFolder,
    passphrase: borrowing GuardedBytes, cost: PassphraseCost = .moderate
  ) throws(IdentityError) -> OpeningKeyHash {
    try checkRecovery(path, folder)
    let key = OpeningSecretKey.generate()
    let next = try origin.next()
    var random = SystemRandom()
    let text: [UInt8]
    do throws(PassphraseFileError) {
      text = try RecoveryFile.seal(
        origin: next.text, key: key, passphrase: passphrase, cost: cost, using: &random)
    } catch {
      throw IdentityError(error, path: path)
    }
    try IdentityError.wrap { () throws(SystemError) in
      try FileSystem.writeNew(path, text, mode: 0o600)
    }
    let read = try readRecovery(path, passphrase: passphrase)
    guard read.origin == next.text, read.key.publicKey == key.publicKey else {
      throw IdentityError(
        .inputOutput, "\(path) does not read back as it was written",
        hint: "nothing was opened: look at that disk, and name another path with --next-recovery")
    }
    return key.publicKey.commitment
  }

  /// Makes keys, card and genesis, and writes them into `DIR/next`, in the place of what was
  /// prepared before.
  /// - Parameters:
  ///   - key: what the recovery file holds.
  ///   - commitment: to the opening key of the epoch after, for the new card.
  public static func prepare(
    _ plan: EpochPlan, key: borrowing OpeningSecretKey, commitment: OpeningKeyHash,
    credential: String?, in folder: NodeFolder
  ) throws(IdentityError) -> NextEpoch {
    try retire(folder, credential: credential)
    return try prepare(
      plan, key: key, commitment: commitment, address: try CardFile.own(folder).address,
      at: folder.next)
  }

  /// Keeps the keys of this epoch: records that were sealed to them are read with them for ever.
  static func retire(_ folder: NodeFolder, credential: String?) throws(IdentityError) {
    let own = try CardFile.own(folder)
    let running = try OwnSecrets.first(folder, credential: credential, for: own)
    try OwnSecrets.retire(running, of: own, folder)
  }

  /// The same into another folder, for which nothing of the running epoch is needed.
  public static func prepare(
    _ plan: EpochPlan, key: borrowing OpeningSecretKey, commitment: OpeningKeyHash,
    address: String?, at place: String
  ) throws(IdentityError) -> NextEpoch {
    // Whoever stole any key of the running epoch has none of the next.
    let secrets = NodeSecrets.generate()
    let card: Card
    let genesis: Genesis
    do {
      card = try Card.make(
        serial: 1, origin: plan.origin, log: secrets.log.publicKey,
        cosigning: secrets.cosigning.publicKey, sealing: secrets.sealing.publicKey,
        transport: secrets.transport.publicKey, opening: commitment, address: address
      ) { secrets.log.sign($0) }
      genesis = try Genesis(card: card, follows: plan.predecessor, key: key.publicKey) {
        key.sign($0)
      }
    } catch {
      throw IdentityError(
        .refused, "the genesis of \(plan.origin) cannot be made: \(error)",
        hint: "look at the recovery file and at node.card")
    }
    var builder = EntryBuilder(state: LogState(empty: card.identity))
    builder.append(kind: .genesis, time: SystemClock().wallMilliseconds, body: genesis.encode())
    let prepared = NextEpoch(
      card: card, genesis: genesis, batch: builder.finish { secrets.log.sign($0) })
    for step in PreparationStep.allCases { try prepared.perform(step, secrets, at: place) }
    return prepared
  }

  /// The writes that prepare an epoch, in order.
  enum PreparationStep: CaseIterable {
    /// Removes what lies there: nothing counts as prepared until the card is there again.
    case clean
    case keys, genesis, card
  }

  /// - Parameter secrets: nil when they are a credential of the service.
  func perform(
    _ step: PreparationStep, _ secrets: NodeSecrets?, at place: String
  ) throws(IdentityError) {
    try IdentityError.wrap { () throws(SystemError) in
      switch step {
      case .clean:
        try FileSystem.remove(NextEpoch.cardPath(place))
        try FileSystem.removeFolder(place)
        try FileSystem.makeFolder(place)
      case .keys:
        try secrets?.withEncoded { seeds throws(SystemError) in
          try GuardedFile.write(NextEpoch.keyPath(place), seeds)
        }
      case .genesis: try FileSystem.atomicWrite(NextEpoch.genesisPath(place), opening, mode: 0o600)
      case .card: try FileSystem.atomicWrite(NextEpoch.cardPath(place), card.note, mode: 0o644)
      }
    }
  }

  // MARK: Adopting

  /// - Returns: nil when nothing complete is there.
  public static func load(_ folder: NodeFolder) throws(IdentityError) -> NextEpoch? {
    try load(at: folder.next)
  }

  static func load(at place: String) throws(IdentityError) -> NextEpoch? {
    let bytes: [UInt8]
    let content: [UInt8]
    do throws(SystemError) {
      guard try FileSystem.status(cardPath(place)) != nil else { return nil }
      bytes = try FileSystem.read(cardPath(place), maxBytes: LogLimits.cardBytes)
      content = try FileSystem.read(
        genesisPath(place), maxBytes: EntryLayout.leafBytes + LogLimits.publicBodyBytes)
    } catch {
      throw IdentityError(error)
    }
    let card = try CardFile.parse(bytes, from: cardPath(place))
    guard content.count > EntryLayout.leafBytes,
      let genesis = try? Genesis.parse(Array(content[EntryLayout.leafBytes...])),
      genesis.card == card,
      let batch = try? EntryBatch(
        first: 0, leaves: Array(content[..<EntryLayout.leafBytes]),
        bodies: Array(content[EntryLayout.leafBytes...])),
      (try? LogState(empty: card.identity).accept(batch)) != nil
    else {
      throw IdentityError(
        .malformed, "what was prepared in \(place) is damaged",
        hint: "remove that folder, and prepare the epoch again")
    }
    return NextEpoch(card: card, genesis: genesis, batch: batch)
  }

  /// True when the next epoch's keys lie in `DIR/next`, unencrypted.
  static func holdsKey(_ folder: NodeFolder) throws(IdentityError) -> Bool {
    try holdsKey(at: folder.next)
  }

  static func holdsKey(at place: String) throws(IdentityError) -> Bool {
    try IdentityError.wrap { () throws(SystemError) in
      try FileSystem.status(keyPath(place)) != nil
    }
  }

  /// The genesis entry, onto the empty log.
  func verified() throws -> VerifiedBatch { try LogState(empty: card.identity).accept(batch) }

  /// True when this genesis entry is the one that the store holds of its log. The key may have
  /// signed another one elsewhere, which came from a peer: then this one opens nothing.
  func isStored(in store: Store) -> Bool {
    (try? store.leafHash(card.identity.id, 0))
      == EntryHeader.leafHash(of: batch.leaves.span, at: 0)
  }

  /// Checks that the keys beside it are those of the card; they may be in their place already, or a
  /// credential of the service. Throws when they are not.
  func checkKeys(_ folder: NodeFolder) throws(IdentityError) {
    if try NextEpoch.holdsKey(folder) {
      let secrets = try OwnSecrets.load(folder, at: NextEpoch.keyPath(folder.next))
      guard secrets.matches(card) else { throw OwnSecrets.foreign(card) }
      return
    }
    let credential = OwnSecrets.credential("next.key") ?? OwnSecrets.credential()
    _ = try OwnSecrets.first(folder, credential: credential, for: card)
  }

  /// Puts the files into their places. The genesis entry is durable in the store.
  func finish(_ folder: NodeFolder, _ token: TokenFile, head: LogHead) throws(IdentityError) {
    try checkKeys(folder)
    var held = HeldCards(folder)
    try held.hold(try CardFile.own(folder))
    try held.hold(card)
    for step in AdoptionStep.allCases { try perform(step, folder, token, head: head) }
  }

  /// The writes that adopt an epoch, in an order that a start can repeat from any point.
  enum AdoptionStep: CaseIterable {
    case token, keys, rotated, card, clean
  }

  func perform(
    _ step: AdoptionStep, _ folder: NodeFolder, _ token: TokenFile, head: LogHead
  ) throws(IdentityError) {
    if step == .token {
      // One that names this log was written by this step, or by the node that this folder is an old
      // copy of.
      if case .token(let written) = try token.load(), written.origin == card.origin { return }
      return try token.save(
        RollbackToken(origin: card.origin, size: head.size, leafHash: head.leafHash))
    }
    try IdentityError.wrap { () throws(SystemError) in
      switch step {
      case .token: break
      case .keys:
        guard try FileSystem.status(NextEpoch.keyPath(folder.next)) != nil else { return }
        try FileSystem.makeFolder(folder.secretsFolder)
        try FileSystem.rename(NextEpoch.keyPath(folder.next), to: folder.secrets)
      // The earlier keys hold them since the epoch was prepared.
      case .rotated: try FileSystem.remove(folder.rotatedSecrets)
      case .card: try FileSystem.rename(NextEpoch.cardPath(folder.next), to: folder.card)
      case .clean: try FileSystem.removeFolder(folder.next)
      }
    }
  }

  /// Brings an adoption to its end, at a start, when its genesis and no other of that log is
  /// durable.
  /// - Returns: the epoch, if there was one to finish.
  static func finishAdoption(
    _ folder: NodeFolder, _ store: Store, _ token: TokenFile
  ) throws(IdentityError) -> NextEpoch? {
    guard let prepared = try load(folder), let head = store.durableHead(prepared.card.identity.id),
      head.size > 0, prepared.isStored(in: store)
    else { return nil }
    try prepared.finish(folder, token, head: head)
    return prepared
  }
}
