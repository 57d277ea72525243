import Crypto
import Log
import Store

/// The disk and the model that a case begins with.
struct StoreStart {
  let limits: StoreLimits
  let image: DiskImage
  let model: StoreModel
}

extension StoreLimits {
  /// So small that journals and segments turn, and that files are synced, every few steps.
  static let simulated: [StoreLimits] = ([16, 24, 40] as [UInt64]).map { kibibytes in
    var limits = StoreLimits()
    limits.journalBytes = kibibytes << 10
    limits.commitBytes = 4 << 10
    limits.bulkSyncBytes = 12 << 10
    limits.unappliedBytes = Int(kibibytes) << 7
    limits.segmentBytes = 6 << 10
    return limits
  }
}

/// The authors of a campaign and the stores that its cases begin with, each made once, when a case
/// first wants it.
final class StoreStarts {
  static let authorNames = ["be", "de", "fr", "lu", "nl", "uk"]
  /// Entries of the first log that a case finds, beside an empty one: none, or so many that a node
  /// of the tree is completed soon, one alone or one above others.
  static let prefixes = [0, 250, 508]

  let authors: [SimulatedAuthor]
  private let seed: UInt64
  private var filled: [Int: StoreStart] = [:]

  init(seed: UInt64) throws(Violation) {
    self.seed = seed
    var authors: [SimulatedAuthor] = []
    for (number, name) in StoreStarts.authorNames.enumerated() {
      authors.append(
        try SimulatedAuthor(name: name, seed: seed &+ UInt64(number) &* 0x1_0001))
    }
    self.authors = authors
  }

  private func make(prefix size: Int, _ limits: StoreLimits) throws(Violation) -> StoreStart {
    var model = StoreModel(logs: authors.map { LogModel($0) })
    model.logs[0].isAdded = true
    model.logs[1].isAdded = true
    guard size > 0 else { return try StoreStarts.fill(limits, model, nil) }
    let batch = try authors[0].entries(
      after: model.logs[0].tip, count: size, draw: seed, bodyBytes: 40)
    model.logs[0].append(batch)
    return try StoreStarts.fill(limits, model, batch)
  }

  private static func fill(
    _ limits: StoreLimits, _ model: StoreModel, _ batch: VerifiedBatch?
  ) throws(Violation) -> StoreStart {
    let disk = SimulatedDisk()
    var model = model
    let store = try must("a store to begin with") { () throws in
      try Store.create(on: disk, salt: StoreCampaign.salt, limits: limits)
      let store = try Store.open(on: disk, limits: limits)
      for log in model.logs where log.isAdded { try store.addLog(log.author.identity) }
      if let batch {
        try store.appendBulk(batch)
        let tree = batch.after.tree
        let checkpoint = model.logs[0].author.checkpoint(size: tree.size, root: tree.root())
        model.logs[0].given.insert(checkpoint)
        _ = try store.addCheckpoint(checkpoint)
      }
      try store.flush()
      return store
    }
    model.flushed(store)
    for number in model.logs.indices { model.logs[number].beginCase() }
    return StoreStart(limits: limits, image: disk.image.crashed(.dropped), model: model)
  }

  /// Without a store: the case makes it.
  func empty(_ random: inout SplitMix64) -> StoreStart {
    StoreStart(
      limits: StoreLimits.simulated[random.below(StoreLimits.simulated.count)],
      image: DiskImage(), model: StoreModel(logs: authors.map { LogModel($0) }))
  }

  func filled(_ random: inout SplitMix64) throws(Violation) -> StoreStart {
    let kinds = StoreLimits.simulated
    let number = random.below(StoreStarts.prefixes.count * kinds.count)
    if let made = filled[number] { return made }
    let made = try make(
      prefix: StoreStarts.prefixes[number / kinds.count], kinds[number % kinds.count])
    filled[number] = made
    return made
  }

  func forget() {
    for author in authors { author.forget() }
  }
}
