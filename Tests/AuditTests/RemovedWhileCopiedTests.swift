import Crypto
import Foundation
import Log
import Runtime
import Store
import Testing

/// Protocols/audit.md, AUD-30: a copy has the index of before a removal and the segment of after
/// it.
@Suite("Zeros in the place of bodies", .enabled(if: pythonIsThere))
struct RemovedWhileCopiedTests {
  let workshop: Workshop
  init() throws { workshop = try Workshop() }

  private static let pageBytes = 4096

  /// Where the record of a body lies in its segment, header and bytes.
  private func place(_ folder: DataFolder, _ index: Int) throws -> Range<Int> {
    let record = try Data(contentsOf: folder.log(folder.nl).appendingPathComponent("bodies.index"))
      .dropFirst(index * 32).prefix(12)
    func number(_ start: Int) -> Int {
      record.dropFirst(start).prefix(4).reduce(0) { $0 << 8 | Int($1) }
    }
    return number(4)..<(number(4) + 16 + number(8))
  }

  private func zero(_ folder: DataFolder, _ range: Range<Int>) throws {
    try edit(folder.log(folder.nl).appendingPathComponent("bodies/00000000")) {
      $0.replaceSubrange(range, with: [UInt8](repeating: 0, count: range.count))
    }
  }

  @Test(
    "were removed if something lets them be, with or without their headers", arguments: [0, 16])
  func removable(from: Int) throws {
    for index in [301, 20] {
      let folder = try DataFolder(workshop)
      let place = try self.place(folder, index)
      try zero(folder, (place.lowerBound + from)..<place.upperBound)
      try workshop.expect(
        folder, "RESULT partial 3", says: "entry \(index)", fsckIsClean: true)
    }
  }

  @Test("are damage if nothing does", arguments: [0, 16])
  func notRemovable(from: Int) throws {
    let folder = try DataFolder(workshop)
    let place = try self.place(folder, 12)
    try zero(folder, (place.lowerBound + from)..<place.upperBound)
    try workshop.expect(
      folder, "RESULT failed 1", says: "bodies/00000000 [12]", fsckIsClean: false)
    // The header of a body that is there went, and the body did not.
    let header = try DataFolder(workshop)
    try zero(header, try self.place(header, 301).prefix(16))
    try workshop.expect(header, "RESULT failed 1", says: "[301]", fsckIsClean: false)
  }

  @Test("One hole over hidden bodies takes the headers of all but the first")
  func hole() throws {
    let folder = try DataFolder(workshop)
    let store = try Store.open(on: try FileDisk(folder: folder.url.path))
    try store.hide(
      folder.nl.identity.id, Array(310..<350), by: Withdrawal.Place(epoch: 1, index: 450),
      dueMinute: 10_080, unless: { _ in true })
    try store.flush()
    let (first, last) = (try place(folder, 310), try place(folder, 349))
    try zero(folder, (first.lowerBound + 16)..<last.upperBound)
    try workshop.expect(folder, "RESULT partial 3", says: "entry 349", fsckIsClean: true)
  }

  /// The order of `rsync -a`: what is directly in a folder, then its folders.
  @Test("A copy of the index of before, and of the segment of after the store removed bodies")
  func copied() throws {
    let folder = try DataFolder(workshop)
    let store = try Store.open(on: try FileDisk(folder: folder.url.path))
    let id = folder.nl.identity.id
    try store.hide(
      id, Array(310..<400), by: Withdrawal.Place(epoch: 1, index: 450), dueMinute: 10_080,
      unless: { _ in true })
    try store.flush()
    let index = folder.log(folder.nl).appendingPathComponent("bodies.index")
    let names = [
      folder.url.appendingPathComponent("journal.0"),
      folder.url.appendingPathComponent("journal.1"), index,
    ]
    let before = try names.map { try Data(contentsOf: $0) }
    _ = try store.purge(id, Array(310..<400), as: .purged)
    _ = try store.purge(id, [20], as: .expired)
    try store.flush()
    for (file, bytes) in zip(names, before) { try bytes.write(to: file) }
    try workshop.expect(folder, "RESULT partial 3", says: "entry 399", fsckIsClean: true)
    try workshop.expect(folder, "RESULT partial 3", says: "entry 20,")
  }

  @Test("from a page on: the beginning of a body was read before it was removed")
  func torn() throws {
    for (indices, isRemovable) in [(310..<400, true), (500..<690, false)] {
      let folder = try DataFolder(workshop)
      let torn = try indices.first { index in
        let place = try self.place(folder, index)
        return place.lowerBound / Self.pageBytes < (place.upperBound - 1) / Self.pageBytes
          && place.lowerBound % Self.pageBytes < Self.pageBytes - 64
      }
      let index = try #require(torn)
      let place = try self.place(folder, index)
      try zero(
        folder, (place.upperBound / Self.pageBytes * Self.pageBytes)..<place.upperBound)
      try workshop.expect(
        folder, isRemovable ? "RESULT partial 3" : "RESULT failed 1", says: "\(index)",
        fsckIsClean: isRemovable)
    }
  }

  /// LOG-32: a hostile author signs a checkpoint over its own leaf with another signature, and
  /// every holder has to take it.
  @Test(
    "What a withdrawal hid stays hidden by right when its leaf gives way to one that is badly signed"
  )
  func badlySignedWithdrawal() throws {
    let folder = try DataFolder(workshop)
    let disk = try FileDisk(folder: folder.url.path)
    let store = try Store.open(on: disk)
    var author = folder.nl
    author.add(.record, [1, 2, 3])
    author.add(
      .withdrawal,
      try Withdrawal(records: [Withdrawal.Record(origin: author.identity.origin, index: 700)])
        .encode())
    let id = author.identity.id
    try store.append(try #require(store.state(id)).accept(author.batch(700..<702)))
    try store.flush()
    try store.hide(
      id, [700], by: Withdrawal.Place(epoch: 1, index: 701), dueMinute: 10_080,
      unless: { _ in true })
    try store.flush()
    try workshop.expect(folder, "RESULT ok 0", says: "702 entries", fsckIsClean: true)
    let replacement = try twin(of: author, at: 701)
    try store.replace(replacement)
    try store.flush()
    #expect(store.takeReplaced() == [id])
    #expect(try store.addCheckpoint(replacement.checkpoint) == .stored)
    try store.flush()
    try workshop.expect(folder, "RESULT defect 2", says: "702 entries", fsckIsClean: true)
    // Erased before that was known.
    _ = try store.purge(id, [700], as: .purged)
    try store.flush()
    try workshop.expect(folder, "RESULT defect 2", says: "702 entries", fsckIsClean: true)
  }

  private func twin(of author: Author, at index: Int) throws -> LeafReplacement {
    var leaf = author.leaves[index]
    leaf[200] ^= 1
    var before = CompactTree.empty
    for leaf in author.leaves[..<index] {
      before.append(EntryHeader.leafHash(of: leaf.span))
    }
    var over = before
    over.append(EntryHeader.leafHash(of: leaf.span))
    return try LeafReplacement(
      author.identity, first: UInt64(index), held: author.leaves[index], offered: leaf,
      before: before, under: author.checkpoint(index + 1, root: over.root()), consistency: [])
  }
}
