import Crypto
import Foundation
import Log
import Runtime
import Store
import Testing

/// Protocols/audit.md, 4.3.
@Suite("Both verifiers conclude the same of bodies", .enabled(if: pythonIsThere))
struct BodyConclusionTests {
  let workshop: Workshop
  init() throws { workshop = try Workshop() }

  private let indexStride = 32

  private func setState(_ folder: DataFolder, _ index: Int, _ state: UInt8) throws {
    try edit(folder.log(folder.nl).appendingPathComponent("bodies.index")) {
      $0[index * indexStride + 12] = state
    }
  }

  @Test("A state that was changed is found", arguments: [1, 3] as [UInt8])
  func changedState(state: UInt8) throws {
    let folder = try DataFolder(workshop)
    try setState(folder, 12, state)
    try workshop.expect(folder, "RESULT failed 1", says: "bodies.index [12]", fsckIsClean: false)
  }

  @Test("A state that says withdrawn of zeros that no withdrawal names is found")
  func unnamed() throws {
    let folder = try DataFolder(workshop)
    try setState(folder, 12, 1)
    try eraseBody(folder, 12)
    try workshop.expect(folder, "RESULT failed 1", says: "bodies.index [12]")
    let named = try DataFolder(workshop)
    try setState(named, 301, 1)
    try eraseBody(named, 301)
    try workshop.expect(named, "RESULT partial 3", says: "1 bodies, which are withdrawn")
  }

  @Test("A withdrawn body that is still there is found")
  func leftOver() throws {
    let folder = try DataFolder(workshop)
    try setState(folder, 301, 1)
    try workshop.expect(
      folder, "RESULT failed 1", says: "bodies/00000000 [301]", fsckIsClean: false)
  }

  private func eraseBody(_ folder: DataFolder, _ index: Int) throws {
    let log = folder.log(folder.nl)
    let record = try Data(contentsOf: log.appendingPathComponent("bodies.index"))
      .dropFirst(index * indexStride).prefix(12)
    let numbers = stride(from: 0, to: 12, by: 4).map { start in
      record.dropFirst(start).prefix(4).reduce(0) { $0 << 8 | Int($1) }
    }
    try edit(log.appendingPathComponent("bodies/00000000")) {
      let start = numbers[1] + 16
      $0.replaceSubrange(
        start..<(start + numbers[2]), with: [UInt8](repeating: 0, count: numbers[2]))
    }
  }

  @Test("A flipped bit in the header of a removed body's record")
  func headerOfRemovedBody() throws {
    for bit in 0..<128 where bit % 5 == 0 {
      let folder = try DataFolder(workshop)
      try setState(folder, 301, 1)
      try eraseBody(folder, 301)
      let log = folder.log(folder.nl)
      let offset = try Data(contentsOf: log.appendingPathComponent("bodies.index"))
        .dropFirst(301 * indexStride + 4).prefix(4).reduce(0) { $0 << 8 | Int($1) }
      try edit(log.appendingPathComponent("bodies/00000000")) {
        $0[offset + bit / 8] ^= 1 << UInt8(bit % 8)
      }
      let opinion = try swift(folder.url, try workshop.cards(folder.authors))
      #expect(opinion.last == "RESULT failed 1", "bit \(bit): \(opinion.output)")
    }
  }

  @Test("Frames that were emptied were not checked")
  func emptied() throws {
    let folder = try DataFolder(workshop)
    try edit(folder.log(folder.nl).appendingPathComponent("cosignatures")) {
      $0.replaceSubrange(0..<192, with: [UInt8](repeating: 0, count: 192))
    }
    try workshop.expect(folder, "RESULT partial 3", says: "emptied")
  }

  // MARK: Withdrawn and not erased yet

  private static let withdrawal = Withdrawal.Place(epoch: 1, index: 450)

  /// A folder with the bodies of these entries hidden.
  private func hidden(_ entries: [UInt64], by place: Withdrawal.Place = withdrawal) throws
    -> DataFolder
  {
    let folder = try DataFolder(workshop)
    let store = try Store.open(on: try FileDisk(folder: folder.url.path))
    try store.hide(
      folder.nl.identity.id, entries, by: place, dueMinute: 10_080, unless: { _ in true })
    try store.flush()
    _ = try Store.open(on: try FileDisk(folder: folder.url.path))
    return folder
  }

