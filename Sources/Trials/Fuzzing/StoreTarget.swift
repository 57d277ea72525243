import Crypto
import Log
import Simulation
import Store

/// Files of the store as a start may find them: it opens or refuses, and what it then gives it can
/// read, extend and open again.
enum StoreTarget {
  /// Small: journals turn, and a start reads little.
  private static let limits: StoreLimits = {
    var limits = StoreLimits()
    limits.journalBytes = 32 << 10
    limits.commitBytes = 8 << 10
    limits.bulkSyncBytes = 32 << 10
    limits.unappliedBytes = 12 << 10
    limits.segmentBytes = 2 << 10
    return limits
  }()

  /// Two logs; of the last entries only the journal knows.
  static let image = history.last ?? DiskImage()

  /// The disk after each batch.
  static let history: [DiskImage] = {
    let disk = SimulatedDisk()
    var images: [DiskImage] = []
    sure {
      try Store.create(on: disk, salt: FuzzParty.salt, limits: limits)
      let store = try Store.open(on: disk, limits: limits)
      func work(atMost batches: Int = .max) throws {
        var done = 0
        while done < batches, let batch = store.takeBatch() {
          try disk.execute(batch.operations)
          _ = store.completed(token: batch.token, error: nil)
          images.append(disk.image)
          done += 1
        }
      }
      for party in [FuzzParty.nl, .be] {
        try store.addLog(party.identity)
        let first = party.entries(12, after: LogState(empty: party.identity), bodyBytes: 200)
        try store.append(first)
        _ = try store.addCheckpoint(party.checkpoint(first.after))
        try work()
        let withdrawal = party.withdrawal(of: [2, 3], after: first.after)
        try store.append(withdrawal)
        try store.hide(
          party.identity.id, [2, 3], by: Withdrawal.Place(epoch: 1, index: first.after.size),
          dueMinute: 10_080, unless: { _ in true })
        try work()
        try store.append(party.entries(3, after: withdrawal.after))
        try store.restore(party.identity.id, [3], where: { _ in true })
        try work(atMost: 1)
      }
    }
    return images
  }()

  static func run(_ input: inout FuzzInput) {
    let disk = SimulatedDisk(image)
    let flags = input.u8()
    var edits = 0
    while !input.isEmpty, edits < 16 {
      harm(disk, &input)
      edits += 1
    }
    if flags & 1 == 1 { for number in 0...1 { mendChecksums(of: .journal(number), on: disk) } }
    guard let store = try? Store.open(on: disk, limits: limits) else { return }
    readAll(store)
    extend(store)
    let sizes = store.logs.map { store.durableHead($0.id)?.size }
    let wasWhole = store.damage.isEmpty && store.condition == .running
    if let again = try? Store.open(on: disk, limits: limits) {
      if wasWhole, again.damage.isEmpty {
        check(
          again.logs.map { again.durableHead($0.id)?.size } == sizes,
          "what was durable is not there after another start")
      }
      readAll(again)
    } else {
      check(!wasWhole, "a store that was whole does not open again")
    }
    _ = try? Fsck.run(on: disk)
  }

  /// A start's complaint about it.
  static func complaint(_ disk: SimulatedDisk) -> String {
    do { return "\(try Store.open(on: disk, limits: limits).damage)" } catch { return "\(error)" }
  }

  /// The files after a start that found nothing wrong; nil if it found something.
  static func recovered(_ disk: SimulatedDisk) -> DiskImage? {
    guard let store = try? Store.open(on: disk, limits: limits), store.damage.isEmpty else {
      return nil
    }
    return disk.image
  }

  static func harm(_ disk: SimulatedDisk, _ input: inout FuzzInput) {
    let files = disk.image.files
    let file = files[input.below(files.count)]
    let size = disk.image.content(of: file)?.count ?? 0
    switch input.u8() % 5 {
    case 0:
      let offset = input.below(size)
      if size > 0 { disk.flip(file, at: offset, bit: Int(input.u8() % 8)) }
    case 1:
      let offset = UInt64(input.u16())
      let bytes = input.take(input.below(256))
      sure { try disk.execute(.write(file, offset: offset, bytes: bytes)) }
    case 2:
      let bytes = UInt64(input.u16())
      sure { try disk.execute(.truncate(file, bytes: bytes)) }
    case 3: sure { try disk.execute(.remove(file)) }
    default:
      // A part of another file, or of the same at another place.
      let source = files[input.below(files.count)]
      let (from, to) = (UInt64(input.u16()), UInt64(input.u16()))
      let count = input.u16()
      let part = (try? disk.read(source, at: from, count: count)) ?? []
      sure { try disk.execute(.write(file, offset: to, bytes: part)) }
    }
  }

