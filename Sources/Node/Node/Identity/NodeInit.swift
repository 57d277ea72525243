internal import Crypto
public import Log
internal import Runtime
public import Secrets
internal import Store

/// Makes a node: keys, card, log with its genesis entry, and the recovery file beside the folder.
public enum NodeInit {
  /// Writes everything and syncs it. The card comes last: a folder without `node.card` is no node.
  /// A failure removes what it made, so that the same command can be given once more; a crash may
  /// leave a part.
  /// - Parameters:
  ///   - recoveryPath: must not exist and must not be inside `folder`.
  ///   - address: goes into the card, `HOST:PORT`.
  ///   - cost: of the recovery file.
  public static func run(
    name: NodeName, folder: NodeFolder, recoveryPath: String, tokenPath: String,
    address: String?, passphrase: borrowing GuardedBytes, cost: PassphraseCost = .moderate
  ) throws(IdentityError) -> Card {
    try check(
      name: name, folder: folder, recoveryPath: recoveryPath, tokenPath: tokenPath,
      address: address)
    let isNew = !FileSystem.isFolder(folder.root)
    try IdentityError.wrap { () throws(SystemError) in
      try FileSystem.makeFolder(folder.root, inheritsOwner: false)
    }
    // Two runs may begin at once, and one goes on: the other must not remove what it makes.
    let lock = try claim(folder)
    defer { withExtendedLifetime(lock) {} }
    var made: [String] = []
    do throws(IdentityError) {
      let opening = OpeningSecretKey.generate()
      let recovery = try seal(Origin(name: name, epoch: 2), opening, passphrase, cost)
      return try make(
        name, folder, recoveryPath, recovery, opening.publicKey.commitment, tokenPath, address,
        &made)
    } catch {
      // All of it was made just now, for keys that nobody has seen.
      for path in made { try? FileSystem.remove(path) }
      try? FileSystem.removeContents(folder.root)
      if isNew { try? FileSystem.removeFolder(folder.root) }
      throw error
    }
  }

  private static func claim(_ folder: NodeFolder) throws(IdentityError) -> LockFile {
    let lock: LockFile
    do throws(LockError) {
      lock = try LockFile(folder.lock)
    } catch {
      throw IdentityError(
        .exists, "the folder \(folder.root) cannot be locked: \(error)",
        hint: "wait until the other command has ended, and look at the folder")
    }
    let names = try IdentityError.wrap { () throws(SystemError) in
      try FileSystem.contents(folder.root)
    }
    guard names.allSatisfy({ folder.root + "/" + $0 == folder.lock }) else {
      throw IdentityError(
        .exists, "something was put into \(folder.root) meanwhile",
        hint: "name another folder; a node's keys are never replaced")
    }
    return lock
  }

  private static func make(
    _ name: NodeName, _ folder: NodeFolder, _ recoveryPath: String, _ recovery: [UInt8],
    _ opening: OpeningKeyHash, _ tokenPath: String, _ address: String?, _ made: inout [String]
  ) throws(IdentityError) -> Card {
    let secrets = NodeSecrets.generate()
    let origin = Origin(name: name, epoch: 1)
    let card: Card
    do {
      card = try Card.make(
        serial: 1, origin: origin, log: secrets.log.publicKey,
        cosigning: secrets.cosigning.publicKey, sealing: secrets.sealing.publicKey,
        transport: secrets.transport.publicKey, opening: opening, address: address
      ) { secrets.log.sign($0) }
    } catch {
      throw IdentityError(.refused, "the card \(error.reason)", hint: "look at the address")
    }
    let leftover = "make room or look at the disk, and try again: nothing is left of it"
    // Before anything commits to its key.
    try IdentityError.wrap(hint: leftover) { () throws(SystemError) in
      try FileSystem.writeNew(recoveryPath, recovery, mode: 0o600)
    }
    made.append(recoveryPath)
    try IdentityError.wrap(hint: leftover) { () throws(SystemError) in
      try FileSystem.makeFolder(folder.secretsFolder)
      try FileSystem.makeFolder(folder.peers)
      try secrets.withEncoded { seeds throws(SystemError) in
        try GuardedFile.write(folder.secrets, seeds)
      }
    }
    let head = try makeLog(folder, card, secrets, leftover: leftover)
    try IdentityError.wrap(hint: leftover) { () throws(SystemError) in
      let token = RollbackToken(origin: origin, size: head.size, leafHash: head.leafHash)
      // The service writes it with the log.
      try FileSystem.writeNew(tokenPath, token.encode(), mode: 0o600, ownerOf: folder.root)
    }
    made.append(tokenPath)
    try IdentityError.wrap(hint: leftover) { () throws(SystemError) in
      try FileSystem.atomicWrite(folder.card, card.note, mode: 0o644)
    }
    return card
  }