  @Test("A hidden body is whole, and a note says that it is hidden")
  func hiddenBodies() throws {
    let folder = try hidden([300, 301])
    try workshop.expect(folder, "RESULT ok 0", says: "700 entries", fsckIsClean: true)
    try edit(folder.log(folder.nl).appendingPathComponent("bodies/00000000")) {
      $0[offset(folder, 301) + 16] ^= 1
    }
    try workshop.expect(
      folder, "RESULT failed 1", says: "bodies/00000000 [301]", fsckIsClean: false)
  }

  @Test("What is hidden must be named by the withdrawal that its record names")
  func namedByAnother() throws {
    let another = try hidden([301], by: Withdrawal.Place(epoch: 1, index: 449))
    try workshop.expect(
      another, "RESULT failed 1", says: "bodies.index [301]", fsckIsClean: false)
    let unnamed = try hidden([12])
    try workshop.expect(
      unnamed, "RESULT failed 1", says: "bodies.index [12]", fsckIsClean: false)
    // It came after what the folder holds, or its log is not here.
    for place in [Withdrawal.Place(epoch: 1, index: 700), Withdrawal.Place(epoch: 2, index: 3)] {
      let later = try hidden([301], by: place)
      try workshop.expect(
        later, "RESULT partial 3", says: "1 withdrawn bodies, whose withdrawals are not here",
        fsckIsClean: true)
    }
  }

  @Test("A withdrawal means entries before it: one behind it is not withdrawn")
  func behindItself() throws {
    let folder = try hidden([699])
    try workshop.expect(folder, "RESULT failed 1", says: "bodies.index [699]", fsckIsClean: false)
  }

  @Test("Only a record is hidden, and by something")
  func onlyRecords() throws {
    for (entry, mark) in [(7, true), (301, false)] {
      let folder = try hidden([301])
      try edit(folder.log(folder.nl).appendingPathComponent("bodies.index")) {
        let source = Array($0[(301 * indexStride + 16)..<(302 * indexStride)])
        var record = Array($0[(entry * indexStride)..<((entry + 1) * indexStride)])
        record.replaceSubrange(12..<16, with: [5, 0, 0, 0])
        record.replaceSubrange(16..<32, with: mark ? source : [UInt8](repeating: 0, count: 16))
        record.replaceSubrange(13..<16, with: SHA256.hash(record).array.prefix(3))
        $0.replaceSubrange((entry * indexStride)..<((entry + 1) * indexStride), with: record)
      }
      try workshop.expect(
        folder, "RESULT failed 1", says: "bodies.index [\(entry)]", fsckIsClean: false)
    }
  }

  /// The states are committed; then the machine stops.
  @Test("What the journals hide, and bring back, counts before the index says it")
  func journaled() throws {
    let folder = try hidden([300])
    let disk = try FileDisk(folder: folder.url.path)
    let store = try Store.open(on: disk)
    let id = folder.nl.identity.id
    try store.hide(id, [301], by: Self.withdrawal, dueMinute: 10_080, unless: { _ in true })
    try store.restore(id, [300], where: { _ in true })
    let batch = try #require(store.takeBatch())
    for operation in batch.operations { try disk.execute(operation) }
    try workshop.expect(folder, "RESULT ok 0", says: "700 entries", fsckIsClean: true)
    let again = try Store.open(on: disk)
    #expect(try again.bodyState(id, 300) == .present)
    #expect(try again.bodyState(id, 301) == .hidden)
    try workshop.expect(folder, "RESULT ok 0", says: "700 entries", fsckIsClean: true)
  }

  private func offset(_ folder: DataFolder, _ index: Int) -> Int {
    let file = folder.log(folder.nl).appendingPathComponent("bodies.index")
    guard let bytes = try? Data(contentsOf: file) else { return 0 }
    return bytes.dropFirst(index * indexStride + 4).prefix(4).reduce(0) { $0 << 8 | Int($1) }
  }
}
