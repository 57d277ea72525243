import Crypto
import Secrets
import Testing

/// The one acceptance rule of `Protocols/entry.md`, on the 914 edge cases of C2SP/CCTV.
@Suite(.enabled(if: SharedVectors.arePresent)) struct Ed25519EdgeTests {
  struct Case: Decodable {
    let number: Int
    let key, sig: HexBytes
    let msg: String
    let flags: [String]?
  }

  /// The cases that the specification's rule refuses, in the words of the vectors. A verifier with
  /// the cofactor would forgive a residue. `S < L` holds for all 914.
  static let refused: Set<String> = [
    "low_order_A", "low_order_R", "non_canonical_A", "non_canonical_R", "low_order_residue",
  ]

  @Test("Of 914 edge cases exactly the 43 that follow the rule are accepted")
  func acceptance() throws {
    let cases = try SharedVectors.decode([Case].self, "cctv/ed25519vectors.json")
    #expect(cases.count == 914)
    var accepted = 0
    for test in cases {
      let key = try #require(LogPublicKey(test.key.bytes))
      let signature = try #require(Signature(test.sig.bytes))
      let isAccepted = key.verify(signature, over: Array(test.msg.utf8).span)
      let follows = Self.refused.isDisjoint(with: test.flags ?? [])
      #expect(isAccepted == follows, "case \(test.number), \(test.flags ?? [])")
      accepted += isAccepted ? 1 : 0
    }
    #expect(accepted == 43)
  }

  @Test("S + L is refused")
  func malleability() throws {
    var random = SeededRandom(seed: 6)
    let key = LogSecretKey.generate(using: &random)
    let message = Array("liaison".utf8)
    var signature = key.sign(message.span).array
    #expect(key.publicKey.verify(try #require(Signature(signature)), over: message.span))
    // L = 2^252 + 27742317777372353535851937790883648493, little-endian.
    let order = try #require(
      Hex.decode("edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010"))
    var carry = 0
    for index in 0..<32 {
      carry += Int(signature[32 + index]) + Int(order[index])
      signature[32 + index] = UInt8(carry & 255)
      carry >>= 8
    }
    #expect(!key.publicKey.verify(try #require(Signature(signature)), over: message.span))
  }
}
