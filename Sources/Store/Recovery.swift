import Crypto
import Log
import Wire

/// What `Store.open` does (Protocols/store.md, 7). It can be broken off and done again at any point:
/// until the new journal begins, the old ones are not touched.
struct Recovery {
  let disk: any Disk
  private(set) var heads: [LogID: HeadRecord] = [:]
  /// Of `heads`, in the order of the journal.
  private var order: [LogID] = []
  private(set) var identities: [LogID: LogIdentity] = [:]
  private(set) var damage: [Damage] = []
  /// The lowest entry that the replay wrote.
  private var touched: [LogID: UInt64] = [:]
  private var dirty = SyncQueue()
  private var reserveIsHeld = true
  /// Says in the newest journal that the older one is no longer needed, once that is so.
  private var retirement: [DiskOperation] = []

  init(disk: any Disk) { self.disk = disk }

  mutating func run(limits: StoreLimits) throws(StoreError) -> Store {
    try checkFormat()
    var position = try replay()
    var logs: [StoredLog] = []
    var unloaded: [HeadRecord] = []
    for id in order {
      guard let record = heads[id] else { continue }
      do {
        logs.append(try load(record))
      } catch {
        guard case .damaged(let found) = error else { throw error }
        damage.append(found)
        unloaded.append(record)
      }
    }
    try findUnknownLogs()
    for target in dirty.all { try execute(target.operation) }
    for operation in retirement { try execute(operation) }
    let store = Store(
      disk: disk, limits: limits, logs: logs, unloaded: unloaded, damage: damage,
      journal: position)
    let beginning = store.beginning(of: position, retiresOther: true)
    let file = StoreFile.journal(position.number)
    try execute(.write(file, offset: 0, bytes: beginning))
    try execute(.sync(file))
    position.offset = UInt64(beginning.count)
    store.journal = position
    try holdReserve(store)
    store.compareLeftOver()
    return store
  }

  private func checkFormat() throws(StoreError) {
    let bytes: [UInt8]
    do {
      bytes = try disk.read(.format, at: 0, count: Layout.format.count + 1)
    } catch {
      if error == .notFound { throw .noStore }
      throw .disk(error, .format)
    }
    guard bytes == Layout.format else { throw .unknownFormat }
  }

  // MARK: Journals

  /// - Returns: where the next journal begins.
  private mutating func replay() throws(StoreError) -> JournalPosition {
    let readers = [
      try JournalReader(disk: disk, number: 0), try JournalReader(disk: disk, number: 1),
    ]
    var valid = readers.filter { $0.beginning != nil }
    valid.sort { $0.generation < $1.generation }
    guard let newest = valid.last, let salt = newest.beginning?.salt else {
      throw .damaged(Damage(file: .journal(0), index: 0, .malformed))
    }
    let other = readers[1 - newest.number]
    guard newest.number == Int(newest.generation % 2) else {
      throw .damaged(Damage(file: newest.file, index: 0, .malformed))
    }
    var scan = newest
    while try scan.nextCommit() != nil {}
    if scan.retiresOther {
      // The other one may have been torn while it began again, unless it shows that it had begun.
      guard try !other.holdsCommits(after: newest.generation, salt: salt) else {
        throw .damaged(Damage(file: other.file, index: 0, .checksum))
      }
      valid = [newest]
    } else if valid.count != 2 || valid[0].generation + 1 != newest.generation {
      throw .damaged(Damage(file: other.file, index: 0, .malformed))
    } else {
      let frame = JournalFrame.encode(
        .commit, retiresOther: true, generation: scan.generation, sequence: scan.sequence + 1,
        salt: salt, reservedPayload: [UInt8](repeating: 0, count: JournalFrame.headerBytes))
      retirement = [.write(scan.file, offset: scan.offset, bytes: frame), .sync(scan.file)]
    }
    for var reader in valid {
      for head in reader.beginning?.heads ?? [] { set(head) }
      while let payload = try reader.nextCommit() {
        do {
          try replay(payload)
        } catch {
          guard case .damaged = error else { throw error }
          throw .damaged(Damage(file: reader.file, index: reader.sequence, .malformed))
        }
      }
    }
    return JournalPosition(
      salt: salt, bytes: min(readers[0].length, readers[1].length),
      generation: newest.generation + 3, sequence: 0, offset: 0)
  }

  private mutating func set(_ head: HeadRecord) {
    if heads.updateValue(head, forKey: head.id) == nil { order.append(head.id) }
  }

  private mutating func replay(_ payload: [UInt8]) throws(StoreError) {
    var reader = ByteReader(count: payload.count)
    while reader.remaining > 0 {
      guard let record = try? JournalRecord(&reader, payload.span) else {
        throw .damaged(Damage(file: .journal(0), .malformed))
      }
      try replay(record)
    }
  }

