import Testing

@testable import JSON

@Suite("What is a record, and what is none: Protocols/json.md")
struct RecordTests {
  @Test(
    "What is wrong is refused, with its kind and its byte", arguments: RecordCases.refused.indices)
  func refuses(_ index: Int) {
    let (text, kind, offset) = RecordCases.refused[index]
    do {
      _ = try Record(checking: text)
      Issue.record("taken: \(String(decoding: text.prefix(200), as: UTF8.self))")
    } catch {
      let shown = String(decoding: text.prefix(200), as: UTF8.self)
      #expect(error.kind == kind, "\(shown)")
      #expect(error.offset == offset, "\(shown)")
    }
  }

  @Test("What is right is taken, and its bytes stay", arguments: RecordCases.taken.indices)
  func takes(_ index: Int) throws {
    let text = RecordCases.taken[index]
    #expect(try Record(checking: text).bytes == text)
  }

  @Test("A reason completes a sentence, a hint is one, and neither holds a byte of the record")
  func words() {
    for (text, _, _) in RecordCases.refused {
      do { _ = try Record(checking: text) } catch {
        #expect(!error.reason.hasSuffix(".") && error.reason.first?.isLowercase == true)
        #expect(error.hint.hasSuffix(".") && error.hint.first?.isUppercase == true)
        #expect(error.reason.utf8.allSatisfy { (0x20..<0x7f).contains($0) })
      }
    }
  }

  @Test("Whatever is cut off, it is refused") func cut() throws {
    let whole = Array(#"{"type":"x\u00e9é😀","n":[1.5e3,-0,true,null,{"a":"b"}],"m":{}}"#.utf8)
    _ = try Record(checking: whole)
    for end in 0..<whole.count {
      #expect(throws: JSONProblem.self) { try Record(checking: Array(whole[..<end])) }
    }
  }

  @Test("One scanner for many records judges each as a new one does") func reuse() {
    var check = RecordCheck()
    for _ in 0..<2 {
      for text in RecordCases.refused.map(\.text) + RecordCases.taken {
        let fresh = Result { () throws(JSONProblem) in try Record(checking: text) }
        let again = Result { () throws(JSONProblem) in try check(text) }
        #expect(fresh == again)
      }
    }
  }

  @Test("A message may hold integers of 64 bits and line breaks, and nothing else more")
  func messages() throws {
    let text = "{\n\"a\" : 18446744073709551615,\r\n\"b\":-18446744073709551615\n}\n"
    _ = try JSONText(checking: Array(text.utf8), by: .message)
    for wrong in [
      #"{"a":18446744073709551616}"#, #"{"a":1,"a":2}"#, "{\"a\":\"\n\"}", "{\"a\":1,}",
    ] {
      #expect(throws: JSONProblem.self) {
        try JSONText(checking: Array(wrong.utf8), by: .message)
      }
    }
  }
}
