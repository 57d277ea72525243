import Crypto
import Log

/// One log while a start finds out how far it goes.
final class RecoveredLog {
  let id: LogID
  /// Nil before a beginning or a record says that there is such a log.
  var head: HeadRecord?
  var identity: LogIdentity?
  /// The lowest entry that was kept although no journal has it.
  var kept: UInt64?
  /// The lowest entry whose index record was made from the segments.
  var rebuilt: UInt64?
  /// The lowest entry that the replay wrote.
  var touched: UInt64?
  /// Files that are shorter than what was acknowledged of them, with their length before the
  /// replay.
  var gaps: [LogFile: UInt64] = [:]
  /// Removals that the journals name, done when the rest of the log is right.
  var purges: [(change: StateChange, indices: [UInt64])] = []
  /// The head to which the log goes back if its later entries are not there.
  var fallback: HeadRecord?
  /// The size that was acknowledged and is not there.
  var lost: UInt64?

  init(id: LogID) { self.id = id }

  func file(_ name: LogFile) -> StoreFile { .log(id, name) }

  func touch(_ entry: UInt64) { touched = min(touched ?? .max, entry) }
  func keep(from entry: UInt64) { kept = min(kept ?? .max, entry) }
  func lose(upTo size: UInt64) { lost = max(lost ?? 0, size) }
}

/// The logs that a start found.
final class RecoveredLogs {
  private var byID: [LogID: RecoveredLog] = [:]
  /// Those with a head, in the order of the journal.
  private(set) var order: [LogID] = []

  /// One that was never named is known by its id alone.
  subscript(id: LogID) -> RecoveredLog {
    if let known = byID[id] { return known }
    let new = RecoveredLog(id: id)
    byID[id] = new
    return new
  }

  /// - Precondition: the log has no head.
  func begin(_ head: HeadRecord) {
    order.append(head.id)
    self[head.id].head = head
  }
}

// MARK: Lengths

// Log files against the lengths that the head gives them (Protocols/store.md, 7.3).
extension RecoveredLog {
  private struct Gap {
    let length: UInt64
    let problem: Damage.Problem
  }

  /// Before a replay writes behind it: what the log files lack of what they had when the oldest
  /// journal in use began. Missing files are made, so that the replay has where to write.
  func survey(_ head: HeadRecord, on disk: RecoveryDisk) throws(StoreError) {
    var made: [DiskOperation] = []
    for name in head.files {
      guard let gap = try gap(name, head, disk) else { continue }
      note(gap, name, disk)
      if gap.problem == .missing, name != .identity { made.append(.create(file(name))) }
    }
    guard !made.isEmpty else { return }
    try disk.change(
      [.createFolder(.logs), .createFolder(.log(id)), .createFolder(.bodies(id))] + made)
  }

  /// After the replay.
  /// - Returns: what removes the bytes behind the acknowledged ones.
  func checkLengths(
    _ head: HeadRecord, on disk: RecoveryDisk
  ) throws(StoreError) -> [DiskOperation] {
    var surplus: [DiskOperation] = []
    for name in head.files where name != .identity {
      if let gap = try gap(name, head, disk) {
        note(gap, name, disk)
      } else if let size = try disk.size(of: file(name)), let expected = head.bytes(of: name),
        size > expected
      {
        surplus.append(.truncate(file(name), bytes: expected))
      }
    }
    for number in try disk.disk.segments(of: id) where number > head.segment {
      surplus.append(.remove(file(.bodies(number))))
    }
    return surplus
  }

  private func gap(
    _ name: LogFile, _ head: HeadRecord, _ disk: RecoveryDisk
  ) throws(StoreError) -> Gap? {
    var expected = head.bytes(of: name) ?? 0
    if name == .nodes, let touched {
      // A replay writes no nodes: they are computed after it.
      expected = min(expected, NodesLayout.count(entries: touched) * UInt64(Layout.hashBytes))
    }
    guard let size = try disk.size(of: file(name)) else {
      if case .bodies = name, expected == 0 { return nil }
      return Gap(length: 0, problem: .missing)
    }
    return size < expected ? Gap(length: size, problem: .tooShort) : nil
  }

  private func note(_ gap: Gap, _ name: LogFile, _ disk: RecoveryDisk) {
    // One report a file: the survey's, if there are two.
    guard gaps[name] == nil else { return }
    gaps[name] = gap.length
    disk.report(Damage(file: file(name), gap.problem))
  }
}

extension HeadRecord {
  var files: [LogFile] { LogFile.fixed + [.bodies(segment)] }
}

// MARK: Identity

extension RecoveredLog {
  /// The identity from the journal, from its file, or from the card in the log's first entry.
  func findIdentity(
    _ head: HeadRecord, on disk: RecoveryDisk
  ) throws(StoreError) -> LogIdentity {
    if let identity { return identity }
    let file = file(.identity)
    let found: Damage
    do throws(DiskError) {
      let bytes = try disk.disk.read(file, at: 0, count: 1024)
      if let stored = LogIdentity(storedText: bytes), stored.id == id { return stored }
      found = Damage(file: file, .identity)
    } catch {
      guard error == .notFound else { throw .disk(error, file) }
      found = Damage(file: file, .missing)
    }
    guard let identity = identityFromGenesis(head, on: disk) else { throw .damaged(found) }
    disk.report(found)
    try disk.change([
      .create(file), .truncate(file, bytes: 0),
      .write(file, offset: 0, bytes: identity.storedText),
    ])
    return identity
  }

  /// The identity that the log's file says, whatever the journals know.
  func storedIdentity(on disk: RecoveryDisk) -> LogIdentity? {
    guard let bytes = try? disk.disk.read(file(.identity), at: 0, count: 1024),
      let identity = LogIdentity(storedText: bytes), identity.id == id
    else { return nil }
    return identity
  }

  private func identityFromGenesis(_ head: HeadRecord, on disk: RecoveryDisk) -> LogIdentity? {
    guard head.size > 0,
      let leaf = try? disk.disk.readExactly(file(.entries), at: 0, count: EntryLayout.leafBytes)
    else { return nil }
    let length = Int(EntryHeader(parsing: leaf.span).bodyBytes)
    // The first body record of the first segment is entry 0's.
    guard length <= EntryLayout.maxBodyBytes,
      let record = try? disk.disk.read(
        file(.bodies(0)), at: 0, count: Layout.bodyHeaderBytes + length),
      record.count == Layout.bodyHeaderBytes + length,
      let genesis = try? Genesis.parse(Array(record[Layout.bodyHeaderBytes...])),
      genesis.card.identity.id == id
    else { return nil }
    return genesis.card.identity
  }
}
