import Foundation
import Crypto
import Secrets
import Testing

@Suite struct GuardedMemoryTests {
  @Test("Secrets that do not open leave no guarded pages behind")
  func failuresFreeTheirPages() throws {
    let key = [UInt8](repeating: 1, count: 32)
    let none: [UInt8] = []
    let junk = [UInt8](repeating: 2, count: 48)
    func mappings() throws -> Int {
      try String(contentsOfFile: "/proc/self/maps", encoding: .utf8).split(separator: "\n").count
    }
    let before = try mappings()
    for _ in 0..<2_000 {
      do throws(AEADError) {
        _ = try ChaChaPoly.openGuarded(
          junk.span, key: key.span, nonce: .zero, associatedData: none.span)
        Issue.record("junk opened")
      } catch {}
    }
    #expect(try mappings() < before + 500)
  }
}
