import Crypto
import Foundation
import Log
import Testing

@Suite(
  "RFC 6962 proofs, published vectors (LOG-2, LOG-3)", .enabled(if: SharedVectors.hasTreeVectors))
struct TreeVectorTests {
  struct Inclusion: Decodable {
    let leafIdx: UInt64
    let treeSize: UInt64
    let root: String?
    let leafHash: String?
    let proof: [String]?
    let desc: String
    let wantErr: Bool
    let file: String
  }

  struct Consistency: Decodable {
    let size1: UInt64
    let size2: UInt64
    let root1: String?
    let root2: String?
    let proof: [String]?
    let wantErr: Bool
    let file: String
  }

  @Test func inclusion() throws {
    let data = try #require(SharedVectors.data("rfc6962/inclusion.json"))
    let vectors = try JSONDecoder().decode([Inclusion].self, from: data)
    #expect(vectors.count == 98)
    for vector in vectors {
      let holds: Bool
      if let leaf = digest(vector.leafHash), let root = digest(vector.root),
        let path = digests(vector.proof)
      {
        holds = Tree.verifyInclusion(
          leafHash: leaf, index: vector.leafIdx, size: vector.treeSize, path: path, root: root)
      } else {
        holds = false
      }
      #expect(holds == !vector.wantErr, "\(vector.file)")
    }
  }

  @Test func consistency() throws {
    let data = try #require(SharedVectors.data("rfc6962/consistency.json"))
    let vectors = try JSONDecoder().decode([Consistency].self, from: data)
    #expect(vectors.count == 98)
    for vector in vectors {
      let holds: Bool
      if let first = digest(vector.root1), let second = digest(vector.root2),
        let proof = digests(vector.proof)
      {
        holds = Tree.verifyConsistency(
          from: vector.size1, to: vector.size2, fromRoot: first, toRoot: second, proof: proof)
      } else {
        holds = false
      }
      #expect(holds == !vector.wantErr, "\(vector.file)")
    }
  }

  /// A few vectors carry a text in the place of a root that plays no part: its hash stands in.
  private func digest(_ text: String?) -> Digest? {
    guard let text, !text.isEmpty else { return nil }
    return Base64.decode(text).map { Digest($0) ?? SHA256.hash($0) }
  }

  private func digests(_ texts: [String]?) -> [Digest]? {
    let hashes = (texts ?? []).map { digest($0) }
    return hashes.contains(nil) ? nil : hashes.compactMap { $0 }
  }
}
