internal import Crypto
internal import HubInterface
internal import Log
internal import Runtime
internal import Secrets
internal import Store

/// Who looked at what, and why: a log of Liaison's own kind, under a key of its own, which no role
/// can change (Protocols/hub.md, 5).
///
/// `append` stages, `commit` makes durable; an answer leaves after the commit of its look.
final class ConsultationLog {
  private let folder: String
  /// Path of key and card of this epoch, without `.key` and `.card`.
  private let keys: String
  private let disk: FileDisk
  private let store: Store
  private let key: ConsultationKey
  private let identity: LogIdentity
  private var checkpointed: UInt64

  /// Opens the log in `folder`, or makes it.
  /// - Parameter epoch: of the node: each has a log of its own.
  init(folder: String, epoch: UInt32) throws {
    self.folder = folder
    try FileSystem.makeFolder(folder)
    let name = try NodeName("looks.\(epoch)")
    // The keys lie beside the folder: an auditor who is handed it gets no secret.
    keys = "\(FileSystem.parent(folder))/\(name)"
    let origin = Origin(name: name, epoch: 1)
    disk = try FileDisk(folder: folder)
    store = try ConsultationLog.store(on: disk, folder)
    let known = store.logs.filter { $0.origin == origin }
    key = try ConsultationKey.load(keys + ".key", mayMake: known.isEmpty)
    identity = LogIdentity(origin: origin, key: key.secret.publicKey)
    checkpointed = 0
    // A second log beside the first would be a way to begin anew with nobody having looked.
    guard known.allSatisfy({ $0.id == identity.id }) else {
      throw HubError.refused(
        reason: "\(keys).key is not the key of the log in \(folder)",
        hint: "put the key back that belongs to it, from a backup")
    }
    // None yet, or one that a kill left without its first entry.
    if size == 0 {
      let card = try ConsultationLog.card(origin, key.secret)
      try FileSystem.atomicWrite(keys + ".card", card.note, mode: 0o644)
      try FileSystem.atomicWrite(folder + "/node.card", card.note, mode: 0o644)
      try begin(card)
    }
    checkpointed = store.newestCheckpoint(identity.id)?.size ?? 0
  }

  private static func store(on disk: FileDisk, _ folder: String) throws -> Store {
    if try FileSystem.status("\(folder)/format") == nil {
      var random = SystemRandom()
      guard let salt = Bytes32(random.bytes(32)) else { preconditionFailure("32 bytes") }
      try Store.create(on: disk, salt: salt)
    }
    return try Store.open(on: disk)
  }

  var id: LogID { identity.id }

  /// The newest checkpoint; nil before there is one over all entries.
  var newestCheckpoint: VerifiedCheckpoint? {
    store.newestCheckpoint(identity.id).flatMap { $0.size == size ? $0 : nil }
  }

  /// Entries, the genesis included.
  var size: UInt64 { store.state(identity.id)?.size ?? 0 }

  /// Only the log key is ever used; the others make the card whole, and their secrets are dropped.
  private static func card(_ origin: Origin, _ log: borrowing LogSecretKey) throws -> Card {
    let others = NodeSecrets.generate()
    return try Card.make(
      serial: 1, origin: origin, log: log.publicKey, cosigning: others.cosigning.publicKey,
      sealing: others.sealing.publicKey, transport: others.transport.publicKey,
      opening: OpeningSecretKey.generate().publicKey.commitment, address: nil
    ) { log.sign($0) }
  }

  private func begin(_ card: Card) throws {
    let empty = LogState(empty: identity)
    var builder = EntryBuilder(state: empty)
    builder.append(
      kind: .genesis, time: SystemClock().wallMilliseconds, body: try Genesis(first: card).encode())
    if store.state(identity.id) == nil { try store.addLog(identity) }
    try store.append(try empty.accept(builder.finish { key.secret.sign($0) }))
    try commit()
  }

  /// - Returns: the entry's index.
  func append(_ body: [UInt8], time: UInt64) throws -> UInt64 {
    if store.condition == .full {
      store.retry()
      try commit()
    }
    guard let state = store.state(identity.id) else { throw StoreError.outOfRange }
    var builder = EntryBuilder(state: state)
    let index = builder.append(kind: .consultation, time: time, body: body)
    let hashed = HashedBatch(builder.finish { key.secret.sign($0) })
    // The entry is taken under a checkpoint that nobody else sees: its signature takes a third of
    // what verifying the entry's would.
    let checkpoint = checkpoint(over: hashed.tree(extending: state))
    try store.append(try state.accept(hashed, under: checkpoint, consistency: []))
    return index
  }

