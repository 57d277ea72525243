import Crypto
import Foundation
import Testing

/// Vectors that a verifier without the store's code must agree with.
@Suite("Vectors that both sides read")
struct VectorTests {
  private struct Signatures: Codable {
    struct Case: Codable {
      let name, key, message, signature: String
      let accepted: Bool
    }
    let signatures: [Case]
  }

  private let folder = repository.appendingPathComponent("Protocols/vectors")

  @Test("ENT-17: the edge points, by libsodium")
  func edgePoints() throws {
    let vectors = try JSONDecoder().decode(
      Signatures.self,
      from: Data(contentsOf: folder.appendingPathComponent("signatures.json"))
    ).signatures
    #expect(vectors.count == 31)
    for vector in vectors {
      let key = try #require(Hex.decode(vector.key).flatMap { LogPublicKey($0) })
      let signature = try #require(Hex.decode(vector.signature).flatMap { Signature($0) })
      let message = try #require(Hex.decode(vector.message))
      #expect(key.verify(signature, over: message.span) == vector.accepted, "\(vector.name)")
    }
  }

  @Test(
    "The same by the second verifier, and heads, records, frames and the small store",
    .enabled(if: pythonIsThere))
  func secondVerifier() throws {
    let place = script.deletingLastPathComponent()
    let signatures = try run(
      "/usr/bin/python3", [place.appendingPathComponent("signature_vectors.py").path])
    #expect(signatures.code == 0, "\(signatures.output)")
    let store = try run(
      "/usr/bin/python3",
      [script.path, "--store-vectors", folder.appendingPathComponent("store.json").path])
    #expect(store.code == 0, "\(store.output)")
  }
}
