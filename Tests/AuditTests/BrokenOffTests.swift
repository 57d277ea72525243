import Foundation
import Runtime
import Store
import Testing

/// A daemon that was stopped between two writes to log files, or within one.
@Suite("Files of different lengths", .enabled(if: pythonIsThere))
struct BrokenOffTests {
  static let cuts = [
    ("entries", 100), ("hashes", 40), ("bodies.index", 24), ("bodies/00000000", 9),
    ("bodies/00000000", 5_000), ("nodes", 40), ("control", 20),
  ]

  @Test("are whole while a journal holds what is missing, and are not without", arguments: cuts)
  func cut(name: String, bytes: Int) throws {
    let workshop = try Workshop()
    for isRestarted in [false, true] {
      let folder = try DataFolder(workshop, isRestarted: isRestarted)
      let cards = try workshop.cards(folder.authors)
      try edit(folder.log(folder.nl).appendingPathComponent(name)) { $0.removeLast(bytes) }
      let opinions = [try swift(folder.url, cards), try python(folder.url, cards)]
      for opinion in opinions {
        #expect(opinion.code == (isRestarted ? 1 : 0), "\(opinion.output)")
      }
      let fsck = try Fsck.run(on: try FileDisk(folder: folder.url.path))
      #expect(fsck.isClean == !isRestarted)
    }
  }
}
