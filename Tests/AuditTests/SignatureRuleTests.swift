import Foundation
import Testing

/// The published edge cases: `../shared/vectors`, or below `LIAISON_SHARED`.
private let edgeCases: URL? = {
  let shared =
    ProcessInfo.processInfo.environment["LIAISON_SHARED"].map { URL(fileURLWithPath: $0) }
    ?? repository.deletingLastPathComponent().appendingPathComponent("shared")
  let file = shared.appendingPathComponent("vectors/cctv/ed25519vectors.json")
  if FileManager.default.fileExists(atPath: file.path) { return file }
  print("skipped: no \(file.path)")
  return nil
}()

@Suite("The second verifier's signature rule", .enabled(if: pythonIsThere && edgeCases != nil))
struct SignatureRuleTests {
  /// CryptoTests show the same of libsodium.
  @Test("ENT-17: it accepts of the 914 edge cases exactly those that the rule allows")
  func edgeCasesAgree() throws {
    let file = try #require(edgeCases)
    let opinion = try run("/usr/bin/python3", [script.path, "--ed25519", file.path])
    #expect(opinion.last == "RESULT ok 0", "\(opinion.output)")
    #expect(opinion.says("914 vectors, 0 wrong"))
  }
}
