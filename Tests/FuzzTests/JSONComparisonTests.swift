import Foundation
import Testing

@testable import Fuzzing

@Suite("The scanner beside another library: docs/decisions/0009")
struct JSONComparisonTests {
  /// Bytes that mean something to a scanner, and some that do not.
  private static let pieces: [[UInt8]] =
    [
      "{", "}", "[", "]", ",", ":", "\"", "\\", "\\\"", "\\u0061", "\\ud83d", "\\ude00", "\\u0000",
      "\"a\"", "\"type\"", "1", "0", "-", ".",
      "e", "e-300", "e308", "9007199254740991", "true", "false", "null", " ", "\t", "\n", "\r", "é",
      "😀", "\u{1}", "a", "\"a\":1,", "\"b\":[],",
    ].map { Array($0.utf8) } + [[0xff], [0xc3], [0xed, 0xa0, 0x80], [0]]

  /// The same numbers in every run.
  private struct Numbers {
    var state: UInt64 = 8259

    mutating func below(_ bound: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int((state >> 33) % UInt64(bound))
    }
  }

  @Test("Verdicts agree on 200,000 altered records; some are taken and some are not")
  func altered() {
    var numbers = Numbers()
    var taken = 0
    let seeds = JSONTarget.seeds
    let runs = 200_000
    for _ in 0..<runs {
      var text = seeds[numbers.below(seeds.count)]
      for _ in 0...numbers.below(3) {
        let place = numbers.below(text.count + 1)
        let end = min(text.count, place + numbers.below(4))
        text.replaceSubrange(
          place..<end, with: Self.pieces[numbers.below(Self.pieces.count)])
      }
      if JSONTarget.compare(text).isMessage { taken += 1 }
    }
    #expect(taken > runs / 100 && taken < runs * 9 / 10)
  }

  /// Cases of the published suite say by their names what must be taken (y), refused (n), or is
  /// left open (i).
  @Test(
    "The published cases, where they are: all that must be refused are, and nothing is taken that the other library refuses",
    .enabled(if: Self.published != nil))
  func publishedCases() throws {
    let folder = try #require(Self.published)
    let names = try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
    #expect(names.count > 300)
    for name in names where name.hasSuffix(".json") {
      let text = [UInt8](try Data(contentsOf: folder.appendingPathComponent(name)))
      // A record is an object: what stands for itself is put into one.
      for bytes in [text, Array("{\"type\":\"x\",\"a\":".utf8) + text + Array("}".utf8)] {
        let isMessage = JSONTarget.compare(bytes).isMessage
        if name.hasPrefix("n_") { #expect(!isMessage, "\(name)") }
      }
    }
  }

  private static let published: URL? = {
    guard let shared = ProcessInfo.processInfo.environment["LIAISON_SHARED"] else { return nil }
    let folder = URL(fileURLWithPath: shared).appendingPathComponent(
      "vectors/JSONTestSuite/test_parsing")
    return FileManager.default.fileExists(atPath: folder.path) ? folder : nil
  }()
}
