import Log
import Testing

@testable import Records

@Suite("Ways out (REC-95) and consents (REC-76, REC-77, REC-75, REC-78)")
struct ReleaseTests {
  private static func common(_ fields: String) -> CommonFields {
    SharedRecord.read(
      Array(
        #"{"type":"note","v":1,"id":"x","basis":"fact","grade":"B2","purpose":["ct"],\#(fields)}"#
          .utf8)
    ).common
  }

  private static func decide(
    _ fields: String, _ way: Release.Way, own: String = "be", _ leaves: Set<Release.Leave> = []
  ) throws -> Bool {
    let decision = Release.decide(
      common(fields), author: try NodeName("nl"), own: try NodeName(own), way: way, leaves: leaves)
    if case .allowed = decision { return true }
    return false
  }

  @Test("Each way with each rule and each leave, and with nothing forgotten")
  func ways() throws {
    #expect(Release.Way.allCases == [.reshare, .evidence, .export, .show])
    let none = #""handling":["H0"],"onward":"none""#
    let ask = #""handling":["H0"]"#
    let group = #""handling":["H0"],"onward":"within-group""#
    let court = #""handling":["H1"],"onward":"none""#
    for record in [none, ask, group, court] {
      for way in Release.Way.allCases {
        #expect(try ReleaseTests.decide(record, way, own: "nl"), "an author's own")
      }
      #expect(try ReleaseTests.decide(record, .show))
      #expect(try ReleaseTests.decide(record, .export))
    }
    for leaves in [[], [.group], [.consent], [.group, .consent]] as [Set<Release.Leave>] {
      #expect(try !ReleaseTests.decide(none, .reshare, leaves))
      #expect(try ReleaseTests.decide(ask, .reshare, leaves) == leaves.contains(.consent))
      #expect(try ReleaseTests.decide(group, .reshare, leaves) == !leaves.isEmpty)
      #expect(try ReleaseTests.decide(none, .evidence, leaves))
      #expect(try ReleaseTests.decide(court, .evidence, leaves) == leaves.contains(.consent))
    }
  }

  @Test("Marks go with a record on every way; an unknown code says so")
  func marks() throws {
    let record = ReleaseTests.common(
      #""handling":["H1","H3","H9"],"caveat":"ask at once","tlp":"RED""#)
    let decision = Release.decide(
      record, author: try NodeName("nl"), own: try NodeName("be"), way: .show, leaves: [])
    guard case .allowed(let marks) = decision else {
      Issue.record("refused")
      return
    }
    #expect(marks.count == 4)
    for part in ["H1", "H3: ask at once", "H9: a code that is not known", "TLP RED"] {
      #expect(marks.contains { $0.hasPrefix(part) }, "\(part)")
    }
  }

  @Test("A consent ends with its last day, and after 90 days whatever it says")
  func term() throws {
    func consent(_ until: String) -> Consent? {
      let hash = String(repeating: "ab", count: 32)
      let text =
        #"{"type":"consent","v":1,"of":{"log":"\#(hash)","index":1,"leaf":"\#(hash)"},"use":"court","asker":{"node":"be","log":"\#(hash)"},"until":"\#(until)"}"#
      guard case .consent(let body) = SharedRecord.read(Array(text.utf8)).body else { return nil }
      return body
    }
    let given: Int64 = 1_772_409_600_000  // 2026-03-02
    let day: Int64 = 86_400_000
    #expect(consent("2026-03-04")?.ends(given: given) == given + 3 * day)
    #expect(consent("2027-01-01")?.ends(given: given) == given + 90 * day)
    #expect(consent("soon")?.ends(given: given) == given)
    #expect(consent("9999-12-31")?.ends(given: .max) == 253_402_300_800_000)
  }

  @Test("A citation names an entry by log, index and leaf alone")
  func citation() {
    let hash = String(repeating: "ab", count: 32)
    var cited = EntryCitation(entry: "nl/1/17", log: hash, index: 17, leaf: hash)
    var other = cited
    other.entry = nil
    #expect(cited.names(other))
    other.index = 18
    #expect(!cited.names(other))
    cited.leaf = nil
    #expect(!cited.names(cited))
  }
}
