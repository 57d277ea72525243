import Foundation
import Testing

/// `Protocols/vectors/<name>.json`: written by this test target when LIAISON_REWRITE_VECTORS is 1,
/// and compared with what it would write otherwise.
enum VectorFile {
  static func read<Content: Codable & Equatable>(
    _ name: String, generated: @autoclosure () throws -> Content
  ) throws -> Content {
    let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
      .appendingPathComponent("Protocols/vectors/\(name).json")
    let fresh = try generated()
    if ProcessInfo.processInfo.environment["LIAISON_REWRITE_VECTORS"] == "1" {
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
      try (encoder.encode(fresh) + Data("\n".utf8)).write(to: file, options: .atomic)
    }
    let stored = try JSONDecoder().decode(Content.self, from: Data(contentsOf: file))
    #expect(stored == fresh, "\(name).json is not what the code writes (LIAISON_REWRITE_VECTORS=1)")
    return stored
  }
}
