import Crypto
import Log
import Replica
import Runtime
import Secrets
import Store

/// Destroys sealing secrets that were replaced, so that whoever steals the keys of this node later
/// opens nothing that carriers hold from before (Protocols/sealing.md, SEAL-30). The caller has the
/// folder's lock: no daemon runs.
public struct KeyForgetting {
  private let folder: NodeFolder
  private let keys: OwnKeys
  private let store: Store
  private let forgotten: Set<SealingPublicKey>
  private let isOfFirst: Bool
  private let isCredential: Bool

  /// How many secrets were replaced before the day.
  public var count: Int { forgotten.count }

  /// - Parameters:
  ///   - credential: as of `OwnSecrets.load`.
  ///   - day: days since 1970-01-01.
  public init(
    _ folder: NodeFolder, credential: String?, before day: UInt32
  ) throws(IdentityError) {
    self.folder = folder
    let card = try CardFile.own(folder)
    guard try KeyRotation.load(folder) == nil, try NextEpoch.load(folder) == nil else {
      throw IdentityError(
        .refused, "a rotation or an epoch is on its way in \(folder.root)",
        hint: "start liaisond once, which brings it to its end, and stop it again")
    }
    keys = try OwnKeys(folder, credential: credential, card: card)
    let disk = try IdentityError.wrap { () throws(SystemError) in
      try FileDisk(folder: folder.root)
    }
    do throws(StoreError) { store = try Store.open(on: disk) } catch {
      throw IdentityError(
        .inputOutput, "the store cannot be opened: \(error)", hint: "see liaison fsck")
    }
    let id = card.identity.id
    guard let batch = try? store.read(id, 0..<1, maxBytes: EntryLayout.maxBodyBytes),
      batch.count == 1
    else {
      throw IdentityError(
        .inputOutput, "the first entry of \(card.origin.text) cannot be read",
        hint: "see liaison fsck")
    }
    let genesisDay = UInt32(clamping: batch.header(at: 0).time / DayBudget.dayMilliseconds)
    let replaced = ReplacedPairs(keys, genesisDay: genesisDay)
    forgotten = replaced.replaced(before: day)
    isOfFirst = forgotten.contains(replaced.first)
    isCredential = credential != nil
  }

  /// Reads all entries of the store.
  /// - Parameter progress: called with how many entries were read, and of how many.
  public func survey(
    _ progress: (UInt64, UInt64) -> Void = { _, _ in }
  ) throws(IdentityError) -> ForgettingSurvey {
    guard !isOfFirst || !isCredential else {
      throw IdentityError(
        .refused,
        "one of them is in node.key, which systemd keeps as a credential and nobody can change in its place",
        hint: "open the next epoch (liaison epoch open), whose keys are others, and then forget")
    }
    var shared: [NodeName: [Held<PresharedKey>]] = [:]
    for key in try PresharedKeys.kept(folder) where shared[key.name] == nil {
      shared[key.name] = try PresharedKeys.all(with: key.name, folder)
    }
    func desk(_ pairs: [SealingPair]) -> Desk {
      let desk = Desk(store: store, secrets: keys.present, own: keys.card.name)
      desk.take(pairs)
      desk.presharedKeys = { shared[$0] ?? [] }
      return desk
    }
    var reader = ForgettingReader(
      store, now: desk(keys.pairs), later: desk(keys.pairs.filter { !isForgotten($0) }))
    do throws(StoreError) { try reader.run(progress) } catch {
      throw IdentityError(
        .inputOutput, "the store cannot be read: \(error)", hint: "see liaison fsck")
    }
    return reader.survey
  }

  private func isForgotten(_ pair: SealingPair) -> Bool {
    forgotten.contains(pair.sealing.secret.publicKey)
  }

  /// First what readers are told is durable, then secrets go; repeated after a crash, it goes on.
  public func perform(_ survey: ForgettingSurvey) throws(IdentityError) {
    var records = try ForgottenRecords.load(folder)
    records.formUnion(survey.forgotten)
    try records.write(folder)
    let kept = SealingPair(keys.sets[0])
    let isForgotten = { (key: SealingPublicKey) in forgotten.contains(key) }
    try IdentityError.wrap { () throws(SystemError) in
      if !keys.earlier.cards.isEmpty {
        try keys.earlier.forgetting(isForgotten, for: kept).withEncoded {
          bytes throws(SystemError) in
          try GuardedFile.overwrite(folder.earlierSecrets, with: bytes)
        }
      }
      if !keys.rotated.generations.isEmpty {
        try keys.rotated.forgetting(isForgotten, for: kept).withEncoded {
          bytes throws(SystemError) in
          try GuardedFile.overwrite(folder.rotatedSecrets, with: bytes)
        }
      }
      guard isOfFirst else { return }
      try keys.first.forgetting(isForgotten, for: kept).withEncoded { bytes throws(SystemError) in
        try GuardedFile.overwrite(folder.secrets, with: bytes)
      }
    }
  }
}
