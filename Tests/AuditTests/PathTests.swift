import Foundation
import Log
import Runtime
import Store
import Testing

/// Protocols/audit.md, AUD-4 and 7: what a folder is called on the command line says nothing of
/// what it is.
@Suite("However a folder is named, its journals count", .enabled(if: pythonIsThere))
struct PathTests {
  let workshop: Workshop
  let folder: DataFolder
  private let cards: [String]

  /// A conclusion from what only the journals say.
  private let conclusion = "why it is frozen at 10"

  init() throws {
    workshop = try Workshop()
    folder = try DataFolder(workshop)
    let store = try Store.open(on: try FileDisk(folder: folder.url.path))
    try store.freeze(folder.nl.identity.id, at: 10)
    try store.flush()
    cards = try workshop.cards(folder.authors).flatMap { ["--key", $0.path] }
  }

  private func expect(_ path: String, in current: URL? = nil) throws {
    let opinions = [
      try tool(["verify", path] + cards, in: current),
      try run("/usr/bin/python3", [script.path, path] + cards, in: current),
    ]
    for opinion in opinions {
      #expect(opinion.last == "RESULT partial 3", "\(path): \(opinion.output)")
      #expect(opinion.says(conclusion), "\(path): \(opinion.output)")
    }
  }

  @Test("a log's folder")
  func log() throws {
    let log = folder.log(folder.nl)
    let name = log.lastPathComponent
    for path in [
      log.path, log.path + "/", log.path + "/.", log.path + "//./", log.path + "/../\(name)",
    ] {
      try expect(path)
    }
    try expect(".", in: log)
    try expect("../\(name)/", in: log)
    try expect("./logs/\(name)", in: folder.url)
    try expect("bodies/..", in: log)
  }

  @Test("a data folder")
  func data() throws {
    try expect(folder.url.path + "/.")
    try expect("..", in: folder.url.appendingPathComponent("logs"))
    try expect("../..", in: folder.log(folder.nl))
  }

  @Test("a link to either; links inside stay refused")
  func links() throws {
    let links = try workshop.fresh()
    for (name, target) in [("data", folder.url), ("log", folder.log(folder.nl))] {
      let link = links.appendingPathComponent(name)
      try FileManager.default.createSymbolicLink(at: link, withDestinationURL: target)
      try expect(link.path)
      try expect(link.path + "/")
      try expect(name, in: links)
    }
    let moved = links.appendingPathComponent("moved")
    try FileManager.default.moveItem(at: folder.log(folder.be), to: moved)
    try FileManager.default.createSymbolicLink(at: folder.log(folder.be), withDestinationURL: moved)
    for opinion in [try tool(["verify", folder.url.path]), try python(folder.url, [])] {
      #expect(opinion.last == "RESULT failed 1", "\(opinion.output)")
    }
  }

  @Test("a log's folder by another name beside its journals: they are not read, and that is said")
  func renamed() throws {
    let copy = folder.url.appendingPathComponent("logs/copy")
    try FileManager.default.copyItem(at: folder.log(folder.nl), to: copy)
    let given = cards.filter { $0 != "--key" }.map { URL(fileURLWithPath: $0) }
    for opinion in [try swift(copy, given), try python(copy, given)] {
      #expect(opinion.last == "RESULT partial 3", "\(opinion.output)")
      #expect(opinion.says("has not the name of its log"))
    }
  }
}
