import Crypto
import Foundation
import Log
import Runtime
import Store
import Testing

/// A hub's consultation log, its nonces, and the log of the node that anchored it: rightly, or as
/// somebody who holds all keys would have it.
struct LooksWorld {
  private(set) var looks: Author
  private(set) var nl: Author
  let be: Author
  private(set) var lines: [String] = []
  private var before: UInt64?
  private var nonces = 0
  private var time: UInt64 = 1_452_470_400_000

  /// - Parameter label: another one is another key.
  init(keyed label: String = "") throws {
    looks = try Author("looks.1", keyed: label)
    nl = try Author("nl")
    be = try Author("be")
    looks.add(.genesis, try Genesis(first: looks.card()).encode())
    nl.add(.genesis, try Genesis(first: nl.card()).encode())
  }

  mutating func look(_ count: Int, _ asked: String = "x") {
    for _ in 0..<count {
      looks.add(.consultation, Array(#"{"asked":"\#(asked)","n":\#(looks.leaves.count)}"#.utf8))
    }
  }

  mutating func pass(minutes: Int) { time &+= UInt64(bitPattern: Int64(minutes) * 60_000) }

  /// Anchors the looks as the hub and the daemon do it.
  /// - Parameters:
  ///   - size: of the checkpoint; nil: over all.
  ///   - previous: what the entry names as the anchor before; nil: what is.
  ///   - keepsNonce: false: the file has no line of it.
  ///   - log: what is anchored; nil: the consultation log.
  mutating func anchor(
    size: Int? = nil, previous: UInt64?? = nil, keepsNonce: Bool = true, keepsAnswer: Bool = true,
    log: LogID? = nil
  ) {
    nonces += 1
    let nonce = SHA256.hash(Array("nonce \(nonces)".utf8)).bytes
    let note = looks.checkpoint(size ?? looks.leaves.count).note
    let anchor = Anchor(
      log: log ?? looks.identity.id, commitment: Anchor.commitment(nonce: nonce, checkpoint: note),
      previous: previous ?? before)
    let index = UInt64(nl.leaves.count)
    let stamp = bigEndian(time)
    nl.add(.anchor, anchor.encode()) {
      $0.replaceSubrange(EntryLayout.time..<(EntryLayout.time + 8), with: stamp)
    }
    if log == nil { before = index }
    guard keepsNonce else { return }
    lines.append("anchor \(Hex.encode(nonce.array)) \(Base64.encode(note))")
    if keepsAnswer { lines.append("entry nl/1/\(index) \(time)") }
  }

  mutating func add(line: String) { lines.append(line) }

  /// Replaces what was recorded by another history under the same key, or another; the node's log
  /// is as it is.
  mutating func rewrite(keyed label: String = "", _ write: (inout LooksWorld) -> Void) throws {
    var other = try LooksWorld(keyed: label)
    write(&other)
    looks = other.looks
  }

  /// The nonces made anew, for the history as it is now: what somebody would do who holds the hub's
  /// key.
  mutating func forgeLines() {
    lines = (1...max(nonces, 1)).map { number in
      let nonce = SHA256.hash(Array("forged \(number)".utf8)).bytes
      return
        "anchor \(Hex.encode(nonce.array)) \(Base64.encode(looks.checkpoint(looks.leaves.count).note))"
    }
  }

  /// The same by a record that nobody asked for: the log's genesis is another.
  mutating func rewriteGenesis(looks count: Int) throws {
    var other = try Author("looks.1")
    other.add(.genesis, try Genesis(first: other.card(serial: 2)).encode())
    looks = other
    look(count)
  }

  /// The folder that an auditor is handed.
  struct Files {
    let folder: URL
    let anchors: URL
    let log: URL
    let cards: [URL]
  }

  /// - Parameter cosigned: so many of the node's entries are under a cosignature of be; nil: all.
  func write(_ workshop: Workshop, cosigned: Int? = nil) throws -> Files {
    let folder = try workshop.fresh()
    try store(looks, in: folder, cosigned: 0)
    try Data(try looks.card().note).write(to: folder.appendingPathComponent("node.card"))
    let log = try workshop.fresh()
    try store(nl, in: log, cosigned: cosigned ?? nl.leaves.count)
    let anchors = try workshop.fresh().appendingPathComponent("looks.1.anchors")
    try Data(lines.map { $0 + "\n" }.joined().utf8).write(to: anchors)
    return Files(
      folder: folder, anchors: anchors,
      log: log.appendingPathComponent("logs/\(nl.identity.id)"),
      cards: try workshop.cards([nl, be]))
  }

  private func store(_ author: Author, in folder: URL, cosigned: Int) throws {
    let disk = try FileDisk(folder: folder.path)
    // They are made for each case.
    var limits = StoreLimits()
    limits.journalBytes = 1 << 20
    try Store.create(on: disk, salt: SHA256.hash([7]).bytes, limits: limits)
    let store = try Store.open(on: disk, limits: limits)
    try store.addLog(author.identity)
    for end in Set([cosigned, author.leaves.count]).sorted() where end > 0 {
      let state = try #require(store.state(author.identity.id))
      if end > Int(state.size) {
        try store.append(state.accept(author.batch(Int(state.size)..<end)))
      }
      let checkpoint = author.checkpoint(end)
      _ = try store.addCheckpoint(checkpoint)
      if end == cosigned {
        try store.addCosignature(
          author.identity.id, checkpoint: checkpoint, be.cosignature(checkpoint))
      }
      _ = try store.flush()
    }
  }
}

func looks(_ files: LooksWorld.Files, _ more: [String] = []) throws -> Opinion {
  try tool(
    ["looks", files.folder.path, "--anchors", files.anchors.path, "--log", files.log.path]
      + files.cards.flatMap { ["--key", $0.path] } + more)
}
