import Crypto
import Log
import Simulation

@testable import Store

/// The contents of Protocols/vectors/store.json beside single layouts: heads, records and frames
/// with their bytes, numbers that no store writes, and a small store.
struct StoreFormatVectors: Codable, Equatable {
  struct Head: Codable, Equatable {
    let bytes: String
    let size, bodyBytes, purgedBytes, controls, checkpoints, contradictions, cosignatures: UInt64
    let segment, segmentOffset: UInt32
    let frozenAt: UInt64?
  }
  struct Record: Codable, Equatable {
    let type: UInt8
    let name: String
    let bytes: String
    /// `record`, or `failure` for one that no store writes.
    let result: String
  }
  /// A record of `bodies.index`.
  struct Index: Codable, Equatable {
    let name, bytes, result: String
  }
  struct Frames: Codable, Equatable {
    let checkpoint, contradicting, cosignature: String
  }
  struct File: Codable, Equatable {
    struct Part: Codable, Equatable {
      let offset: Int
      let bytes: String
    }
    let path: String
    let length: Int
    /// Zeros between them.
    let parts: [Part]
  }
  struct Sample: Codable, Equatable {
    let files: [File]
    let origin, root: String
    let size: UInt64
    /// The word of an audit without cards: the body of entry 0 is no genesis.
    let result: String
  }

  let head: Head
  let records: [Record]
  let index: [Index]
  let frames: Frames
  let sample: Sample

  static func made() throws -> StoreFormatVectors {
    let log = try TestLog("nl", entries: 8, bodyBytes: 5...5)
    return StoreFormatVectors(
      head: head(log), records: try records(log) + states(log), index: index(),
      frames: try frames(log), sample: try sample(log))
  }

  private static func record(_ log: TestLog) -> HeadRecord {
    var head = HeadRecord(id: log.identity.id)
    head.size = 8
    head.leafHash = EntryHeader.leafHash(of: Array(log.all.leaf(at: 7)).span)
    head.headerHash = EntryHeader.headerHash(of: Array(log.all.leaf(at: 7)).span)
    head.frozenAt = 6
    head.bodyBytes = 40
    head.purgedBytes = 5
    head.segmentOffset = 168
    head.controlCount = 2
    head.checkpointCount = 3
    head.contradictionCount = 1
    head.cosignatureCount = 4
    head.set(anchor: TreeAnchor(size: 8, root: log.roots[8]), tree: nil)
    return head
  }

  private static func head(_ log: TestLog) -> Head {
    let head = record(log)
    var bytes: [UInt8] = []
    head.append(to: &bytes)
    return Head(
      bytes: Hex.encode(bytes), size: head.size, bodyBytes: head.bodyBytes,
      purgedBytes: head.purgedBytes, controls: head.controlCount,
      checkpoints: head.checkpointCount, contradictions: head.contradictionCount,
      cosignatures: head.cosignatureCount, segment: head.segment,
      segmentOffset: head.segmentOffset, frozenAt: head.frozenAt)
  }

  private static func frames(_ log: TestLog) throws -> Frames {
    let checkpoint = log.checkpoint(8)
    let wrong = log.falseCheckpoint(5)
    return Frames(
      checkpoint: Hex.encode(
        CheckpointFrame(size: 8, contradicts: false, note: checkpoint.note).encode()),
      contradicting: Hex.encode(
        CheckpointFrame(size: 5, contradicts: true, note: wrong.note).encode()),
      cosignature: Hex.encode(CosignatureFrame(try cosignature(log)).encode()))
  }

  private static func cosignature(_ log: TestLog) throws -> StoredCosignature {
    StoredCosignature(
      checkpointSize: 8, checkpointRoot: log.roots[8],
      cosignature: Cosignature(
        name: try NodeName("be"), keyID: 0x0102_0304, time: 1_452_470_400,
        signature: log.sign([1, 2, 3].span)))
  }

  private static func records(_ log: TestLog) throws -> [Record] {
    let id = log.identity.id
    let place = EntryPlace(segment: 0, segmentOffset: 126, controlCount: 2)
    let all: [(String, JournalRecord)] = [
      ("new log", .newLog(log.identity)),
      ("entries, all bodies present", .entries(id, log.all.slice(6..<8), place: place)),
      ("head", .head(record(log))),
      (
        "checkpoint",
        .checkpoint(
          id, position: 2, contradicts: false,
          frame: CheckpointFrame(size: 8, contradicts: false, note: log.checkpoint(8).note)
            .encode())
      ),
      (
        "cosignature",
        .cosignature(id, position: 3, frame: CosignatureFrame(try cosignature(log)).encode())
      ),
      ("ahead", .pending(id, note: log.checkpoint(8).note)),
      ("nothing ahead", .pending(id, note: [])),
      ("freeze", .freeze(id, index: 6)),
      (
        "body",
        .body(BodyArrival(log: id, index: 3, segment: 1, offset: 0, bytes: [1, 2, 3]))
      ),
      ("states", .states(id, StateChange(.expired, nil)!, bytes: 10, indices: [2, 4])),
      (
        "other signatures",
        .replaced(
          ReplacedLeaves(
            log: id, first: 6, leaves: Array(log.all.leaves[(6 * 216)..<(8 * 216)]),
            anchor: TreeAnchor(size: 8, root: log.roots[8])))
      ),
    ]
    var records: [Record] = []
    for (name, record) in all {
      var bytes: [UInt8] = []
      record.append(to: &bytes)
      records.append(
        Record(type: bytes[0], name: name, bytes: Hex.encode(bytes), result: "record"))
      // The first number behind the log id, as no store writes it.
      guard [2, 3, 4, 5, 7, 8, 10].contains(bytes[0]) else { continue }
      bytes.replaceSubrange(33..<41, with: [UInt8](repeating: 0xff, count: 8))
      records.append(
        Record(
          type: bytes[0], name: "\(name), number out of bounds", bytes: Hex.encode(bytes),
          result: "failure"))
    }
    return records
  }

  /// Two commits: the first is in the log files, too; of the second only the journal knows.
  private static func sample(_ log: TestLog) throws -> Sample {
    var limits = StoreLimits()
    limits.journalBytes = 32 << 10
    limits.commitBytes = 8 << 10
    let disk = SimulatedDisk()
    try Store.create(on: disk, salt: salt, limits: limits)
    let store = try Store.open(on: disk, limits: limits)
    try store.addLog(log.identity)
    try store.append(try log.verified(0..<6))
    _ = try store.addCheckpoint(log.checkpoint(6))
    try store.flush()
    try store.append(try log.verified(6..<8))
    guard let batch = store.takeBatch() else { throw StoreError.busy }
    for operation in batch.operations { try disk.execute(operation) }
    let files = disk.image.files.filter { $0 != .reserve }.map { file in
      let content = disk.image.content(of: file)
      return vector(file.path, content?.read(at: 0, count: content?.count ?? 0) ?? [])
    }
    return Sample(
      files: files.sorted { $0.path < $1.path }, origin: log.identity.origin.text,
      root: Base64.encode(log.roots[8].array), size: 8, result: "defect")
  }

  private static func vector(_ path: String, _ bytes: [UInt8]) -> File {
    var parts: [File.Part] = []
    for start in stride(from: 0, to: bytes.count, by: 512) {
      let piece = bytes[start..<min(start + 512, bytes.count)]
      guard piece.contains(where: { $0 != 0 }) else { continue }
      parts.append(File.Part(offset: start, bytes: Hex.encode(Array(piece))))
    }
    return File(path: path, length: bytes.count, parts: parts)
  }
}
