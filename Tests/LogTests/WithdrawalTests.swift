import Crypto
import Log
import Testing

/// Bodies of withdrawals in the log `nl/2` (Protocols/entry.md, 7).
struct WithdrawalVector: Codable, Equatable {
  var name: String
  var rule: String
  var text: String
  var result: String
  /// The entries that it names, if it is accepted: `nl/1/5`.
  var records: [String]

  static func generate() -> [WithdrawalVector] {
    let head = "liaison-withdrawal/v1\n"
    let many = (0..<1025).map { "record nl/2 \($0)\n" }.joined()
    let cases: [(String, String, String)] = [
      ("one record", "ENT-19", head + "record nl/2 5\n"),
      ("records of two epochs", "ENT-20", head + "record nl/1 9\nrecord nl/2 5\nrecord nl/2 7\n"),
      ("another first line", "ENT-19", "liaison-withdrawal/v2\nrecord nl/2 5\n"),
      ("no record", "ENT-19", head),
      ("1,025 records", "ENT-19", head + many),
      ("the last newline is missing", "ENT-19", head + "record nl/2 5"),
      ("a blank line", "ENT-19", head + "record nl/2 5\n\n"),
      ("two spaces", "ENT-19", head + "record nl/2  5\n"),
      ("a leading zero", "ENT-19", head + "record nl/2 05\n"),
      ("an index that no entry has", "ENT-19", head + "record nl/2 9223372036854775807\n"),
      ("not ascending", "ENT-19", head + "record nl/2 7\nrecord nl/2 5\n"),
      ("epochs not ascending", "ENT-19", head + "record nl/2 5\nrecord nl/1 7\n"),
      ("named twice", "ENT-19", head + "record nl/2 5\nrecord nl/2 5\n"),
      ("a record of another node", "ENT-20", head + "record be/1 5\n"),
      ("a record of a later epoch", "ENT-20", head + "record nl/3 5\n"),
      ("no origin", "ENT-20", head + "record nl 5\n"),
    ]
    return cases.map { name, rule, text in
      let parsed = run(text)
      return WithdrawalVector(
        name: name, rule: rule, text: text, result: parsed == nil ? "defect" : "accepted",
        records: parsed ?? [])
    }
  }

  static func run(_ text: String) -> [String]? {
    guard let origin = try? Origin("nl/2"),
      let parsed = try? Withdrawal.parse(Array(text.utf8), in: origin)
    else { return nil }
    return parsed.records.map { "\($0.origin)/\($0.index)" }
  }
}

@Suite("Withdrawals")
struct WithdrawalTests {
  let origin: Origin
  init() throws { origin = try Origin("nl/4") }

  @Test("Exactly the good ones of the vectors are accepted")
  func vectors() throws {
    let vectors = try VectorFile.read("entry", generated: EntryVectors.generate())
    for vector in vectors.withdrawals {
      #expect(
        WithdrawalVector.run(vector.text) == (vector.result == "accepted" ? vector.records : nil))
    }
    #expect(vectors.withdrawals.prefix(2).allSatisfy { $0.result == "accepted" })
    #expect(vectors.withdrawals.dropFirst(2).allSatisfy { $0.result == "defect" })
  }

  @Test("Any set of own records comes back as it was, whatever its order")
  func roundTrip() throws {
    var generator = SystemRandomNumberGenerator()
    for count in [1, 2, 3, 50, LogLimits.withdrawnRecords] {
      var records: Set<Withdrawal.Record> = []
      while records.count < count {
        let epoch = UInt32.random(in: 1...4, using: &generator)
        let bits = UInt64.random(in: 0..<63, using: &generator)
        let index = UInt64.random(in: 0...(1 << bits), using: &generator)
        records.insert(
          Withdrawal.Record(
            origin: Origin(name: origin.name, epoch: epoch), index: min(index, LogLimits.lastIndex))
        )
      }
      let made = try Withdrawal(records: records.shuffled(using: &generator))
      #expect(made.records == records.sorted())
      let body = made.encode()
      #expect(body.count <= LogLimits.withdrawalBytes)
      #expect(try Withdrawal.parse(body, in: origin) == made)
      #expect(throws: WithdrawalError.foreign) {
        try Withdrawal.parse(body, in: Origin(name: try NodeName("be"), epoch: 9))
      }
    }
  }

  @Test("No changed byte is taken for another spelling of the same, and none traps")
  func changedBytes() throws {
    let body = try Withdrawal(records: [
      Withdrawal.Record(origin: origin, index: 5), Withdrawal.Record(origin: origin, index: 17),
    ]).encode()
    for place in body.indices {
      for mask: UInt8 in [0x01, 0x02, 0x04, 0x20, 0x80, 0xff] {
        var wrong = body
        wrong[place] ^= mask
        if let parsed = try? Withdrawal.parse(wrong, in: origin) {
          #expect(parsed.encode() == wrong, "byte \(place)")
        }
      }
    }
    for count in 0..<body.count {
      if let parsed = try? Withdrawal.parse(Array(body[..<count]), in: origin) {
        #expect(parsed.encode() == Array(body[..<count]))
      }
    }
  }

  @Test("What the author makes is refused before it is signed, where it names nothing or others")
  func made() throws {
    let other = try Origin("be/1")
    #expect(throws: WithdrawalError.records) { try Withdrawal(records: []) }
    #expect(throws: WithdrawalError.records) {
      try Withdrawal(records: [
        Withdrawal.Record(origin: origin, index: 5), Withdrawal.Record(origin: origin, index: 5),
      ])
    }
    #expect(throws: WithdrawalError.records) {
      try Withdrawal(records: [
        Withdrawal.Record(origin: origin, index: 5), Withdrawal.Record(origin: other, index: 6),
      ])
    }
  }

  @Test("A withdrawal that does not parse is a defect, and carried")
  func defect() throws {
    let log = try RawLog(size: 2)
    for (text, isDefect) in [("liaison-withdrawal/v1\nrecord nl/1 1\n", false), ("rubbish", true)] {
      var builder = EntryBuilder(state: log.state(2))
      builder.append(kind: .withdrawal, time: 1, body: Array(text.utf8))
      let verified = try log.state(2).accept(builder.finish(sign: log.signer.sign))
      #expect(verified.defects.map(\.kind) == (isDefect ? [.body] : []))
    }
  }
}
