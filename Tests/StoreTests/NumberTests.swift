import Crypto
import Log
import Simulation
import Testing

@testable import Store

/// STO-70: a number on a disk is refused where it is read, or it is one with which everything can
/// be computed. A trap here would be a node that never starts again.
struct NumberTests {
  private static let extremes: [UInt64] = [
    .max, .max - 1, 1 << 63, 1 << 63 - 1, 1 << 62, 1 << 48, 1 << 40, 0xffff_ffff, 0xffff_fff0, 0,
  ]

  /// A beginning, and a commit with one record of every type.
  private func image() throws -> (SimulatedDisk, TestLog) {
    let log = try TestLog("nl", entries: 60, bodyBytes: 0...40)
    let (disk, store) = try newStore()
    try store.addLog(log.identity)
    try store.append(try log.verified(0..<30))
    _ = try store.addCheckpoint(log.checkpoint(20))
    try store.flush()
    let again = try Store.open(on: disk, limits: .small)
    let id = log.identity.id
    var payload = [UInt8](repeating: 0, count: JournalFrame.headerBytes)
    var head = HeadRecord(id: id)
    head.takeEntries(from: try #require(again.table[id]).durable)
    let frame = CheckpointFrame(size: 25, contradicts: false, note: log.checkpoint(25).note)
    let cosignature = CosignatureFrame(
      StoredCosignature(
        checkpointSize: 20, checkpointRoot: log.roots[20],
        cosignature: Cosignature(
          name: try NodeName("be"), keyID: 7, time: 9,
          signature: log.sign([1, 2, 3].span))))
    let records: [JournalRecord] = [
      .newLog(log.identity),
      .head(head),
      .entries(
        id, log.all.slice(30..<33),
        place: EntryPlace(
          segment: head.segment, segmentOffset: head.segmentOffset,
          controlCount: head.controlCount)),
      .checkpoint(id, position: 1, contradicts: false, frame: frame.encode()),
      .cosignature(id, position: 0, frame: cosignature.encode()),
      .pending(id, note: log.checkpoint(50).note),
      .states(id, StateChange(.purged, nil)!, bytes: 12, indices: [7, 9]),
      .body(BodyArrival(log: id, index: 11, segment: 0, offset: 20_000, bytes: [1, 2, 3])),
      .replaced(
        ReplacedLeaves(
          log: id, first: 31, leaves: Array(log.all.leaves[(31 * 216)..<(33 * 216)]),
          anchor: TreeAnchor(size: 33, root: log.roots[33]))),
      .freeze(id, index: 40),
    ]
    for record in records { record.append(to: &payload) }
    let journal = again.pipeline.journals.current
    let bytes = JournalFrame.encode(
      .commit, retiresOther: false, generation: journal.generation, sequence: 1,
      salt: journal.salt, reservedPayload: payload)
    try disk.execute(
      .write(.journal(journal.number), offset: journal.offset, bytes: bytes))
    return (disk, log)
  }

  private func use(_ disk: SimulatedDisk, _ log: TestLog) {
    if let store = try? Store.open(on: disk, limits: .small) {
      let id = log.identity.id
      let size = min(store.durableHead(id)?.size ?? 0, 40)
      _ = try? store.usage(id)
      if size > 0 { _ = try? store.read(id, 0..<size, maxBytes: 50_000) }
      _ = store.storedBytes(id)
      _ = try? store.controlEntries(id, from: 0)
      var cursor = ScrubCursor()
      for _ in 0..<8 { _ = try? store.scrub(&cursor, maxBytes: 4_096) }
      _ = try? store.append(log.verified(33..<40))
      _ = try? store.flush()
      // Fsck reads a frame at a time, those that are holes, too.
      let frames = store.logs.compactMap { store.table[$0.id]?.written }
        .map { $0.checkpointCount + $0.cosignatureCount }
      guard frames.allSatisfy({ $0 < 1_000 }) else { return }
    }
    _ = try? Fsck.run(on: disk)
  }

  /// Every number of every record, by putting extreme values at every place of both frames, with
  /// the right checksums.
  @Test func everyPlaceOfAJournal() throws {
    let (disk, log) = try image()
    let whole = try Fsck.run(on: SimulatedDisk(disk.image))
    #expect(whole.logs.map(\.head.size) == [33])
    for number in 0...1 {
      let file = StoreFile.journal(number)
      let reader = try JournalReader(disk: disk, number: number)
      guard let salt = reader.beginning?.salt else { continue }
      let length = try #require(disk.image.content(of: file)).count
      for start in stride(from: 0, to: length, by: Layout.journalPage) {
        let head = try disk.read(file, at: UInt64(start), count: JournalFrame.headerBytes)
        guard let header = JournalFrameHeader(head) else { continue }
        let payload = try disk.read(
          file, at: UInt64(start + JournalFrame.headerBytes), count: header.payloadBytes)
        let end = JournalFrame.checkedBytes + payload.count
        // Frames of entries are nearly all leaves and bodies, whose numbers mean nothing to a
        // journal. Elsewhere eight bytes at every fifth place reach every number, at one alignment
        // or two.
        let step = end > 3_000 ? 61 : 5
        for place in stride(from: 0, to: end, by: step) {
          let damaged = SimulatedDisk(disk.image)
          let value = NumberTests.extremes[place % NumberTests.extremes.count]
          let bytes = forged(head, payload, place, value, salt)
          try damaged.execute(.write(file, offset: UInt64(start), bytes: bytes))
          use(damaged, log)
        }
      }
    }
  }

  private func forged(
    _ head: [UInt8], _ payload: [UInt8], _ place: Int, _ value: UInt64, _ salt: Bytes32
  ) -> [UInt8] {
    var head = Array(head[..<JournalFrame.checkedBytes])
    var payload = payload
    for byte in 0..<8 {
      let digit = UInt8(truncatingIfNeeded: value >> UInt64(56 - 8 * byte))
      let at = place + byte
      if at < head.count {
        head[at] = digit
      } else if at - head.count < payload.count {
        payload[at - head.count] = digit
      }
    }
    return head + JournalFrame.checksum(salt, head.span, payload.span) + payload
  }

  /// Numbers of the other files: index records, frames, control records.
  @Test func everyPlaceOfALogFile() throws {
    let (disk, log) = try image()
    _ = try Store.open(on: disk, limits: .small)
    let id = log.identity.id
    for name in [LogFile.bodiesIndex, .control, .checkpoints, .cosignatures, .nodes, .bodies(0)] {
      let file = StoreFile.log(id, name)
      for place in stride(from: 0, to: disk.image.content(of: file)?.count ?? 0, by: 12) {
        let damaged = SimulatedDisk(disk.image)
        try damaged.execute(
          .write(file, offset: UInt64(place), bytes: [UInt8](repeating: 0xff, count: 8)))
        use(damaged, log)
      }
    }
  }

  /// Numbers of the notes that a node keeps beside its store.
  @Test func cursorAndToken() {
    let id = "\(SHA256.hash([1]))"
    for (next, controls) in [("18446744073709551615", "0"), ("0", "18446744073709551615")] {
      #expect(ScrubCursor(text: "liaison-scrub/v1 - \(id) entries \(next) \(controls)") == nil)
    }
    let head = Base64.encode([UInt8](repeating: 1, count: 32))
    func token(_ size: String) -> RollbackToken? {
      RollbackToken(
        parsing: Array("liaison-token/v1\norigin nl/1\nsize \(size)\nhead \(head)\n".utf8))
    }
    #expect(token("9223372036854775807") != nil)
    #expect(token("9223372036854775808") == nil)
  }

  @Test func segmentNames() {
    #expect(LogFile.segment(named: "00000007") == 7)
    for name in ["7", "+0000007", "000000007", "0000000٧", "00000007 ", "bodies"] {
      #expect(LogFile.segment(named: name) == nil)
    }
  }
}
