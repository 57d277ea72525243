import Crypto
import Foundation
import Log
import Runtime
import Store
import Testing

/// Data folders as an earlier build of Liaison left them: every later one must read them, recover
/// them and agree on what is in them. `LIAISON_WRITE_FIXTURES=1` writes them anew: only for a new
/// version of the format, beside the old.
struct FixtureTests {
  /// The contents of a fixture, in `expected.json` beside its folder.
  private struct Expected: Codable, Equatable {
    struct Log: Codable, Equatable {
      let origin, root, bodies: String
      let size: UInt64
      let notPresent: [String]
      let checkpoint: UInt64
      let cosigners: [String]
    }
    let logs: [Log]
    /// The result of liaison-audit and of the second verifier on the folder as it lies there.
    let audit: String
  }

  /// Closed cleanly; and as a crash left it, with commits that are in a journal only.
  enum Kind: String, CaseIterable { case clean, crashed }

  private static let folder = repository.appendingPathComponent("Tests/Fixtures/store-v1")
  private static let isWriting =
    ProcessInfo.processInfo.environment["LIAISON_WRITE_FIXTURES"] != nil

  private func place(_ kind: Kind) -> URL {
    FixtureTests.folder.appendingPathComponent(kind.rawValue)
  }

  @Test(arguments: Kind.allCases) func isReadAndRecovered(kind: Kind) throws {
    let workshop = try Workshop()
    if FixtureTests.isWriting { try write(kind, workshop) }
    let copy = try workshop.copy(place(kind).appendingPathComponent("data"))
    let expected = try JSONDecoder().decode(
      Expected.self, from: Data(contentsOf: place(kind).appendingPathComponent("expected.json")))
    #expect(try said(of: copy, place(kind)) == expected.audit)
    let store = try Store.open(on: try FileDisk(folder: copy.path))
    #expect(store.damage == [])
    #expect(try FixtureTests.content(store) == expected.logs)
    // It goes on from there.
    try store.flush()
    #expect(try Fsck.run(on: try FileDisk(folder: copy.path)).findings == [])
    let again = try Store.open(on: try FileDisk(folder: copy.path))
    #expect(try FixtureTests.content(again) == expected.logs)
  }

  private static func content(_ store: Store) throws -> [Expected.Log] {
    try store.logs.map { identity in
      let size = store.durableHead(identity.id)?.size ?? 0
      var bodies = SHA256()
      var missing: [String] = []
      var next: UInt64 = 0
      while next < size {
        let batch = try store.read(identity.id, next..<size, maxBytes: 1 << 20)
        bodies.update(batch.bodies.span)
        for position in 0..<batch.count where batch.bodyState(at: position) != .present {
          missing.append("\(next + UInt64(position)) \(batch.bodyState(at: position))")
        }
        next = batch.end
      }
      return Expected.Log(
        origin: identity.origin.text,
        root: Base64.encode(try store.root(identity.id, size: size).array),
        bodies: bodies.finalize().description, size: size, notPresent: missing,
        checkpoint: store.newestCheckpoint(identity.id)?.size ?? 0,
        cosigners: store.cosignatures(identity.id).map(\.cosignature.name.text))
    }
  }

  private func said(of folder: URL, _ fixture: URL) throws -> String {
    let cards = ["nl", "be"].map { fixture.appendingPathComponent("\($0).card") }
    let first = try swift(folder, cards).last
    if pythonIsThere { #expect(try python(folder, cards).last == first) }
    return first
  }

  // MARK: Writing

  private func write(_ kind: Kind, _ workshop: Workshop) throws {
    let data = place(kind).appendingPathComponent("data")
    try? FileManager.default.removeItem(at: place(kind))
    try FileManager.default.createDirectory(at: data, withIntermediateDirectories: true)
    let authors = [try Author("nl", entries: 300), try Author("be", entries: 20)]
    for author in authors {
      let card = try author.card()
      try Data(card.note).write(to: place(kind).appendingPathComponent("\(card.name.text).card"))
    }
    let store = try fill(data, authors, kind)
    let expected = Expected(
      logs: try FixtureTests.content(store), audit: try said(of: data, place(kind)))
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    try encoder.encode(expected).write(to: place(kind).appendingPathComponent("expected.json"))
  }

  /// Bulk and group commits, checkpoints, a cosignature each way, bodies of every state that the
  /// store gives.
  private func fill(_ data: URL, _ authors: [Author], _ kind: Kind) throws -> Store {
    var limits = StoreLimits()
    limits.journalBytes = 64 << 10
    let disk = try FileDisk(folder: data.path)
    try Store.create(on: disk, salt: SHA256.hash([7]).bytes, limits: limits)
    let store = try Store.open(on: disk, limits: limits)
    for (author, witness) in zip(authors, authors.reversed()) {
      let id = author.identity.id
      let middle = author.leaves.count * 2 / 3
      try store.addLog(author.identity)
      let state = try #require(store.state(id))
      try store.appendBulk(try state.accept(try author.batch(0..<middle)))
      try store.flush()
      let checkpoint = author.checkpoint(middle - 1)
      _ = try store.addCheckpoint(checkpoint)
      try store.addCosignature(id, checkpoint: checkpoint, witness.cosignature(checkpoint))
      let place = Withdrawal.Place(
        epoch: 1, index: UInt64(Author.withdrawal(of: author.leaves.count)))
      try store.purge(id, [3], as: .purged, by: place)
      try store.hide(id, [4], by: place, dueMinute: 10_080, unless: { _ in true })
      try store.purge(id, [6], as: .purged)
      try store.purge(id, [9], as: .expired)
      try store.flush()
      let grown = try #require(store.state(id))
      try store.append(try grown.accept(try author.batch(middle..<author.leaves.count)))
      if kind == .clean { try store.flush() }
    }
    guard kind == .crashed else { return store }
    // One group commit, and nothing of what would follow it.
    let batch = try #require(store.takeBatch())
    for operation in batch.operations { try disk.execute(operation) }
    _ = store.completed(token: batch.token, error: nil)
    return store
  }
}