  /// Refuses what `run` would refuse, before anybody is asked for a passphrase.
  public static func check(
    name: NodeName, folder: NodeFolder, recoveryPath: String, tokenPath: String, address: String?
  ) throws(IdentityError) {
    guard name != NodeName.everybody else {
      throw IdentityError(
        .refused, "no node can be called all: --to all means everybody", hint: "choose another name"
      )
    }
    if let address, !Card.isAddress(address) {
      throw IdentityError(.refused, "the address is \"\(address)\"", hint: "write HOST:PORT")
    }
    let names = try IdentityError.wrap { () throws(SystemError) in
      try FileSystem.contents(folder.root)
    }
    if names.contains("node.card") {
      throw IdentityError(
        .exists, "there is a node in \(folder.root) already",
        hint: "name another folder; a node's keys are never replaced")
    }
    if !names.isEmpty {
      throw IdentityError(
        .exists, "the folder \(folder.root) is not empty, and holds no complete node",
        hint: "look at it; what an init that broke off left can be removed")
    }
    for path in [recoveryPath, tokenPath] {
      try OutsideFile.check(
        path, folder: folder,
        hint: "it may be an earlier node's only recovery: keep it, and name another path")
    }
  }

  private static func seal(
    _ origin: Origin, _ key: borrowing OpeningSecretKey, _ passphrase: borrowing GuardedBytes,
    _ cost: PassphraseCost
  ) throws(IdentityError) -> [UInt8] {
    var random = SystemRandom()
    do {
      return try RecoveryFile.seal(
        origin: origin.text, key: key, passphrase: passphrase, cost: cost, using: &random)
    } catch {
      throw IdentityError(error, path: "the recovery file")
    }
  }

  /// Space that is only reserved takes twice as long to sync when it is written for the first time:
  /// the journals' blocks are written now, with what they hold.
  private static func writeJournalsOnce(_ disk: FileDisk) throws(DiskError) {
    for number in 0...1 {
      let file = StoreFile.journal(number)
      let bytes = try disk.read(file, at: 0, count: Int(try disk.size(of: file) ?? 0))
      try disk.execute(.write(file, offset: 0, bytes: bytes))
      try disk.execute(.sync(file))
    }
  }

  /// The store with the genesis entry and a checkpoint over it, synced.
  private static func makeLog(
    _ folder: NodeFolder, _ card: Card, _ secrets: NodeSecrets, leftover: String
  ) throws(IdentityError) -> LogHead {
    var random = SystemRandom()
    do {
      let disk = try FileDisk(folder: folder.root)
      guard let salt = Bytes32(random.bytes(32)) else { preconditionFailure("32 bytes") }
      try Store.create(on: disk, salt: salt)
      try writeJournalsOnce(disk)
      let store = try Store.open(on: disk)
      let genesis = try Genesis(first: card)
      let empty = LogState(empty: card.identity)
      var builder = EntryBuilder(state: empty)
      builder.append(
        kind: .genesis, time: SystemClock().wallMilliseconds, body: genesis.encode())
      let verified = try empty.accept(builder.finish { secrets.log.sign($0) })
      let state = verified.after
      try store.addLog(card.identity)
      try store.append(verified)
      _ = try store.addCheckpoint(
        Checkpoint.make(identity: card.identity, size: state.size, root: state.tree.root()) {
          secrets.log.sign($0)
        })
      _ = try store.flush()
      return state.head
    } catch {
      throw IdentityError(
        .inputOutput, "the log could not be made in \(folder.root): \(error)",
        hint: leftover)
    }
  }
}