  private mutating func replay(_ record: JournalRecord) throws(StoreError) {
    let operations = record.fileOperations(isNew: false)
    for operation in operations { try execute(operation) }
    dirty.insert(changedBy: operations)
    switch record {
    case .newLog(let identity):
      identities[identity.id] = identity
      if heads[identity.id] == nil { set(HeadRecord(id: identity.id)) }
    case .entries(let id, let batch, let place):
      try replay(batch, of: id, place)
    case .head(let head):
      try change(head.id) { $0.takeEntries(from: head) }
    case .checkpoint(let id, let position, let contradicts, _):
      try change(id) {
        $0.checkpointCount = position + 1
        if contradicts { $0.contradictionCount += 1 }
      }
    case .cosignature(let id, let position, _):
      try change(id) { $0.cosignatureCount = position + 1 }
    case .pending(let id, let note):
      try change(id) { $0.pendingNote = note }
    case .freeze(let id, let index):
      try change(id) { $0.frozenAt = index }
    }
  }

  private mutating func change(_ id: LogID, _ body: (inout HeadRecord) -> Void)
    throws(StoreError)
  {
    guard var head = heads[id] else { throw .damaged(Damage(file: .journal(0), .malformed)) }
    body(&head)
    heads[id] = head
  }

  private mutating func replay(_ batch: EntryBatch, of id: LogID, _ place: EntryPlace)
    throws(StoreError)
  {
    let last = batch.count - 1
    let leaves = batch.leaves
    guard let head = heads[id], batch.first == head.size, last >= 0 else {
      throw .damaged(Damage(file: .journal(0), .malformed))
    }
    var hashes: [UInt8] = []
    hashes.reserveCapacity(batch.count * Layout.hashBytes)
    for position in 0..<batch.count {
      EntryHeader.leafHash(of: leaves.span, at: position * EntryLayout.leafBytes)
        .append(to: &hashes)
    }
    let files = EntryFiles(batch, at: place)
    let operations = files.operations(
      id, first: batch.first, place: place, leaves: leaves, leafHashes: hashes)
    for operation in operations { try execute(operation) }
    dirty.insert(changedBy: operations)
    touched[id] = min(touched[id] ?? .max, batch.first)
    try change(id) {
      $0.size = batch.end
      $0.leafHash = Digest(hashes.span, at: last * Layout.hashBytes)
      $0.headerHash = EntryHeader.headerHash(of: leaves.span, at: last * EntryLayout.leafBytes)
      $0.bodyBytes += UInt64(batch.bodies.count)
      $0.segment = files.end.segment
      $0.segmentOffset = files.end.segmentOffset
      $0.controlCount = files.end.controlCount
    }
  }

  // MARK: Logs

  private mutating func load(_ record: HeadRecord) throws(StoreError) -> StoredLog {
    let identity = try identity(of: record.id)
    identities[record.id] = identity
    // First: what the replay wrote has its nodes only after that.
    let builder = try rebuildNodes(record)
    let surplus = try checkLengths(record)
    var lastLeaf: [UInt8] = []
    if record.size > 0 {
      lastLeaf = try disk.readExactly(
        .log(record.id, .entries), at: (record.size - 1) * UInt64(EntryLayout.leafBytes),
        count: EntryLayout.leafBytes)
    }
    let state = LogState(
      identity: identity,
      tree: CompactTree(size: record.size, nodes: builder.treeNodes), lastLeaf: lastLeaf,
      frozenAt: record.frozenAt)
    guard state.head.leafHash == record.leafHash, state.lastHeaderHash == record.headerHash
    else {
      throw .damaged(
        Damage(file: .log(record.id, .entries), index: record.size - 1, .headMismatch))
    }
    guard
      record.size == 0 || builder.lastLeafHash == nil
        || builder.lastLeafHash == record.leafHash
    else {
      throw .damaged(
        Damage(file: .log(record.id, .hashes), index: record.size - 1, .headMismatch))
    }
    let log = StoredLog(state: state, record: record, nodes: builder, isOnDisk: true)
    try log.loadNotes(from: disk)
    for operation in surplus { try execute(operation) }
    dirty.insert(changedBy: surplus)
    return log
  }

  private func identity(of id: LogID) throws(StoreError) -> LogIdentity {
    if let identity = identities[id] { return identity }
    let file = StoreFile.log(id, .identity)
    let bytes: [UInt8]
    do {
      bytes = try disk.read(file, at: 0, count: 1024)
    } catch {
      if error == .notFound { throw .damaged(Damage(file: file, .missing)) }
      throw .disk(error, file)
    }
    guard let identity = LogIdentity(storedText: bytes), identity.id == id else {
      throw .damaged(Damage(file: file, .identity))
    }
    return identity
  }

