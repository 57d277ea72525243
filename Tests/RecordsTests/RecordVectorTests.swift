import Foundation
import Testing

@testable import Records

@Suite("Protocols/vectors/records.json")
struct RecordVectorTests {
  private struct Vectors: Decodable {
    struct Problem: Decodable, Hashable {
      let field: String
      let rule: Int
      let failure: String
      let breach: Bool
    }
    struct Single: Decodable {
      let name: String
      let record: String
      let problems: [Problem]
    }
    struct File: Decodable {
      struct Found: Decodable, Hashable {
        let record: Int
        let kind: String
        let value: String
        let last: String?
      }
      let name: String
      let records: [String]
      let selectors: [Found]
    }
    struct Text: Decodable {
      let text: String
      let words: [String]
    }
    struct Country: Decodable {
      let text: String
      let code: String?
    }
    struct Due: Decodable {
      let name: String
      let record: String
      let asked: Int64
      let due: Int64?
    }
    struct Coded: Decodable {
      let name: String
      let record: String
      let onward: String
      let court: Bool
    }
    let due: [Due]
    let handling: [Coded]
    let countries: [Country]
    let issuers: [Country]
    let records: [Single]
    let files: [File]
    let words: [Text]
  }

  private let vectors: Vectors

  init() throws {
    var folder = URL(fileURLWithPath: #filePath)
    for _ in 0..<3 { folder.deleteLastPathComponent() }
    let file = folder.appendingPathComponent("Protocols/vectors/records.json")
    vectors = try JSONDecoder().decode(Vectors.self, from: Data(contentsOf: file))
  }

  private func problems(_ record: SharedRecord) -> Set<Vectors.Problem> {
    Set(
      record.problems.map {
        Vectors.Problem(field: $0.field, rule: $0.rule, failure: $0.failure, breach: $0.isRefusal)
      })
  }

  @Test("REC-90, 91, 93: each record has its problems and no others, whoever reads it")
  func records() throws {
    #expect(vectors.records.count > 300)
    for vector in vectors.records {
      let bytes = Array(vector.record.utf8)
      let received = SharedRecord.read(bytes)
      #expect(problems(received) == Set(vector.problems), "\(vector.name): \(vector.record)")
      #expect(problems(SharedRecord.readToPublish(bytes)) == Set(vector.problems), "\(vector.name)")
      #expect(received.bytes == bytes)
      let isRefused = vector.problems.contains { $0.breach }
      #expect(((try? SharedRecord.check(bytes)) == nil) == isRefused, "\(vector.name)")
    }
  }

  @Test("Every class of failure and every closed list has a vector") func coverage() {
    let failures = Set(vectors.records.flatMap { $0.problems.map(\.failure) })
    #expect(
      failures == [
        "notJSON", "missing", "wrongKind", "empty", "tooLong", "tooMany", "notListed", "form",
        "noSuchDay", "endsBeforeItBegins", "needs", "newerVersion", "unknownType", "unknownField",
        "notComparable", "writtenOtherwise", "doesNotFit",
      ])
    let types = Set(vectors.records.map { SharedRecord.read(Array($0.record.utf8)).knownType })
    for type in RecordType.allCases { #expect(types.contains(type), "\(type)") }
  }

  @Test("The ten files of a desk follow every rule, and are found by what they name")
  func files() throws {
    #expect(vectors.files.count == 10)
    for file in vectors.files {
      var found: Set<Vectors.File.Found> = []
      for (place, text) in file.records.enumerated() {
        let record = try SharedRecord.check(Array(text.utf8))
        #expect(record.problems.isEmpty && record.other.isEmpty, "\(file.name): \(text)")
        for selector in record.selectors {
          #expect(selector.isRight)
          found.insert(
            Vectors.File.Found(
              record: place, kind: selector.kind.rawValue, value: selector.value,
              last: selector.last))
        }
      }
      #expect(found == Set(file.selectors), "\(file.name)")
    }
  }

  @Test("REC-19: which country a word means") func countries() {
    for vector in vectors.countries {
      #expect(CountryValue(vector.text).code == vector.code, "\(vector.text)")
    }
    for vector in vectors.issuers {
      #expect(CountryValue(vector.text, isIssuer: true).code == vector.code, "\(vector.text)")
    }
  }

  @Test("REC-65: words") func words() {
    for vector in vectors.words {
      #expect(WordFolding.words(of: vector.text) == vector.words, "\(vector.text)")
    }
  }

  @Test("When an answer is due (REC-66)")
  func due() {
    #expect(vectors.due.count == 10)
    for vector in vectors.due {
      guard case .rfi(let request) = SharedRecord.read(Array(vector.record.utf8)).body else {
        Issue.record("\(vector.name) is no request")
        continue
      }
      #expect(request.due(asked: vector.asked) == vector.due, "\(vector.name)")
    }
    var far = Request()
    far.urgency = Term("8h")
    #expect(far.due(asked: .max) == nil)
  }

  @Test("REC-8: the strictest of all codes counts, and one that is not known is the strictest")
  func handling() {
    #expect(vectors.handling.count == 14)
    for vector in vectors.handling {
      let rules = HandlingRules(SharedRecord.read(Array(vector.record.utf8)).common)
      #expect(rules.onward.rawValue == vector.onward, "\(vector.name)")
      #expect(rules.isBarredFromCourt == vector.court, "\(vector.name)")
    }
  }
}
