import Crypto
import Log
import Simulation
import Testing

@testable import Store

@Suite("Reads of one log, which compare and write nothing (Protocols/store.md, 7.2)")
struct LogFilesTests {
  private let fixture: MendFixture
  private let disk: SimulatedDisk
  private let files: LogFiles

  init() throws {
    fixture = try MendFixture.made.get()
    disk = SimulatedDisk(fixture.image)
    let store = try Store.open(on: disk, limits: .small)
    files = store.files(of: try #require(store.table[fixture.id]))
  }

  private func read(_ range: Range<UInt64>) throws -> (EntryBatch, EntryReader) {
    var run = EntryRun(first: range.lowerBound, maxBytes: 1 << 20)
    var reader = EntryReader(files)
    reader.read(range, into: &run)
    return (try run.batch(of: fixture.id), reader)
  }

  private func place(of entry: UInt64) throws -> IndexRecord {
    try #require(indexRecord(try files.exactly(.bodiesIndex, entry..<(entry + 1)), 0))
  }

  @Test("What is right is handed out, and nothing is to be mended")
  func whole() throws {
    let (batch, reader) = try read(0..<700)
    #expect(batch.count == 700 && batch.leaves == fixture.log.all.leaves)
    #expect(!reader.mending.hasWrites && reader.damage == nil)
    #expect(files.findings.takeFound().isEmpty)
  }

  @Test("A damaged hash is computable: the leaf is handed out, the hash is to be mended")
  func hash() throws {
    disk.flip(.log(fixture.id, .hashes), at: 40 * 32)
    let before = disk.operations
    let (batch, reader) = try read(30..<50)
    #expect(batch.count == 20)
    #expect(reader.mending.hasWrites)
    #expect(reader.mending.damage.map(\.index) == [40])
    #expect(files.log.damaged.isEmpty)
    #expect(disk.operations == before)
  }

  @Test("A damaged leaf ends the run, and is the log's damage")
  func leaf() throws {
    disk.flip(.log(fixture.id, .entries), at: 40 * 216 + 100)
    let (batch, reader) = try read(30..<50)
    #expect(batch.end == 40 && reader.damage?.index == 40)
    #expect(files.log.damaged.ranges == [40..<41])
    // Each place once, however often it is read.
    _ = try read(30..<50)
    #expect(files.findings.takeFound().count == 1)
  }

  @Test("A body is found by its neighbours when its index record is damaged")
  func bodySearch() throws {
    let right = try place(of: 40)
    let leaf = try files.exactly(.entries, 40..<41)
    disk.flip(.log(fixture.id, .bodiesIndex), at: 40 * 32 + 5)
    let found = try #require(BodySearch(files).record(of: 40, leaf, 0))
    #expect(found.encoded == right.encoded)
    #expect(BodySearch(files).isPlace(right, of: 40))
    let beside = IndexRecord(
      segment: right.segment, offset: right.offset + 1, length: right.length, state: .present)
    #expect(!BodySearch(files).isPlace(beside, of: 40))
    #expect(BodySearch(files).record(of: 41, leaf, 0) == nil)
  }

  @Test("A damaged hash is no root (STO-25)")
  func root() throws {
    #expect(try files.root(size: 300) == fixture.log.roots[300])
    disk.flip(.log(fixture.id, .hashes), at: 290 * 32)
    #expect(throws: StoreError.self) { try files.root(size: 300) }
  }

  @Test("Entries that are no records are listed from both ends")
  func controls() throws {
    let all = try files.controlEntries(from: 0, limit: .max)
    #expect(all.count > 10)
    #expect(
      try files.controlEntries(from: 100, limit: 2)
        == all.filter { $0.index >= 100 }.prefix(2).map { $0 })
    #expect(
      try files.lastControlEntries(below: 100, limit: 2)
        == all.filter { $0.index < 100 }.suffix(2).reversed())
  }
}

@Suite("Damage until the host takes it")
struct DamageFindingsTests {
  private let place = Damage(file: .journal(0), index: 1, .checksum)

  @Test("Each place is told once in a run, and again once it was mended")
  func once() {
    let findings = DamageFindings()
    findings.report(place)
    findings.report(place)
    #expect(findings.takeFound() == [place])
    findings.report(place)
    #expect(findings.takeFound().isEmpty)
    findings.didMend([place])
    #expect(findings.takeMended() == [place] && findings.takeMended().isEmpty)
    findings.report(place)
    #expect(findings.takeFound() == [place])
  }

  @Test("No more places are told than there is room for")
  func bounded() {
    let findings = DamageFindings()
    for index in 0..<UInt64(2 * Limits.damageKept) {
      findings.report(Damage(file: .journal(0), index: index, .checksum))
    }
    #expect(findings.takeFound().count == Limits.damageKept)
  }
}
