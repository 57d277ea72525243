import Crypto
import Groups
import JSON
import Log
import Records

/// Any bytes as a record that was received and as one to publish. Reading never fails; what it
/// gives is bounded, is what the bytes say, and is the same to whoever reads them.
enum RecordTarget {
  static func run(_ input: inout FuzzInput) { read(input.rest()) }

  static func read(_ bytes: [UInt8]) {
    let record = SharedRecord.read(bytes)
    check(record.bytes == bytes, "a record was changed")
    check(record.problems.count <= RecordLimits.problems, "problems without end")
    check(
      record.problems.allSatisfy { !$0.sentence.isEmpty && !$0.hint.isEmpty },
      "a problem without words")
    for field in record.other {
      check(!field.path.isEmpty && isJSON(field.json), "a field was kept, and is no value")
    }
    for reference in record.references {
      check(
        RecordReference(reference.reference.text) == reference.reference,
        "a reference does not read back")
    }
    let selectors = record.selectors
    check(Set(selectors).count == selectors.count, "a selector twice")
    check(selectors.allSatisfy { !$0.value.isEmpty }, "a selector without a value")
    let words = record.words
    check(words.count <= RecordLimits.words, "words without end")
    for word in words {
      check(
        (1...RecordLimits.wordCharacters).contains(word.unicodeScalars.count),
        "a word without end")
      check(WordFolding.words(of: word) == [word], "a word that is folded twice is another")
    }
    compare(record, SharedRecord.readToPublish(bytes))
    compareGroup(bytes, record)
  }

  /// Whoever a node takes for the members of a group, its hub takes for them, too.
  private static func compareGroup(_ bytes: [UInt8], _ shared: SharedRecord) {
    guard let record = try? Record(checking: bytes),
      let group = try? GroupRecord(reading: record, by: FuzzParty.nl.name)
    else { return }
    guard case .group(let body) = shared.body else { return check(false, "a group is none") }
    check(
      body.members.map(\.name) == group.members.map { $0.name }
        && body.members.map(\.log) == group.members.map { $0.log.description }
        && body.number == Int(group.version.number)
        && body.previous == group.previous?.description, "a group has other members")
  }

  /// A reader and a publisher may differ only in the words about a slip.
  private static func compare(_ received: SharedRecord, _ toPublish: SharedRecord) {
    check(
      received.body == toPublish.body && received.common == toPublish.common
        && received.id == toPublish.id && received.other == toPublish.other
        && received.references == toPublish.references,
      "a publisher reads something else")
    check(
      received.problems.map { [$0.field, $0.failure] }
        == toPublish.problems.map { [$0.field, $0.failure] },
      "a publisher is told of something else")
    let isRefused = toPublish.problems.contains(where: \.isRefusal)
    check(
      ((try? SharedRecord.check(toPublish.bytes)) == nil) == isRefused,
      "taken in spite of a breach, or refused without")
  }

  private static func isJSON(_ value: [UInt8]) -> Bool {
    let object = Array("{\"v\":".utf8) + value + Array("}".utf8)
    return (try? JSONText(checking: object, by: .record)) != nil
  }

  static var seeds: [[UInt8]] {
    let start =
      #""v":1,"id":"x-1","collected":"2015-11-20","basis":"fact","grade":"B2","handling":["H0"],"purpose":["ct"],"#
    let log = String(repeating: "0a", count: 32)
    return [
      #"{"type":"group",\#(start)"number":2,"members":[{"name":"be","log":"\#(log)"},{"name":"nl","log":"\#(log)"}],"prev":"\#(log)"}"#,
      #"{"type":"person",\#(start)"category":"suspect","name":[{"full":"Example أبو","kind":"alias"}],"birthDate":["1987~"],"nationality":["xx"],"address":[{"city":"Nowhere"}],"height":183,"onHit":{"action":"inquiry","contact":{"phone":"1"}}}"#,
      #"{"type":"organization",\#(start)"name":[{"full":"Imaginary"}],"registrationNumber":"1","legal":{"states":["xx"]}}"#,
      #"{"type":"document",\#(start)"holder":"nl:x","number":"XX1","range":{"from":"A1","to":"A2"},"mrz":"V<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<\nL8988901C4XXX4009078F9612109<<<<<<<<"}"#,
      #"{"type":"identifier",\#(start)"kind":"imei","value":"490154203237518","holder":{"name":"Example"}}"#,
      #"{"type":"vehicle",\#(start)"plate":"А1","vin":"1M8GDM9AXKP042788","imo":"9074729","state":"stolen"}"#,
      #"{"type":"trip",\#(start)"person":["nl:x",{}],"legs":[{"from":"AMS","to":{"lat":1.5,"lon":"2"},"depart":"2015-03-06T10:00Z","arrive":"2015-03-06","locator":"ABCDE","status":"made","seat":[1]}]}"#,
      #"{"type":"account",\#(start)"iban":"NL91ABNA0417164300","publicKey":"0x52908400098527886E0F7030069857D2E4169EE7"}"#,
      #"{"type":"payment",\#(start)"payer":"nl:x","beneficiaryAccount":"NL91ABNA0417164300","amount":"1.50","currency":"EUR","date":"2015-01-01T10:00"}"#,
      #"{"type":"link",\#(start)"subject":"nl:x","object":{"name":["a",{"full":"b"}]},"role":"family","change":{"fields":["role"],"reason":"x"},"must":["role"]}"#,
      #"{"type":"event",\#(start)"kind":"sighting","objects":["a"],"location":"NL AMS","summary":"x y"}"#,
      #"{"type":"rfi",\#(start)"to":["be"],"subject":[{"kind":"phone","value":"+316000000"}],"question":"?","justification":"x","dueBy":"2015"}"#,
      #"{"type":"answer",\#(start)"rfi":"nl:x","number":1,"final":true,"result":"hit","refs":["be:y"]}"#,
      #"{"type":"notice",\#(start)"of":"nl:x","reason":"x","attachment":[{"name":"a","bytes":1}]}"#,
      #"{"type":"consent",\#(start)"a":{"b":["c"]}}"#, #"{"type":"load","n":[1,{"x":"y"}]}"#,
      #"{"v":2,"type":"person"}"#, "[]",
    ].map { Array($0.utf8) }
  }
}
