import Foundation
import JSON
import Testing

@testable import Records

@Suite("Protocols/records.md, 1, 3, 8 and 9: what a record says")
struct SchemaTests {
  static let person =
    #"{"type":"person","v":1,"id":"2015-0117","collected":"2015-11-20","basis":"fact","grade":"B2","handling":["H0"],"#
    + #""purpose":["ct"],"category":"suspect","name":[{"full":"Example Alpha Invented","kind":"primary"},"#
    + #"{"full":"لا أحد","kind":"original"}],"birthDate":["1987-03-02","1987~"],"birthPlace":"Nowhere","gender":"male","#
    + #""nationality":["iq"],"notes":"An invented person: nobody of that name is known."}"#

  @Test("A record keeps its exact bytes, and says what is written in it")
  func person() throws {
    let record = try SharedRecord.check(Array(SchemaTests.person.utf8))
    #expect(record.bytes == Array(SchemaTests.person.utf8))
    #expect(record.problems.isEmpty && record.other.isEmpty)
    #expect(record.id?.text == "2015-0117" && record.knownType == .person && record.version == 1)
    #expect(record.common.category?.value == .suspect && record.common.grade?.source == .b)
    #expect(record.common.purposes.map(\.value) == [.ct])
    guard case .person(let person) = record.body else {
      Issue.record("no person")
      return
    }
    #expect(person.names.map(\.full) == ["Example Alpha Invented", "لا أحد"])
    #expect(person.names.map { $0.kind?.value } == [.primary, .original])
    #expect(person.birthDates.map(\.date?.years) == [1987...1987, 1985...1989])
    #expect(person.nationalities.map(\.code) == ["iq"] && person.gender?.value == .male)
    #expect(record.words.contains("nobody") && record.words.contains("nowhere"))
  }
}

@Suite("docs/records.md")
struct RecordExampleTests {
  @Test("Each example follows every rule, without a note, and there is one of each type")
  func examples() throws {
    var folder = URL(fileURLWithPath: #filePath)
    for _ in 0..<3 { folder.deleteLastPathComponent() }
    let page = try String(
      contentsOf: folder.appendingPathComponent("docs/records.md"), encoding: .utf8)
    var types: Set<RecordType> = []
    var ids: Set<String> = []
    for line in page.split(separator: "\n") where line.hasPrefix("{") {
      let record = try SharedRecord.check(Array(line.utf8))
      #expect(record.problems.isEmpty, "\(line)")
      if let type = record.knownType { types.insert(type) }
      if let id = record.id { #expect(ids.insert(id.text).inserted) }
    }
    #expect(types == Set(RecordType.allCases))
  }
}
