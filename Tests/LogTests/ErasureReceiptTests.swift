import Crypto
import Log
import Testing

/// Bodies of erasure receipts (Protocols/entry.md, 9).
struct ReceiptVector: Codable, Equatable {
  /// The words of an accepted receipt about one log.
  struct Line: Codable, Equatable {
    /// The log that it is about.
    var log: String
    /// Decimal, or "none".
    var index: String
    var leafHash: String
    var expiryDay: UInt16
  }

  /// The index at which each of them stands.
  static let index: UInt64 = 7

  var name: String
  var rule: String
  /// Hexadecimal.
  var body: String
  var result: String
  /// Empty where nothing is accepted.
  var lines: [Line]

  static func generate(in log: LogID) throws -> [ReceiptVector] {
    let logs = try ["nl/1", "nl/2", "be/1", "se/4"].map { try RawLog($0).identity.id }
    let leaf = SHA256.hash(Array("a withdrawal".utf8))
    let highest = ErasedWithdrawal(index: 1 << 63 - 2, leafHash: leaf)
    let good: [(String, [ErasureExtent])] = [
      (
        "one log",
        [ErasureExtent(withdrawal: ErasedWithdrawal(index: 5, leafHash: leaf), expiryDay: 0)]
      ),
      ("expiry alone", [ErasureExtent(withdrawal: nil, expiryDay: 65_535)]),
      (
        "several logs",
        (0..<4).map {
          ErasureExtent(
            withdrawal: ErasedWithdrawal(index: $0, leafHash: leaf), expiryDay: UInt16($0))
        }
      ),
      ("the last index there can be", [ErasureExtent(withdrawal: highest, expiryDay: 1)]),
    ]
    let accepted = try good.map { name, extents in
      let receipt = try ErasureReceipt(
        lines: zip(logs, extents).map {
          ErasureReceipt.Line(saltedLog: .salted($0, log), extent: $1)
        })
      return ReceiptVector(
        name: name, rule: "ENT-28", body: Hex.encode(receipt.encode()), result: "accepted",
        lines: zip(logs, extents).map { Line(log: $0.description, $1) })
    }
    let two = try ErasureReceipt(
      lines: logs.prefix(2).map {
        ErasureReceipt.Line(saltedLog: .salted($0, log), extent: good[0].1[0])
      }
    ).encode()
    return accepted
      + broken(two).map {
        ReceiptVector(
          name: $0, rule: "ENT-28", body: Hex.encode($1), result: "defect", lines: [])
      }
  }

  /// - Parameter two: a receipt of two lines without expiry days.
  private static func broken(_ two: [UInt8]) -> [(String, [UInt8])] {
    func changed(_ edit: (inout [UInt8]) -> Void) -> [UInt8] {
      var body = two
      edit(&body)
      return body
    }
    let (first, second) = (Array(two[21..<95]), Array(two[95...]))
    let head = Array(two[..<21])
    let none = [UInt8](repeating: 0xff, count: 8)
    return [
      ("another first line", changed { $0[16] = UInt8(ascii: "2") }),
      ("the first line alone", Array(two[..<19])), ("nothing", []),
      ("no lines", Array(two[..<19]) + [0, 0]), ("one byte too few", two.dropLast()),
      ("one byte too many", two + [0]), ("a line more than it counts", two + first),
      ("a line fewer than it counts", Array(two[..<95])),
      (
        "4,097 lines",
        Array(two[..<19]) + [0x10, 0x01]
          + (0..<4_097).flatMap { number -> [UInt8] in
            [UInt8](repeating: 0, count: 30) + [UInt8(number >> 8), UInt8(number & 0xff)]
              + first[32...]
          }
      ),
      ("not ascending", head + second + first), ("one log twice", head + first + first),
      ("an index that no entry has", changed { $0[53] = 0x80 }),
      ("a leaf hash without an index", changed { $0.replaceSubrange(53..<61, with: none) }),
      (
        "a line that says nothing",
        changed {
          $0.replaceSubrange(53..<61, with: none)
          $0.replaceSubrange(61..<93, with: [UInt8](repeating: 0, count: 32))
        }
      ),
    ]
  }
}

extension ReceiptVector.Line {
  fileprivate init(log: String, _ extent: ErasureExtent) {
    self.init(
      log: log, index: extent.withdrawal.map { "\($0.index)" } ?? "none",
      leafHash: (extent.withdrawal?.leafHash ?? .zero).description, expiryDay: extent.expiryDay)
  }
}

extension Digest {
  fileprivate static func salted(_ log: LogID, _ receiptLog: LogID) -> Digest {
    ErasureReceipt.salted(log, in: receiptLog, at: ReceiptVector.index)
  }
}

