import Crypto
import Secrets
import Testing

/// Every row of the table in Protocols/sealing.md, 9, which 10 shares.
@Suite final class PassphraseFileTests {
  private static let cheap = PassphraseCost(passes: 1, memoryBytes: 8_192)
  private let passphrase = GuardedBytes(copying: Array("correct horse".utf8).span)
  private let lines: [String]

  init() throws {
    var random = SeededRandom(seed: 3)
    let contents = KeysExport.Contents(
      origin: "nl/1", secrets: NodeSecrets.generate(using: &random), presharedKeys: [])
    let text = try KeysExport.seal(
      contents, passphrase: passphrase, cost: Self.cheap, using: &random)
    lines = String(decoding: text, as: UTF8.self).split(separator: "\n").map(String.init)
  }

  private func refusal(_ lines: [String], end: String = "\n") -> PassphraseFileError? {
    do {
      _ = try KeysExport.open(
        Array((lines.joined(separator: "\n") + end).utf8), passphrase: passphrase)
      return nil
    } catch { return error }
  }

  private func isMalformed(_ error: PassphraseFileError?) -> Bool {
    guard case .malformed = error else { return false }
    return true
  }

  @Test(
    "A line that is missing, repeated, too long, of another kind or badly encoded is malformed, and named"
  )
  func malformed() {
    #expect(refusal(lines) == nil)
    #expect(lines.count == 6)
    for number in lines.indices {
      var cut = lines
      cut.remove(at: number)
      #expect(isMalformed(refusal(cut)), "without line \(number + 1)")
      var twice = lines
      twice.insert(lines[number], at: number)
      #expect(isMalformed(refusal(twice)), "line \(number + 1) twice")
      var other = lines
      other[number] = "x" + lines[number]
      #expect(refusal(other) == .malformed(line: number + 1))
    }
    for number in 3...5 {
      var bad = lines
      bad[number] += "!"
      #expect(refusal(bad) == .malformed(line: number + 1))
      bad[number] = String(lines[number].dropLast(5))
      #expect(isMalformed(refusal(bad)))
    }
    var long = lines
    long[5] += String(repeating: "A", count: KeysExport.maxBytes)
    #expect(isMalformed(refusal(long)))
  }

  @Test("A passphrase that is empty or above 1,024 bytes is refused before anything is computed")
  func passphraseLength() {
    for count in [0, 1_025] {
      let wrong = GuardedBytes(count: count) { _ in }
      #expect(throws: PassphraseFileError.passphraseLength) {
        _ = try KeysExport.open(
          Array((lines.joined(separator: "\n") + "\n").utf8), passphrase: wrong)
      }
    }
  }

  @Test("SEAL-18: passes outside 1 to 12 and memory outside 8,192 bytes to 1 GiB are refused")
  func cost() {
    for cost in ["0 8192", "13 8192", "1 8191", "1 1073741825", "1 9223372036854775807"] {
      var asked = lines
      asked[2] = "argon2id \(cost)"
      #expect(refusal(asked) == .costOutOfBounds, "\(cost)")
    }
    var more = lines
    more[2] = "argon2id 99999999999999999999 8192"
    #expect(refusal(more) != nil)
  }

  @Test("SEAL-19: what is in an export is exactly its parts")
  func parts() throws {
    var random = SeededRandom(seed: 4)
    let secrets = NodeSecrets.generate(using: &random)
    let key = Held(PresharedKey.generate(using: &random))
    // The same peer and rank twice.
    let twice = KeysExport.Contents(
      origin: "nl/1", secrets: secrets,
      presharedKeys: [.init(name: "be", key: key), .init(name: "be", key: key)])
    #expect(twice.presharedKeys() == nil)
    let good = KeysExport.Contents(
      origin: "nl/1", secrets: secrets,
      presharedKeys: [.init(name: "be", rank: 1, key: key), .init(name: "be", key: key)])
    #expect(good.presharedKeys()?.map(\.rank) == [0, 1])
    #expect(try good.earlier().cards.isEmpty)
  }
}
