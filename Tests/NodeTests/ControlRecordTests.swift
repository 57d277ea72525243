import Testing

@testable import Node

/// CTL-11: what is a record.
@Suite struct ControlRecordTests {
  @Test(arguments: [
    #"{"type":"a"}"#, #" {"type":"a","n":[1,2.5e3,null,true,{"x":"\u00e9"}]}"#,
    "{\"type\":\"ä\"}\r",
  ])
  func accepts(_ line: String) throws {
    #expect(try RecordRules.check(Array(line.utf8)) == line)
  }

  @Test(arguments: [
    ("", RecordProblem.empty), ("  ", .empty), ("[]", .notOneObject), ("{", .notOneObject),
    (#"{"type":"a"} x"#, .notOneObject), (#"{"type":"a","n":01}"#, .notOneObject),
    (#"{"type":"a","s":"\x"}"#, .notOneObject), (#"{"type":1}"#, .noType), ("{}", .noType),
    ("{\"type\":\n\"a\"}", .lineBreakInside),
  ])
  func refuses(_ line: String, _ problem: RecordProblem) {
    #expect(throws: problem) { try RecordRules.check(Array(line.utf8)) }
  }

  @Test func refusesWhatIsTooLongOrNotUTF8() {
    let long = #"{"type":"\#(String(repeating: "a", count: 65_536))"}"#
    #expect(throws: RecordProblem.tooLong(bytes: 65_547)) { try RecordRules.check(text: long) }
    #expect(throws: RecordProblem.notUTF8) {
      try RecordRules.check(Array(#"{"type":""#.utf8) + [0xff] + Array("\"}".utf8))
    }
  }
}