  /// - Returns: what removes the bytes behind the acknowledged ones.
  private func checkLengths(_ record: HeadRecord) throws(StoreError) -> [DiskOperation] {
    var surplus: [DiskOperation] = []
    do {
      for file in LogFile.fixed + [.bodies(record.segment)] {
        let name = StoreFile.log(record.id, file)
        guard let expected = record.bytes(of: file) else { continue }
        guard let size = try disk.size(of: name) else {
          if case .bodies = file, expected == 0 { continue }
          throw StoreError.damaged(Damage(file: name, .missing))
        }
        if size < expected { throw StoreError.damaged(Damage(file: name, .tooShort)) }
        if size > expected { surplus.append(.truncate(name, bytes: expected)) }
      }
      for name in try disk.list(.bodies(record.id)).sorted() {
        guard let number = UInt32(name), number > record.segment else { continue }
        surplus.append(.remove(.log(record.id, .bodies(number))))
      }
    } catch let error as StoreError {
      throw error
    } catch let error as DiskError {
      throw .disk(error, .log(record.id, .identity))
    } catch {
      throw .disk(.other(0), nil)
    }
    return surplus
  }

  /// Writes the nodes above what the replay wrote, and gives what appending needs.
  private mutating func rebuildNodes(_ record: HeadRecord) throws(StoreError) -> NodeBuilder {
    let start = min(touched[record.id] ?? record.size, record.size) >> UInt64(Layout.nodeLevel)
    var peaks: [Digest] = []
    var block: UInt64 = 0
    for height in stride(from: 55, through: 0, by: -1) where start >> UInt64(height) & 1 == 1 {
      let position = NodesLayout.position(
        level: height + Layout.nodeLevel, index: block >> UInt64(height))
      let bytes = try disk.readExactly(
        .log(record.id, .nodes), at: position * UInt64(Layout.hashBytes), count: Layout.hashBytes)
      peaks.append(Digest(bytes.span, at: 0))
      block += 1 << UInt64(height)
    }
    var builder = NodeBuilder(openBlock: [], peaks: peaks, blocks: start)
    var nodes: [UInt8] = []
    var next = start << UInt64(Layout.nodeLevel)
    while next < record.size {
      let count = min(record.size - next, UInt64(Layout.readBytes / Layout.hashBytes))
      let hashes = try disk.readExactly(
        .log(record.id, .hashes), at: next * UInt64(Layout.hashBytes),
        count: Int(count) * Layout.hashBytes)
      builder.append(hashes, nodes: &nodes)
      next += count
    }
    guard !nodes.isEmpty else { return builder }
    let write = DiskOperation.write(
      .log(record.id, .nodes),
      offset: NodesLayout.count(blocks: start) * UInt64(Layout.hashBytes), bytes: nodes)
    try execute(write)
    dirty.insert(changedBy: [write])
    return builder
  }

  /// A folder that holds entries of a log that no journal knows is never written over.
  private mutating func findUnknownLogs() throws(StoreError) {
    do {
      for name in try disk.list(.logs).sorted() {
        guard let id = Hex.decode(name).flatMap({ LogID($0) }), heads[id] == nil else { continue }
        let entries = StoreFile.log(id, .entries)
        guard let size = try disk.size(of: entries), size > 0 else { continue }
        damage.append(Damage(file: entries, .unacknowledgedLog))
      }
    } catch {
      throw .disk(error, nil)
    }
  }

  // MARK: Disk

  /// On a full disk the reserve makes room.
  private mutating func execute(_ operation: DiskOperation) throws(StoreError) {
    do {
      do {
        try disk.execute(operation)
      } catch {
        guard error == .noSpace, reserveIsHeld else { throw error }
        reserveIsHeld = false
        try disk.execute(.create(.reserve))
        try disk.execute(.truncate(.reserve, bytes: 0))
        try disk.execute(operation)
      }
    } catch let error as DiskError {
      throw .disk(error, nil)
    } catch {
      throw .disk(.other(0), nil)
    }
  }

  private func holdReserve(_ store: Store) throws(StoreError) {
    do {
      try disk.execute(.create(.reserve))
      try disk.execute(.preallocate(.reserve, bytes: store.limits.reserveBytes))
    } catch {
      guard error == .noSpace else { throw .disk(error, .reserve) }
      store.condition = .full
      store.pipeline.reserveIsHeld = false
    }
  }
}
