import Fuzzing
import Testing

@Suite("Inputs that one seed makes of a corpus")
struct InputTests {
  private let maker = InputMaker(
    corpus: [Array("first".utf8), [], Array(0...255), [0xff]], seed: 1)

  /// FNV-1a over lengths and bytes.
  private func digest(_ inputs: [[UInt8]]) -> UInt64 {
    var value: UInt64 = 0xcbf2_9ce4_8422_2325
    for input in inputs {
      for byte in input + [UInt8(input.count & 0xff), UInt8(input.count >> 8)] {
        value = (value ^ UInt64(byte)) &* 0x100_0000_01b3
      }
    }
    return value
  }

  @Test("They are the same in every build and on every machine")
  func same() {
    #expect(digest((0..<1_000).map { maker.input($0) }) == 17_571_109_992_274_563_843)
  }

  @Test("The corpus comes first, as it is; what follows differs, and is not too long")
  func shape() {
    #expect((0..<4).map { maker.input($0) } == maker.corpus)
    let made = (4..<2_000).map { maker.input($0) }
    #expect(Set(made).count > 1_000)
    #expect(made.allSatisfy { $0.count <= 8_192 })
    let other = InputMaker(corpus: maker.corpus, seed: 2)
    #expect(made.first != other.input(4) || made.last != other.input(1_999))
  }
}
