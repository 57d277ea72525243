import Testing
import Text

@Suite struct TextFileTests {
  private func lines(_ text: String) throws -> [String] { try TextFile(Array(text.utf8)).lines }

  @Test(
    "However an editor ends lines, they are the same lines",
    arguments: ["a\nb\n", "a\r\nb\r\n", "a\nb", "a\r\nb", "\u{feff}a\r\nb\n", "a\nb\n\r\n\n"])
  func ends(_ text: String) throws {
    #expect(try lines(text) == ["a", "b"])
    #expect(try TextFile(Array(text.utf8)).canonical == Array("a\nb\n".utf8))
  }

  @Test("Empty lines between others stay, and a file of none has none")
  func empty() throws {
    #expect(try lines("\n\na\n") == ["", "", "a"])
    #expect(try lines("") == [])
    #expect(try lines("\r\n") == [])
  }

  @Test(
    "What is no such text is refused with its line",
    arguments: [
      (Array("a\nb\rc\n".utf8), 2, TextProblem.Kind.carriageReturn),
      ([0xff, 0xfe, 0x61, 0], 1, .utf16), ([0xfe, 0xff, 0, 0x61], 1, .utf16),
      ([0x61, 0x0a, 0x61, 0], 2, .nul), ([0x61, 0x0a, 0xe9, 0x0a], 2, .notUTF8),
      (Array("a\n\u{1b}[2J\n".utf8), 2, .controlCharacter(0x1b)),
    ] as [([UInt8], Int, TextProblem.Kind)])
  func problems(_ bytes: [UInt8], _ line: Int, _ kind: TextProblem.Kind) {
    #expect(throws: TextProblem(line: line, kind: kind)) { try TextFile(bytes) }
  }

  @Test("A letter and its mark across a line's end do not join it")
  func graphemes() throws {
    #expect(try lines("a\n\u{301}b\r\n\u{200d}c") == ["a", "\u{301}b", "\u{200d}c"])
  }

  @Test("The one line of a secret is found in place")
  func onlyLine() throws {
    for text in ["abc", "abc\n", "abc\r\n", "abc\n\r\n\n"] {
      let bytes = Array(text.utf8)
      #expect(try TextFile.onlyLine(of: bytes.span) == 0..<3)
    }
    let marked = Array("\u{feff}abc\r\n".utf8)
    #expect(try TextFile.onlyLine(of: marked.span) == 3..<6)
    let two = Array("abc\ndef\n".utf8)
    #expect(throws: TextProblem(line: 2, kind: .oneLineExpected)) {
      try TextFile.onlyLine(of: two.span)
    }
    let empty: [UInt8] = []
    #expect(try TextFile.onlyLine(of: empty.span).isEmpty)
  }

  @Test("Every sequence of bytes goes through a string and back")
  func paths() {
    for first in UInt8.min...UInt8.max {
      for second in UInt8.min...UInt8.max {
        let bytes = [0x2f, first, second, 0x41, first]
        #expect(PathText.bytes(of: PathText.string(of: bytes)) == bytes)
      }
    }
    let stand = Array("\u{10fee9}".utf8)
    #expect(PathText.bytes(of: PathText.string(of: stand)) == stand)
    #expect(PathText.string(of: Array("Größe".utf8)) == "Größe")
  }
}