  /// Gives every frame of a journal the checksum of what stands in it now, so that its content is
  /// looked at.
  static func mendChecksums(of file: StoreFile, on disk: SimulatedDisk) {
    guard let content = disk.image.content(of: file) else { return }
    let bytes = content.read(at: 0, count: content.count)
    guard bytes.count >= 80 else { return }
    let salt = Array(bytes[48..<80])
    for start in stride(from: 0, to: bytes.count - 48, by: 4_096)
    where bytes[start...].starts(with: Array("liaisonj".utf8)) {
      let count = bytes[(start + 12)..<(start + 16)].reduce(0) { $0 << 8 | Int($1) }
      guard count <= bytes.count - start - 48 else { continue }
      let key = SHA256.hash(salt + bytes[start..<(start + 32)]).bytes
      let tag = Poly1305.tag(bytes.span.extracting((start + 48)..<(start + 48 + count)), key: key)
      sure { try disk.execute(.write(file, offset: UInt64(start + 32), bytes: tag)) }
    }
  }

  private static func readAll(_ store: Store) {
    for log in store.logs {
      guard let size = store.durableHead(log.id)?.size else { continue }
      for index in 0..<min(size, 20) {
        _ = try? store.read(log.id, index..<(index + 1), maxBytes: 4_096)
        _ = try? store.leafHash(log.id, index)
        _ = try? store.bodyState(log.id, index)
      }
      _ = try? store.root(log.id, size: size)
      if size > 0 { _ = try? store.inclusionProof(log.id, index: size - 1, size: size) }
      _ = store.newestCheckpoint(log.id)
      _ = store.cosignatures(log.id)
      _ = store.damagedRanges(log.id)
      _ = try? store.controlEntries(log.id, from: 0)
      _ = try? store.usage(log.id)
      _ = try? store.hiddenBodies(log.id, 0..<20)
      _ = try? store.withdrawal(log.id, of: 2)
    }
  }

  private static func extend(_ store: Store) {
    for party in [FuzzParty.nl, .be] {
      guard let state = store.state(party.identity.id), state.frozenAt == nil, state.size > 0,
        state.size < 1 << 40
      else { continue }
      _ = try? store.append(party.entries(2, after: state))
    }
    withdraw(store)
    _ = try? store.flush()
  }

  /// The work of a node behind a start and in a pass of the scrub, at a time when hidden bodies are
  /// due.
  private static func withdraw(_ store: Store) {
    var withdrawals = Withdrawals()
    let facts = Withdrawals.Facts(
      countsBelow: { _ in .max }, clock: { ExpiryClock(cosignatures: [], of: []) }, minute: 20_000)
    for log in store.logs {
      withdrawals.recheck(log.origin.name)
      let end = min(20, store.durableHead(log.id)?.size ?? 0)
      guard end > 0, let batch = try? store.read(log.id, 0..<end, maxBytes: 1 << 16) else {
        continue
      }
      withdrawals.examine(batch, of: log.id, except: [], in: store, facts)
    }
    for _ in 0..<64 where withdrawals.isBusy {
      _ = withdrawals.work(in: store, facts)
      _ = try? store.flush()
    }
  }

  // MARK: Seeds

  static var seeds: [[UInt8]] {
    var seeds: [[UInt8]] = [[0], [1]]
    for file in 0..<UInt8(image.files.count) {
      seeds.append([0, file, 0, 0, 70, 3])
      seeds.append([0, file, 2, 0, 100])
      seeds.append([0, file, 3])
    }
    for (offset, byte) in [(9, 1), (12, 255), (23, 2), (80, 9), (90, 4)] as [(UInt8, UInt8)] {
      seeds.append([1, 0, 1, 0, offset, 1, byte])
      seeds.append([1, 1, 1, 0, offset, 1, byte])
      seeds.append([1, 1, 1, 16, offset, 1, byte])
    }
    seeds.append([1, 0, 4, 1, 0, 0, 0, 0, 64, 0])
    return seeds
  }
}