@Suite("Erasure receipts")
struct ErasureReceiptTests {
  @Test("ENT-28: exactly the good ones of the vectors are accepted, and say what is written")
  func vectors() throws {
    let file = try VectorFile.read("entry", generated: EntryVectors.generate())
    let log = LogID(try #require(Hex.decode(file.receiptLog).flatMap { Bytes32($0) }))
    for vector in file.receipts {
      let body = try #require(Hex.decode(vector.body))
      guard let receipt = try? ErasureReceipt.parse(body) else {
        #expect(vector.result == "defect", "\(vector.name)")
        continue
      }
      #expect(vector.result == "accepted", "\(vector.name)")
      #expect(receipt.encode() == body)
      #expect(receipt.lines.count == vector.lines.count)
      for line in vector.lines {
        let about = LogID(try #require(Hex.decode(line.log).flatMap { Bytes32($0) }))
        let extent = try #require(receipt.extent(of: about, in: log, at: ReceiptVector.index))
        #expect(ReceiptVector.Line(log: line.log, extent) == line)
        // The same log has another name elsewhere.
        #expect(receipt.extent(of: about, in: log, at: ReceiptVector.index + 1) == nil)
        let other = LogID(SHA256.hash(log.array).bytes)
        #expect(receipt.extent(of: about, in: other, at: ReceiptVector.index) == nil)
      }
    }
    #expect(file.receipts.prefix(4).allSatisfy { $0.result == "accepted" })
    #expect(file.receipts.dropFirst(4).allSatisfy { $0.result == "defect" })
  }

  @Test("ENT-28: no changed byte is taken for another spelling of the same, and none traps")
  func changedBytes() throws {
    let lines = (0..<3).map { number in
      ErasureReceipt.Line(
        saltedLog: SHA256.hash([UInt8(number)]),
        extent: ErasureExtent(
          withdrawal: number == 1
            ? nil : ErasedWithdrawal(index: UInt64(number), leafHash: SHA256.hash([9])),
          expiryDay: 3))
    }
    let body = try ErasureReceipt(lines: lines.shuffled()).encode()
    #expect(
      try ErasureReceipt.parse(body).lines.map(\.saltedLog) == lines.map(\.saltedLog).sorted())
    for place in body.indices {
      for mask: UInt8 in [0x01, 0x80, 0xff] {
        var wrong = body
        wrong[place] ^= mask
        if let parsed = try? ErasureReceipt.parse(wrong) { #expect(parsed.encode() == wrong) }
      }
    }
    for count in body.indices {
      #expect(throws: ReceiptError.self) { try ErasureReceipt.parse(Array(body[..<count])) }
    }
  }

  @Test("What a node makes is refused before it is signed, where it says nothing or too much")
  func made() throws {
    let extent = ErasureExtent(withdrawal: nil, expiryDay: 1)
    func lines(_ count: Int) -> [ErasureReceipt.Line] {
      (0..<count).map {
        ErasureReceipt.Line(
          saltedLog: SHA256.hash([UInt8($0 >> 8), UInt8($0 & 0xff)]), extent: extent)
      }
    }
    let most = try ErasureReceipt(lines: lines(LogLimits.receiptLines)).encode()
    #expect(most.count == LogLimits.receiptBytes && most.count <= LogLimits.bodyBytes)
    let wrong = [
      [], lines(LogLimits.receiptLines + 1), lines(1) + lines(1),
      [ErasureReceipt.Line(saltedLog: .zero, extent: .nothing)],
    ]
    for lines in wrong {
      #expect(throws: ReceiptError.lines) { try ErasureReceipt(lines: lines) }
    }
  }

  @Test("ENT-30: what reaches further in one part and less far in the other is no later word")
  func reaches() {
    func extent(_ index: UInt64?, _ day: UInt16) -> ErasureExtent {
      ErasureExtent(
        withdrawal: index.map { ErasedWithdrawal(index: $0, leafHash: .zero) }, expiryDay: day)
    }
    #expect(extent(nil, 0).reaches(.nothing) && extent(0, 0).reaches(.nothing))
    #expect(extent(5, 3).reaches(extent(5, 3)) && extent(6, 3).reaches(extent(5, 2)))
    #expect(!extent(4, 9).reaches(extent(5, 3)) && !extent(9, 2).reaches(extent(5, 3)))
    #expect(!extent(nil, 3).reaches(extent(0, 3)))
  }

  @Test("ENT-28: a receipt that does not parse is a defect, and carried")
  func defect() throws {
    let log = try RawLog(size: 2)
    let good = try ErasureReceipt(lines: [
      ErasureReceipt.Line(
        saltedLog: .zero, extent: ErasureExtent(withdrawal: nil, expiryDay: 1))
    ]).encode()
    for (body, isDefect) in [(good, false), (good + [0], true), ([], true)] {
      var builder = EntryBuilder(state: log.state(2))
      builder.append(kind: .erasureReceipt, time: 1, body: body)
      let verified = try log.state(2).accept(builder.finish(sign: log.signer.sign))
      #expect(verified.defects.map(\.kind) == (isDefect ? [.body] : []))
    }
  }
}
