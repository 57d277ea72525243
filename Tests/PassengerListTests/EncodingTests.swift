import Records
import Testing

@testable import PassengerLists

@Suite("Protocols/lists.md, 2: encodings, and files that are no lists")
struct EncodingTests {
  private static let line = "Name;DOB\nPassenger Sch\u{f6}n;1987\n"

  @Test(
    "LIST-13: an ASCII header and other bytes: one question that shows the first field in each code page"
  )
  func question() throws {
    let bytes = try #require(Lists.encode(EncodingTests.line, .windows1252))
    let question = try #require(throws: ListQuestion.self) { try Lists.read(bytes) }
    #expect(question.subject == .encoding && question.hint.contains("--encoding"))
    #expect(question.reason.contains("line 2"))
    for reading in [
      "windows-1250 \"Passenger Schön\"", "windows-1251 \"Passenger Schцn\"",
      "windows-1252 \"Passenger Schön\"",
    ] {
      #expect(question.reason.contains(reading))
    }
    let read = try Lists.read(bytes, ListOptions(encoding: .windows1252))
    #expect(read.passengers.map(\.name) == ["Passenger Schön"])
  }

  @Test("LIST-14: a few lines that are not UTF-8 in one that is")
  func mixed() throws {
    var bytes = Array("Name;DOB\n".utf8)
    for number in 1...6 { bytes += Array("Passagère \(number);1987\n".utf8) }
    bytes += try #require(Lists.encode("Passagère 7;1987\n", .windows1252))
    bytes += Array("Passagère 8;1987\n".utf8)
    let read = try Lists.read(bytes)
    #expect(read.survey.encoding == .utf8 && read.passengers.count == 7)
    #expect(read.reasons == [8: "It has bytes that are not UTF-8."])
  }

  @Test("LIST-14: what the user says is UTF-8 is read so, and a mark says it too")
  func said() throws {
    let bytes = try #require(Lists.encode(EncodingTests.line, .windows1252))
    #expect(try Lists.read(bytes, ListOptions(encoding: .utf8)).reasons.keys.sorted() == [2])
    #expect(try Lists.read([0xef, 0xbb, 0xbf] + bytes).reasons.keys.sorted() == [2])
    let quoted = try Lists.read(
      [0xef, 0xbb, 0xbf] + Array("\"Name\";\"DOB\"\nPassenger One;1987\n".utf8))
    #expect(quoted.passengers.count == 1)
  }

  @Test("LIST-15: bytes without a meaning in a page, halves of characters in UTF-16")
  func withoutMeaning() throws {
    let page = try Lists.read(
      Array("Name;DOB\nPassenger ".utf8) + [0x81] + Array(";1987\nPassenger Two;1988\n".utf8),
      ListOptions(encoding: .windows1252))
    #expect(
      page.reasons == [2: "It has bytes that are not Windows-1252."] && page.passengers.count == 1)
    var half = try #require(
      Lists.encode("Name;DOB\nPassenger One;1987\nPassenger X;1988", .utf16LittleEndian, mark: true)
    )
    half[half.count - 11] = 0xd8
    half.append(0x31)
    let read = try Lists.read(half)
    #expect(read.passengers.map(\.name) == ["Passenger One"] && read.reasons.count == 1)
  }

  @Test(
    "LIST-12: each page as Python's codecs have it: each letter there and back",
    arguments: ListEncoding.pages)
  func pages(_ encoding: ListEncoding) throws {
    let page = try #require(encoding.page)
    #expect(page.count == 128)
    var transcoder = Transcoder(encoding)
    for (place, point) in page.enumerated() where point != 0 {
      let text = String(decoding: transcoder.transcode([UInt8(place + 0x80)]), as: UTF8.self)
      #expect(text.unicodeScalars.map(\.value) == [UInt32(point)])
    }
    #expect(page[0x69] == (encoding == .windows1251 ? 0x439 : 0xe9))
  }

  @Test(
    "UTF-16: characters of all planes, whole and divided anywhere",
    arguments: [ListEncoding.utf16LittleEndian, .utf16BigEndian])
  func planes(_ encoding: ListEncoding) throws {
    let text = "a\u{7f}\u{80}\u{7ff}\u{800}\u{ffff}\u{10000}\u{10ffff}𐍈 z"
    let bytes = try #require(Lists.encode(text, encoding))
    for chunk in 1...5 {
      var transcoder = Transcoder(encoding)
      var result: [UInt8] = []
      for start in stride(from: 0, to: bytes.count, by: chunk) {
        result += transcoder.transcode(Array(bytes[start..<min(start + chunk, bytes.count)]))
      }
      #expect(result + transcoder.end() == Array(text.utf8))
    }
    var broken = Transcoder(encoding)
    let halves = try #require(Lists.encode("a", encoding))
    let high: [UInt8] = encoding == .utf16LittleEndian ? [0x00, 0xd8] : [0xd8, 0x00]
    let low: [UInt8] = encoding == .utf16LittleEndian ? [0x00, 0xdc] : [0xdc, 0x00]
    #expect(
      broken.transcode(high + halves + low + high) + broken.end() == [0xff, 0x61, 0xff, 0xff])
  }

  @Test(
    "LIST-2: other files, each with a sentence",
    arguments: [
      ([0x50, 0x4b, 3, 4] + Array("\u{14}..[Content_Types].xml".utf8), "(.xlsx)", "CSV UTF-8"),
      (
        [0x50, 0x4b, 3, 4] + Array("mimetypeapplication/vnd.oasis.opendocument.spreadsheet".utf8),
        "(.ods)", "Text CSV"
      ),
      ([0x50, 0x4b, 3, 4, 0, 0], "ZIP", "Unpack"),
      ([0xd0, 0xcf, 0x11, 0xe0, 0xa1], "(.xls)", "CSV UTF-8"),
      (Array("%PDF-1.7".utf8), "PDF", "CSV"),
      (Array("  <!DOCTYPE html><html>".utf8), "HTML", "CSV UTF-8"),
      (Array("<?xml version=".utf8), "XML", "CSV"), ([0x1f, 0x8b, 8], "gzip", "Unpack"),
      (Array("{\\rtf1".utf8), "rtf", "CSV"), ([], "empty", "Give"),
      (Array(" \r\n\r\n".utf8), "empty", "Give"),
      ([0xef, 0xbb, 0xbf], "empty", "Give"),
    ] as [([UInt8], String, String)])
  func foreign(_ bytes: [UInt8], _ reason: String, _ hint: String) throws {
    let question = try #require(throws: ListQuestion.self) { try Lists.read(bytes) }
    #expect(question.subject == .format && question.reason.contains(reason), "\(question)")
    #expect(question.hint.contains(hint))
  }
}
