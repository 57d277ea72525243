import Crypto
import Foundation
import Log
import Testing
import Wire

@testable import Store

/// Protocols/vectors/store.json. With LIAISON_WRITE_VECTORS=1 the file is written anew.
struct StoreVectorTests {
  struct Vectors: Codable, Equatable {
    struct Node: Codable, Equatable {
      let level: Int
      let index: UInt64
      let record: UInt64
    }
    struct Count: Codable, Equatable {
      let entries: UInt64
      let nodes: UInt64
    }
    struct Run: Codable, Equatable {
      let firstLeaf, body, states, bodiesIndex, bodyRecords, control: String
    }
    struct Frame: Codable, Equatable {
      let salt, payload, frame: String
      let generation, sequence: UInt64
      let retiresOther: Bool
    }
    let identity: String
    let nodeCounts: [Count]
    let nodes: [Node]
    let run: Run
    let journalFrame: Frame
    let formats: StoreFormatVectors
  }

  private func made() throws -> Vectors {
    let log = try TestLog("nl", entries: 1, bodyBytes: 5...5)
    let files = EntryFiles(
      log.all, at: EntryPlace(segment: 3, segmentOffset: 1000, controlCount: 2))
    let payload: [UInt8] = [7] + [UInt8](repeating: 0xab, count: 32) + [0, 0, 0, 0, 0, 0, 0, 9]
    let frame = JournalFrame.encode(
      .commit, retiresOther: true, generation: 5, sequence: 2, salt: salt,
      reservedPayload: [UInt8](repeating: 0, count: JournalFrame.headerBytes) + payload)
    let places: [(Int, UInt64)] = [
      (8, 0), (8, 1), (9, 0), (8, 2), (8, 3), (9, 1), (10, 0), (12, 7),
    ]
    return Vectors(
      identity: String(decoding: log.identity.storedText, as: UTF8.self),
      nodeCounts: [0, 255, 256, 511, 512, 1024, 10_000_000].map {
        .init(entries: $0, nodes: NodesLayout.count(entries: $0))
      },
      nodes: places.map {
        .init(level: $0.0, index: $0.1, record: NodesLayout.position(level: $0.0, index: $0.1))
      },
      run: .init(
        firstLeaf: Hex.encode(log.all.leaves), body: Hex.encode(log.all.bodies), states: "00",
        bodiesIndex: Hex.encode(files.index), bodyRecords: Hex.encode(files.bodies),
        control: Hex.encode(files.control)),
      journalFrame: .init(
        salt: Hex.encode(salt.array), payload: Hex.encode(payload),
        frame: Hex.encode(Array(frame[..<(JournalFrame.headerBytes + payload.count)])),
        generation: 5, sequence: 2, retiresOther: true),
      formats: try StoreFormatVectors.made())
  }

  /// Written records are read again as the same, and records that no store writes are refused.
  @Test func recordsAreRead() throws {
    let vectors = try StoreFormatVectors.made()
    for vector in vectors.records {
      let bytes = try #require(Hex.decode(vector.bytes))
      let record = read(bytes)
      #expect((record == nil) == (vector.result == "failure"), "\(vector.name)")
      var again: [UInt8] = []
      record?.append(to: &again)
      #expect(record == nil || again == bytes, "\(vector.name)")
    }
    for vector in vectors.index {
      let bytes = try #require(Hex.decode(vector.bytes))
      let record = indexRecord(bytes, 0)
      #expect((record == nil) == (vector.result == "failure"), "\(vector.name)")
      #expect(record.map { $0.encoded == bytes } ?? true, "\(vector.name)")
    }
    let frames = vectors.frames
    for text in [frames.checkpoint, frames.contradicting] {
      let bytes = try #require(Hex.decode(text))
      #expect(CheckpointFrame(bytes.span, at: 0)?.encode() == bytes)
    }
    let bytes = try #require(Hex.decode(frames.cosignature))
    #expect(CosignatureFrame(bytes.span, at: 0)?.encode() == bytes)
  }

  private func read(_ bytes: [UInt8]) -> JournalRecord? {
    var reader = ByteReader(count: bytes.count)
    guard let record = try? JournalRecord(&reader, bytes.span), reader.remaining == 0 else {
      return nil
    }
    return record
  }

  @Test func knownAnswers() throws {
    var url = URL(fileURLWithPath: #filePath)
    for _ in 0..<3 { url.deleteLastPathComponent() }
    url.append(path: "Protocols/vectors/store.json")
    let made = try made()
    if ProcessInfo.processInfo.environment["LIAISON_WRITE_VECTORS"] != nil {
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
      try encoder.encode(made).write(to: url)
    }
    #expect(try JSONDecoder().decode(Vectors.self, from: Data(contentsOf: url)) == made)
  }
}
