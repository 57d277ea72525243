import Crypto
import Foundation
import Log
import Runtime
import Store
import Testing

/// Folders of a test, gone at its end.
final class Workshop {
  let root: URL
  private var count = 0

  init() throws {
    root = FileManager.default.temporaryDirectory
      .appendingPathComponent("liaison-audit-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: root, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(at: root) }

  func fresh() throws -> URL {
    count += 1
    let folder = root.appendingPathComponent("\(count)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    return folder
  }

  func copy(_ folder: URL) throws -> URL {
    count += 1
    let target = root.appendingPathComponent("\(count)")
    try FileManager.default.copyItem(at: folder, to: target)
    return target
  }

  /// Card files of the authors, for `--key`.
  func cards(_ authors: [Author]) throws -> [URL] {
    let folder = try fresh()
    return try authors.map { author in
      let card = try author.card()
      let file = folder.appendingPathComponent("\(card.name.text).card")
      try Data(card.note).write(to: file)
      return file
    }
  }
}

/// A data folder as the store itself writes it: `nl` with 700 entries, `be` with 40.
struct DataFolder {
  let url: URL
  var nl: Author { Authors.both.nl }
  var be: Author { Authors.both.be }
  var authors: [Author] { [nl, be] }

  /// - Parameters:
  ///   - isFlushed: false leaves the last entries in the journal only.
  ///   - isRestarted: false leaves all entries in a journal, too.
  init(_ workshop: Workshop, isFlushed: Bool = true, isRestarted: Bool = true) throws {
    url = try workshop.fresh()
    let template = !isFlushed ? Template.broken : isRestarted ? Template.whole : Template.running
    try template.get().write(to: url)
  }

  func log(_ author: Author) -> URL { url.appendingPathComponent(DataFolder.place(author)) }

  static func place(_ author: Author) -> String { "logs/\(author.identity.id)" }
}

/// The authors of all data folders: their signatures are made once.
private struct Authors {
  let nl: Author
  let be: Author

  static let both: Authors = {
    do {
      return Authors(nl: try Author("nl", entries: 700), be: try Author("be", entries: 40))
    } catch {
      preconditionFailure("\(error)")
    }
  }()
}

/// The files of a data folder, made once for all tests, which change copies of them.
private struct Template {
  private var files: [(path: String, bytes: Data)] = []

  static let whole = Result { try Template(isFlushed: true, isRestarted: true) }
  static let running = Result { try Template(isFlushed: true, isRestarted: false) }
  static let broken = Result { try Template(isFlushed: false, isRestarted: false) }

  /// Journals of an eighth of the usual length, since they are copied for each test: a quarter
  /// holds all entries in one commit.
  private static let limits: StoreLimits = {
    var limits = StoreLimits()
    limits.journalBytes = 2 << 20
    return limits
  }()

  private init(isFlushed: Bool, isRestarted: Bool) throws {
    let workshop = try Workshop()
    let url = try workshop.fresh()
    let (nl, be) = (Authors.both.nl, Authors.both.be)
    let disk = try FileDisk(folder: url.path)
    try Store.create(on: disk, salt: SHA256.hash([7]).bytes, limits: Template.limits)
    let store = try Store.open(on: disk, limits: Template.limits)
    for author in [nl, be] {
      try store.addLog(author.identity)
      for end in [author.leaves.count / 2, author.leaves.count] {
        let state = try #require(store.state(author.identity.id))
        try store.append(state.accept(author.batch(Int(state.size)..<end)))
        let checkpoint = author.checkpoint(end)
        _ = try store.addCheckpoint(checkpoint)
        for peer in [nl, be] where peer.identity != author.identity {
          try store.addCosignature(
            author.identity.id, checkpoint: checkpoint, peer.cosignature(checkpoint))
        }
        if isFlushed { _ = try store.flush() }
      }
    }
    if isFlushed {
      // As after a restart: the journals begin anew, and the log files alone hold the entries.
      if isRestarted { _ = try Store.open(on: disk, limits: Template.limits) }
    } else {
      // One group commit and nothing of what follows it.
      let batch = try #require(store.takeBatch())
      for operation in batch.operations { try disk.execute(operation) }
    }
    let paths = try FileManager.default.subpathsOfDirectory(atPath: url.path).sorted()
    for path in paths {
      let file = url.appendingPathComponent(path)
      if file.hasDirectoryPath { continue }
      files.append((path, try Data(contentsOf: file)))
    }
  }

  func write(to folder: URL) throws {
    for (path, bytes) in files {
      let file = folder.appendingPathComponent(path)
      try FileManager.default.createDirectory(
        at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
      try bytes.write(to: file)
    }
  }
}

/// A log's folder written by hand, with whatever its author did: the store would refuse some of it.
struct PlainLog {
  let url: URL

  init(_ workshop: Workshop, _ author: Author, checkpoints: [VerifiedCheckpoint]) throws {
    url = try workshop.fresh()
    var entries: [UInt8] = []
    var hashes: [UInt8] = []
    var index: [UInt8] = []
    var bodies: [UInt8] = []
    var control: [UInt8] = []
    for (position, leaf) in author.leaves.enumerated() {
      let body = author.bodies[position]
      entries += leaf
      EntryHeader.leafHash(of: leaf.span).append(to: &hashes)
      index += bigEndian(UInt32(0)) + bigEndian(UInt32(bodies.count))
      index += bigEndian(UInt32(body.count)) + [UInt8](repeating: 0, count: 20)
      bodies += Array("LBDY".utf8) + bigEndian(UInt32(body.count)) + bigEndian(UInt64(position))
      bodies += body
      let kind = leaf[EntryLayout.kind]
      if kind != EntryKind.record.rawValue {
        control += bigEndian(UInt64(position)) + [kind] + [UInt8](repeating: 0, count: 7)
      }
    }
    let frames = checkpoints.flatMap { PlainLog.frame($0, contradicts: false) }
    let identity = author.identity
    let text = """
      liaison-identity/v1
      origin \(identity.origin)
      log \(Base64.encode(identity.key.array))

      """
    try FileManager.default.createDirectory(
      at: url.appendingPathComponent("bodies"), withIntermediateDirectories: true)
    for (name, bytes) in [
      ("identity", Array(text.utf8)), ("entries", entries), ("hashes", hashes), ("nodes", []),
      ("bodies.index", index), ("bodies/00000000", bodies), ("control", control),
      ("checkpoints", frames), ("cosignatures", []),
    ] { try Data(bytes).write(to: url.appendingPathComponent(name)) }
  }

  static func frame(_ checkpoint: VerifiedCheckpoint, contradicts: Bool) -> [UInt8] {
    var frame = bigEndian(UInt16(checkpoint.note.count)) + [contradicts ? 1 : 0, 0, 0, 0, 0, 0]
    frame += bigEndian(checkpoint.size) + checkpoint.note
    frame += [UInt8](repeating: 0, count: 304 - frame.count)
    return frame + SHA256.hash(frame).array[..<16]
  }
}

func bigEndian<T: FixedWidthInteger>(_ value: T) -> [UInt8] {
  stride(from: T.bitWidth - 8, through: 0, by: -8).map { UInt8(truncatingIfNeeded: value >> $0) }
}

/// Changes a file.
func edit(_ file: URL, _ change: (inout Data) -> Void) throws {
  var data = try Data(contentsOf: file)
  change(&data)
  try data.write(to: file)
}

func flip(_ file: URL, at offset: Int) throws { try edit(file) { $0[offset] ^= 0x10 } }
