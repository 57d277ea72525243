import Foundation
import Testing

@testable import Matching

@Suite("Tables: every entry can be read, and normalizes as Unicode says")
struct TableTests {
  @Test("MAT-2: each scalar has a record whose parts are inside the tables")
  func scalars() {
    let table = ScalarTable.shared
    var letters = 0
    for value in UInt32(0)...0x10_ffff {
      let record = table[value]
      for index in 0..<record.decompositionCount { _ = table.decomposition(record, at: index) }
      for index in 0..<record.spellingCount {
        let byte = table.spelling(record, at: index)
        #expect((0x61...0x7a).contains(byte) || (0x30...0x39).contains(byte))
      }
      if record.kind == .letter || record.kind == .consonant { letters += 1 }
    }
    #expect(letters > 100_000)
  }

  /// Foundation's normalization follows another version of Unicode; what is newer than the tables,
  /// or is cut by the limit on marks, stays out.
  @Test("MAT-2: NFKC of every scalar below U+32000 is Foundation's")
  func nfkc() {
    var different = [String]()
    for value in UInt32(0x20)..<0x32000 {
      guard let scalar = Unicode.Scalar(value),
        scalar.properties.age.map({ $0.major <= 15 }) == true,
        scalar.properties.age.map({ ($0.major, $0.minor) <= (15, 0) }) == true
      else { continue }
      let text = String(scalar)
      let ours = Normalization(text).pieces.map(\.scalar)
      let theirs = text.precomposedStringWithCompatibilityMapping.unicodeScalars.map(\.value)
      if ours != theirs { different.append("U+" + String(value, radix: 16)) }
    }
    #expect(different.isEmpty, "\(different.count): \(different.prefix(20))")
  }

  @Test("Words that public lists call one name are found, and no others")
  func groups() {
    let table = WordTable.shared
    func entry(_ word: String) -> WordTable.Entry { FoldedName(word).words[0].entry }
    #expect(table.areShortForms(entry("William"), entry("Bill")))
    #expect(!table.areShortForms(entry("William"), entry("Bob")))
    #expect(table.shareGroup(entry("Johannes"), entry("John")) || !entry("Johannes").isEmpty)
    #expect(!table.shareGroup(entry("Mohammed"), entry("William")))
  }
}
