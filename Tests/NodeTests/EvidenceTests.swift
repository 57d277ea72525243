import Crypto
import Foundation
import Log
import Store
import Testing

@testable import Node

/// Files beside the log that a node's safety depends on, as they may lie there.
@Suite("Evidence and token, unreadable or behind a link")
final class EvidenceTests {
  private let root: URL
  private let files = FileManager.default

  init() throws {
    root = FileManager.default.temporaryDirectory
      .appendingPathComponent("liaison-evidence-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: root, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(at: root) }

  @Test("A second opening that cannot be read contests the log that its name says")
  func unreadableOpening() throws {
    let folder = NodeFolder(root.path + "/nl")
    let log = try #require(LogID([UInt8](repeating: 7, count: 32)))
    #expect(try FaultFolder(folder).problems.isEmpty)
    try files.createDirectory(atPath: folder.faults, withIntermediateDirectories: true)
    try Data("rubbish".utf8).write(to: URL(fileURLWithPath: "\(folder.faults)/\(log)-1.opening"))
    let faults = try FaultFolder(folder)
    #expect(faults.unreadableOpenings == [log])
    #expect(faults.openings.isEmpty && faults.problems.count == 1)
  }

  @Test("Something else in the place of the evidence is no empty folder")
  func noFolder() throws {
    let folder = NodeFolder(root.path + "/nl")
    try files.createDirectory(atPath: folder.root, withIntermediateDirectories: true)
    try Data().write(to: URL(fileURLWithPath: folder.faults))
    #expect(throws: (any Error).self) { try FaultFolder(folder) }
  }

  @Test("A token behind a link is written where it is, and the link stays")
  func linkedToken() throws {
    let place = root.path + "/disk"
    try files.createDirectory(atPath: place, withIntermediateDirectories: true)
    let real = place + "/token"
    let link = root.path + "/link"
    try Data("old".utf8).write(to: URL(fileURLWithPath: real))
    try files.createSymbolicLink(atPath: link, withDestinationPath: real)
    let token = RollbackToken(origin: try Origin("nl/1"), size: 3, leafHash: .zero)
    try TokenFile(path: link).save(token)
    #expect(try files.destinationOfSymbolicLink(atPath: link) == real)
    #expect(try Data(contentsOf: URL(fileURLWithPath: real)) == Data(token.encode()))
    #expect(TokenFile(path: link).path == TokenFile(path: real).path)
  }
}
