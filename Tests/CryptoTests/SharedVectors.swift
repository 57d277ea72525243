import Crypto
import Foundation

/// The published vectors, which lie beside the repository: `../shared/vectors`, or wherever
/// LIAISON_SHARED says. Tests that need them are disabled, and say so, where they are not.
enum SharedVectors {
  static let folder: URL? = {
    let candidates: [URL]
    if let path = ProcessInfo.processInfo.environment["LIAISON_SHARED"], !path.isEmpty {
      candidates = [URL(filePath: path)]
    } else {
      let repository = URL(filePath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()
      candidates = [repository.deletingLastPathComponent().appending(path: "shared")]
    }
    let found = candidates.map { $0.appending(path: "vectors") }
      .first { FileManager.default.fileExists(atPath: $0.path) }
    if found == nil { print("skipped: no published vectors in ../shared/vectors") }
    return found
  }()

  static var arePresent: Bool { folder != nil }

  static func decode<T: Decodable>(_: T.Type, _ path: String) throws -> T {
    guard let folder else { throw CocoaError(.fileNoSuchFile) }
    return try JSONDecoder().decode(T.self, from: Data(contentsOf: folder.appending(path: path)))
  }

  static func wycheproof<T: Decodable>(_: T.Type, _ name: String) throws -> Wycheproof<T> {
    try decode(Wycheproof<T>.self, "wycheproof/\(name)_test.json")
  }
}

struct Wycheproof<Case: Decodable>: Decodable {
  let numberOfTests: Int
  let testGroups: [Group]

  struct Group: Decodable {
    struct PublicKey: Decodable { let pk: HexBytes }
    let publicKey: PublicKey?
    let tagSize: Int?
    let tests: [Case]
  }
}

struct HexBytes: Decodable {
  let bytes: [UInt8]

  init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    guard let bytes = Hex.decode(try container.decode(String.self)) else {
      throw DecodingError.dataCorruptedError(in: container, debugDescription: "no hex")
    }
    self.bytes = bytes
  }
}
