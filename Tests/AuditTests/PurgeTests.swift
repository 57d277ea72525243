import Foundation
import Log
import Runtime
import Store
import Testing

@Suite("Removed bodies are not held, and everything else verifies", .enabled(if: pythonIsThere))
struct PurgeTests {
  let workshop: Workshop
  let folder: DataFolder
  let disk: FileDisk
  let store: Store

  init() throws {
    workshop = try Workshop()
    folder = try DataFolder(workshop)
    disk = try FileDisk(folder: folder.url.path)
    store = try Store.open(on: disk)
    _ = try store.purge(folder.nl.identity.id, [300, 301, 302, 449], as: .purged)
    _ = try store.purge(folder.be.identity.id, [20], as: .expired)
  }

  @Test("when bodies went side by side, and their headers with them")
  func sideBySide() throws {
    _ = try store.purge(folder.nl.identity.id, Array(310..<400), as: .purged)
    try store.flush()
    let cards = try workshop.cards(folder.authors)
    for opinion in [try swift(folder.url, cards), try python(folder.url, cards)] {
      #expect(opinion.last == "RESULT partial 3", "\(opinion.output)")
      #expect(opinion.says("nl/1: 93 bodies, which are withdrawn"))
    }
  }

  private func expectPartial() throws {
    let cards = try workshop.cards(folder.authors)
    for opinion in [try swift(folder.url, cards), try python(folder.url, cards)] {
      #expect(opinion.last == "RESULT partial 3", "\(opinion.output)")
      #expect(opinion.says("nl/1: 4 bodies, which are withdrawn"))
      #expect(opinion.says("be/1: 1 bodies, which are expired"))
    }
  }

  @Test("when index and holes are written")
  func complete() throws {
    try store.flush()
    try expectPartial()
    #expect(try Fsck.run(on: disk).isClean)
  }

  @Test("after a crash that kept a hole and lost the index record")
  func torn() throws {
    // The commit, then the holes alone.
    let batch = try #require(store.takeBatch())
    for operation in batch.operations { try disk.execute(operation) }
    _ = store.completed(token: batch.token, error: nil)
    let work = try #require(store.takeBatch())
    for case .punchHole(let file, let offset, let bytes) in work.operations {
      try disk.execute(.punchHole(file, offset: offset, bytes: bytes))
    }
    try expectPartial()
    #expect(try Fsck.run(on: disk).isClean)
    let again = try Store.open(on: disk)
    #expect(try again.bodyState(folder.nl.identity.id, 301) == .purged)
    try expectPartial()
  }
}
