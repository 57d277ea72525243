import Foundation
import Store
import Testing
import Text

@testable import Node

@Suite("Files that operators edit, and a disk that stays full")
struct EditedFileTests {
  private func settings(_ text: String) throws -> PeerSettings {
    try PeerSettings(parsing: Array(text.utf8), path: "be.conf")
  }

  @Test("Settings of a peer say the same with every line end, and none is lost")
  func lineEnds() throws {
    let text = "# agreed\naddress = be.example:4747\nmax-entries = 5\n"
    let expected = try settings(text)
    #expect(expected.address == "be.example:4747" && expected.maxEntries == 5)
    for changed in [
      text.replacing("\n", with: "\r\n"), "\u{feff}" + text, String(text.unicodeScalars.dropLast()),
      text + "\r\n",
    ] {
      #expect(try settings(changed) == expected)
    }
  }

  @Test(
    "A line that is not understood is named, whatever marks stand in it",
    arguments: [
      ("max-entries = 5\nmax-entries =\u{301} 6\n", "line 2"), ("a\rb\n", "line 1"),
      ("# ok\n\u{feff}max-entries = 5\n", "line 2"), ("\nmax-entries\n", "line 2"),
    ])
  func problems(_ text: String, _ line: String) throws {
    let error = #expect(throws: IdentityError.self) { try settings(text) }
    #expect(error?.reason.contains(line) == true)
  }

  @Test("Another address leaves everything else as the operator wrote it")
  func address() throws {
    let text = "# agreed\r\naddress=old.example:1  # his office\n\nmax-entries = 5 # for now\n"
    func changed(_ text: String) throws -> String {
      String(
        decoding: PeerSettings.text(try TextFile(Array(text.utf8)), address: "be.example:2"),
        as: UTF8.self)
    }
    #expect(
      try changed(text)
        == "# agreed\naddress = be.example:2  # his office\n\nmax-entries = 5 # for now\n")
    #expect(
      try changed("# address = old.example:1\n")
        == "# address = old.example:1\naddress = be.example:2\n")
    #expect(try settings(try changed(text)).address == "be.example:2")
  }

  @Test("A mark after the sign of a comment is part of the comment")
  func comments() throws {
    #expect(try settings("max-entries = 5 #\u{301} six\n").maxEntries == 5)
  }

  @Test("A disk that stays full is a reminder an hour, and everything else is said each time")
  func fullDisk() {
    var log = DiskErrorLog()
    var lines = 0
    for second in UInt64(0)..<7_201 where log.line(for: .noSpace, at: second * 1_000) != nil {
      lines += 1
    }
    #expect(lines == 2)
    #expect(log.line(for: .other("Too many open files (EMFILE)"), at: 0) != nil)
    log.worked()
    #expect(log.line(for: .noSpace, at: 7_202_000) == nil)
    #expect(log.line(for: .noSpace, at: 7_202_000 + 3_600_000) != nil)
  }
}
