import Foundation
import JSON
import Testing
import Varlink

@testable import Reading

@Suite struct ReadingMessageTests {
  @Test func interfaceIsTheFile() throws {
    let folder = URL(fileURLWithPath: #filePath)
      .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    let file = folder.appendingPathComponent("Protocols/org.liaison.Reader.varlink")
    #expect(ReaderInterface.description == (try String(contentsOf: file, encoding: .utf8)))
  }

  @Test("READ-9: a page that was written is read as the same page")
  func pageComesBack() throws {
    var readable = ReadingChange(log: "aa", entry: "nl/1/17", isReadable: true, why: "arrived")
    readable.time = 1_700_000_000_000
    readable.expiryDay = 20_000
    readable.record = try Record(checking: Array(#"{"type":"t","a":"\u00e9 \"b\""}"#.utf8))
    readable.isDisputed = true
    readable.grant = 5
    var malformed = ReadingChange(log: "aa", entry: "nl/1/18", isReadable: true, why: "grant")
    malformed.malformed = "is no object"
    malformed.isLate = true
    var gone = ReadingChange(log: "bb", entry: "be/2/0", isReadable: false, why: "hidden")
    gone.count = 1 << 40
    let page = ReadingPage(
      changes: [readable, malformed, gone],
      grants: [ReadingGrant(log: "aa", index: 5, members: ["be", "nl"])],
      cursor: ReadingCursor(journal: "cc", number: 1 << 50, next: ["aa": 19, "bb": 1 << 40]),
      more: true, isComplete: false)
    let message = VarlinkReply.write(page, continues: true)
    let answer = VarlinkAnswer<ReaderFailure>(message: message)
    let (read, continues) = try answer.decode(ReadingPage.self)
    #expect(read == page)
    #expect(continues)
    #expect(readable.index == 17 && readable.origin == "nl/1")
  }

  @Test func cursorGoesOn() {
    var cursor = ReadingCursor(journal: "a", number: 3, next: ["x": 1, "y": 2])
    cursor.move(to: ReadingCursor(journal: "b", number: 5, next: ["y": 7, "z": 1]))
    #expect(
      cursor == ReadingCursor(journal: "b", number: 5, next: ["x": 1, "y": 7, "z": 1]))
  }

  @Test func errorsComeBack() {
    let errors: [ReaderFailure] = [
      .unknownEntry("nl/1/1"), .unknownNumber(journal: "ab", number: 7),
      .diskFailed(reason: "r"), .busy, .refused(reason: "r", hint: "h"),
    ]
    for error in errors {
      let message = VarlinkReply.encode(error: error.varlinkName, error.parameters)
      #expect(throws: error) {
        try VarlinkAnswer<ReaderFailure>(message: message).decode(ReadingPage.self)
      }
    }
  }

  @Test(
    "READ-4: a page without a cursor is no page",
    arguments: [#"{"changes":[],"complete":true,"more":false}"#])
  func pageNeedsCursor(_ json: String) {
    let message = Array(#"{"parameters":\#(json)}"#.utf8)
    #expect(throws: ReaderFailure.notUnderstood) {
      try VarlinkAnswer<ReaderFailure>(message: message).decode(ReadingPage.self)
    }
  }
}