  private func checkpoint(over tree: CompactTree) -> VerifiedCheckpoint {
    Checkpoint.make(identity: identity, size: tree.size, root: tree.root()) { key.secret.sign($0) }
  }

  /// Durable when this returns. One call serves all that was appended before.
  func commit() throws {
    while let batch = store.takeBatch(settling: false) { try execute(batch) }
    switch store.condition {
    case .running: break
    case .full:
      throw HubError.diskFailed(
        reason: "the disk is full: a look that cannot be recorded is refused")
    default: throw HubError.diskFailed(reason: "the consultation log cannot be written")
    }
  }

  /// True when the disk is full: a look may be recorded again once there is room.
  var isFull: Bool { store.condition == .full }

  /// A signed checkpoint over all entries, where there is none yet.
  func checkpoint() throws {
    guard let state = store.state(identity.id), state.size > checkpointed else { return }
    _ = try store.addCheckpoint(checkpoint(over: state.tree))
    checkpointed = state.size
    try commit()
  }

  /// Log files are written when nobody waits.
  func settle() throws {
    while let batch = store.takeBatch() { try execute(batch) }
  }

  func close() throws {
    try checkpoint()
    _ = try store.flush()
  }

  private func execute(_ batch: DiskBatch) throws {
    var failure: DiskError?
    do throws(DiskError) { try disk.execute(batch.operations) } catch { failure = error }
    _ = store.completed(token: batch.token, error: failure)
  }

  /// Copies the log into the folder `consultations` of a new one, with its card, its key and the
  /// nonces of its anchors, as it is durable now.
  /// - Returns: names in that folder.
  func copy(to target: String) throws -> [String] {
    try checkpoint()
    try settle()
    let logs = target + "/consultations"
    try FileSystem.makeFolder(logs)
    var random = SystemRandom()
    guard let salt = Bytes32(random.bytes(32)) else { preconditionFailure("32 bytes") }
    try StoreCopy(from: disk, to: try FileDisk(folder: logs)).run(store.snapshot(), salt: salt)
    let name = identity.origin.name.text
    for (from, to) in [
      (folder + "/node.card", "consultations/node.card"), (keys + ".card", name + ".card"),
      (keys + ".key", name + ".key"),
    ] {
      try FileSystem.atomicWrite(
        "\(target)/\(to)", try FileSystem.read(from, maxBytes: 4_096), mode: 0o600)
    }
    let files = ["consultations", name + ".card", name + ".key"]
    guard try FileSystem.status(keys + ".anchors") != nil else { return files }
    // The nonces are copied behind the log: whatever was anchored of the copy opens.
    let nonces = try FileSystem.read(keys + ".anchors", maxBytes: HubLimits.anchorFileBytes)
    try FileSystem.atomicWrite("\(target)/\(name).anchors", nonces, mode: 0o600)
    return files + [name + ".anchors"]
  }

  /// Bodies of the entries below `end`, the newest first, with their indices and times.
  func read(below end: UInt64, limit: Int) throws -> [(index: UInt64, time: UInt64, body: [UInt8])]
  {
    var found: [(index: UInt64, time: UInt64, body: [UInt8])] = []
    var end = min(end, size)
    // The genesis is no consultation.
    while end > 1, found.count < limit {
      let first = end - min(end - 1, UInt64(min(64, limit - found.count)))
      let batch = try store.read(identity.id, first..<end, maxBytes: 4 << 20)
      guard batch.count > 0 else { break }
      var run: [(index: UInt64, time: UInt64, body: [UInt8])] = []
      for position in 0..<batch.count {
        guard let body = batch.body(at: position) else { continue }
        run.append((first + UInt64(position), batch.header(at: position).time, Array(body)))
      }
      // A read may end early for its bytes: what it lacks is read on its own, older ones later.
      if batch.count < Int(end - first) {
        let rest = try store.read(
          identity.id, (first + UInt64(batch.count))..<end, maxBytes: 64 << 20)
        for position in 0..<rest.count {
          guard let body = rest.body(at: position) else { continue }
          run.append(
            (
              first + UInt64(batch.count + position), rest.header(at: position).time, Array(body)
            ))
        }
      }
      found.append(contentsOf: run.reversed())
      end = first
    }
    return found
  }
}
