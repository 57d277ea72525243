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
  /// The one value of its case.
  fileprivate var body: (any MessageBody)? {
    Mirror(reflecting: self).children.first?.value as? any MessageBody
  }
}
