import Testing
import Text

@Suite struct PrintableTests {
  @Test(
    "What a terminal obeys, hides or turns is written as a number",
    arguments: [
      ("\u{1b}[2J", "\\u{1b}[2J"), ("a\r\nb", "a\\u{d}\\u{a}b"), ("\u{7}", "\\u{7}"),
      ("\u{9b}31m", "\\u{9b}31m"), ("\u{7f}", "\\u{7f}"),
      // Directions: embeddings, overrides, isolates and marks.
      ("\u{202e}gpj.exe", "\\u{202e}gpj.exe"), ("\u{2066}x\u{2069}", "\\u{2066}x\\u{2069}"),
      ("\u{61c}", "\\u{61c}"), ("\u{200f}", "\\u{200f}"),
      // Drawn as nothing: zero width, tags, fillers, selectors, soft hyphen.
      ("a\u{200b}b", "a\\u{200b}b"), ("\u{e0041}", "\\u{e0041}"), ("\u{3164}", "\\u{3164}"),
      ("\u{ad}", "\\u{ad}"), ("\u{e0100}", "\\u{e0100}"), ("\u{feff}", "\\u{feff}"),
      ("\u{2028}", "\\u{2028}"),
      // No meaning that every terminal knows.
      ("\u{e000}", "\\u{e000}"), ("\u{ffff}", "\\u{ffff}"),
    ])
  func hostile(_ text: String, _ expected: String) {
    #expect(text.printable == expected)
    #expect(text.printable.printable == expected)
  }

  @Test(
    "Names of people stay as they are written",
    arguments: ["Müller", "José", "محمد", "Нгуен", "李 明", "Nguyễn", "नरेन्द्र", "👍", "a\\b"])
  func names(_ text: String) {
    #expect(text.printable == text)
    #expect(text.printableJSON == text)
  }

  @Test("A pile of marks is cut, and none joins what stands before the text")
  func marks() {
    let pile = "a" + String(repeating: "\u{301}", count: 12)
    #expect(pile.printable.unicodeScalars.count { $0 == "\u{301}" } == 8)
    #expect(pile.printable.printable == pile.printable)
    #expect("\u{20dd}x".printable == "\\u{20dd}x")
  }

  @Test("Lines stay lines where they are wanted")
  func lines() {
    #expect("a\n\u{1b}b\r\n".printableLines == "a\n\\u{1b}b\\u{d}\n")
  }

  @Test("Bytes that are no text show as what they are")
  func bytes() {
    #expect(String(printable: Array("caf".utf8) + [0xe9]) == "caf\\xe9")
    // Half a character, an overlong one, a surrogate.
    #expect(String(printable: [0xe2, 0x82, 0x41]) == "\\xe2\\x82A")
    #expect(String(printable: [0xc0, 0xaf]) == "\\xc0\\xaf")
    #expect(String(printable: [0xed, 0xa0, 0x80]) == "\\xed\\xa0\\x80")
  }

  @Test("JSON keeps its meaning, and stays one line")
  func json() {
    #expect("{\"a\":\"\u{202e}\"}".printableJSON == "{\"a\":\"\\u202e\"}")
    #expect("{\"a\":\"\u{e0041}\"}".printableJSON == "{\"a\":\"\\udb40\\udc41\"}")
    #expect("{\r\n\t\"a\":1}".printableJSON == "{   \"a\":1}")
    #expect("\"\u{7f}\u{9b}\"".printableJSON == "\"\\u007f\\u009b\"")
  }

  @Test("Nothing that is printable is left to obey, for every character there is")
  func every() {
    var left: [String] = []
    for value in UInt32(0)...0x10_ffff {
      guard let scalar = Unicode.Scalar(value) else { continue }
      let properties = scalar.properties
      let isHostile =
        switch properties.generalCategory {
        case .control, .format, .privateUse, .unassigned: true
        default: properties.isDefaultIgnorableCodePoint
        }
      if isHostile, String(scalar).printable.unicodeScalars.first == scalar {
        left.append(String(value, radix: 16))
      }
    }
    #expect(left == [])
  }
}
