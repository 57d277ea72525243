import Foundation
import Testing

@testable import Replication

@Suite("Protocols/vectors/sync.json")
struct SyncVectorTests {
  private struct File: Codable, Equatable {
    var description =
      "Messages of Protocols/sync.md. Without \"refusal\": decode, and encode to the same bytes."
    var vectors: [SyncVectors.Vector]
  }

  private var path: URL {
    URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().appendingPathComponent("Protocols/vectors/sync.json")
  }

  @Test("The file is what the code says; LIAISON_REWRITE_VECTORS=1 rewrites it")
  func fileIsCurrent() throws {
    let file = File(vectors: SyncVectors.known + SyncVectors.malformed)
    if ProcessInfo.processInfo.environment["LIAISON_REWRITE_VECTORS"] == "1" {
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
      try encoder.encode(file).write(to: path)
    }
    #expect(try JSONDecoder().decode(File.self, from: Data(contentsOf: path)) == file)
  }

  @Test("Every type of message has a vector")
  func everyType() throws {
    let file = try JSONDecoder().decode(File.self, from: Data(contentsOf: path))
    let types = Set(file.vectors.filter { $0.refusal == nil }.compactMap(\.bytes.first))
    for type in MessageType.allCases { #expect(types.contains(type.rawValue), "\(type)") }
  }

  @Test("Known messages decode and encode to the same bytes")
  func known() throws {
    let file = try JSONDecoder().decode(File.self, from: Data(contentsOf: path))
    for vector in file.vectors where vector.refusal == nil {
      let message = try Message.decode(vector.bytes)
      if case .chunk(let chunk) = message {
        #expect(chunk.first == 5 && chunk.count == 1 && chunk.checkpointSize == 9)
        let hasBody = chunk.form != .leaves && chunk.states == nil
        #expect(Array(vector.bytes[chunk.bodies]) == (hasBody ? [1, 2, 3] : []))
        #expect(chunk.before.count == (chunk.isFull ? 2 : 0))
      } else {
        #expect(message.body?.encode() == vector.bytes, "\(vector.name)")
      }
    }
  }
}

extension Message {
  /// nil for a chunk, which is written from a batch.
  fileprivate var body: (any MessageBody)? {
    switch self {
    case .hello(let body): body
    case .logs(let body): body
    case .heads(let body): body
    case .checkpoint(let body): body
    case .pull(let body): body
    case .credit(let body): body
    case .chunk: nil
    case .end(let body): body
    case .prune(let body): body
    case .graft(let body): body
    case .cosignatures(let body): body
    case .proof(let body): body
    case .ping(let body): body
    case .pong(let body): body
    case .digest(let body): body
    case .entry(let body): body
    case .copy(let body): body
    case .opening(let body): body
    case .probe(let body): body
    case .probed(let body): body
    case .exhibit(let body): body
    case .leave(let body): body
    }
  }
}
