import Crypto
import Log
import Testing

struct EntryVectors: Codable, Equatable {
  struct Entry: Codable, Equatable {
    var name: String
    var leaf: String
    var body: String
    var logID: String
    var index: UInt64
    var time: UInt64
    var kind: UInt8
    var suite: UInt8
    var expiryDay: UInt16
    var bodyBytes: UInt32
    var audienceTag: String
    var previous: String
    var bodyHash: String
    var headerHash: String
    var leafHash: String
  }

  var origin: String
  var logKey: String
  var logID: String
  /// One log, entry by entry.
  var entries: [Entry]
  /// For each rule, entries that break it.
  var acceptance: [AcceptanceCase]
  var withdrawals: [WithdrawalVector]
  var anchors: [AnchorVector]
  /// The id of the log in which the receipts stand.
  var receiptLog: String
  var receipts: [ReceiptVector]

  static func generate() throws -> EntryVectors {
    let log = try sample()
    return EntryVectors(
      origin: log.identity.origin.text, logKey: Base64.encode(log.identity.key.array),
      logID: log.identity.id.description,
      entries: zip(log.leaves, log.bodies).enumerated().map { index, entry in
        Entry(name: "entry \(index)", leaf: entry.0, body: entry.1)
      },
      acceptance: try broken() + defective(), withdrawals: WithdrawalVector.generate(),
      anchors: try AnchorVector.generate(), receiptLog: log.identity.id.description,
      receipts: try ReceiptVector.generate(in: log.identity.id))
  }

  /// Genesis, a record, one with an expiry, an empty one, a chunk of an attachment, a kind from the
  /// future.
  static func sample() throws -> RawLog {
    var log = try RawLog(size: 2)
    log.add(.record, body: Array("expires".utf8)) { $0[EntryLayout.expiry] = 0x42 }
    log.add(.record, body: [])
    log.add(
      .record, body: Array("chunk".utf8), tag: AudienceTag([UInt8](repeating: 7, count: 16))
    ) { $0[EntryLayout.suite] = EntrySuite.sealedChunk.rawValue }
    log.add(.record, body: [1, 2, 3]) {
      $0[EntryLayout.kind] = 200
      $0[EntryLayout.suite] = 201
    }
    return log
  }

  private static func broken() throws -> [AcceptanceCase] {
    let numbers: [EntryRule: String] = [
      .domain: "ENT-2", .logID: "ENT-3", .index: "ENT-4", .previous: "ENT-5",
      .bodyLength: "ENT-6", .genesis: "ENT-14",
    ]
    return try brokenLogs().flatMap { rule, log in
      let last = log.size - 1
      let number = numbers[rule] ?? ""
      return [
        try AcceptanceCase(
          "\(rule), alone", number, log, stored: last, end: last + 1, absent: true
        ).filled(),
        try AcceptanceCase(
          "\(rule), under a checkpoint", number, log, stored: last, end: last + 1,
          under: last + 1, absent: true
        ).filled(),
      ]
    }
  }

  private static func defective() throws -> [AcceptanceCase] {
    let numbers: [DefectKind: String] = [
      .tag: "ENT-12", .expiry: "ENT-13", .suite: "ENT-11", .body: "CARD-22", .signature: "ENT-8",
    ]
    var cases = try defectiveLogs().map { kind, log in
      try AcceptanceCase(
        "\(kind), under a checkpoint", numbers[kind] ?? "", log, stored: log.size - 1,
        end: log.size, under: log.size
      ).filled()
    }
    var bad = try RawLog(size: 3)
    bad.add(.record, body: [1], badSignature: true)
    cases.append(
      try AcceptanceCase("signature, alone", "ENT-8", bad, stored: 3, end: 4).filled())
    var otherBody = AcceptanceCase("another body", "ENT-7", try RawLog(size: 3), stored: 2, end: 3)
    otherBody.bodies = [Hex.encode(Array("body 3".utf8))]
    cases.append(try otherBody.filled())
    var short = AcceptanceCase(
      "a leaf of 215 bytes", "ENT-1", try RawLog(size: 3), stored: 2, end: 3)
    short.leaves = short.leaves.map { String($0.dropLast(2)) }
    cases.append(try short.filled())
    return cases
  }
}

extension EntryVectors.Entry {
  init(name: String, leaf: [UInt8], body: [UInt8]) {
    let header = EntryHeader(parsing: leaf.span)
    self.init(
      name: name, leaf: Hex.encode(leaf), body: Hex.encode(body),
      logID: header.logID.description, index: header.index, time: header.time, kind: header.kind,
      suite: header.suite, expiryDay: header.expiryDay, bodyBytes: header.bodyBytes,
      audienceTag: Hex.encode(header.audienceTag.array), previous: header.previous.description,
      bodyHash: header.bodyHash.description,
      headerHash: EntryHeader.headerHash(of: leaf.span).description,
      leafHash: EntryHeader.leafHash(of: leaf.span).description)
  }
}

@Suite("Protocols/vectors/entry.json")
struct EntryVectorTests {
  @Test("Every field, hash and signature is as written; a header is encoded as it was read")
  func entries() throws {
    let vectors = try VectorFile.read("entry", generated: EntryVectors.generate())
    let key = try #require(LogPublicKey(Base64.decode(vectors.logKey) ?? []))
    let identity = LogIdentity(origin: try Origin(vectors.origin), key: key)
    #expect(identity.id.description == vectors.logID)
    for entry in vectors.entries {
      let leaf = try #require(Hex.decode(entry.leaf))
      let body = try #require(Hex.decode(entry.body))
      #expect(EntryVectors.Entry(name: entry.name, leaf: leaf, body: body) == entry)
      let header = EntryHeader(parsing: leaf.span)
      #expect(header.encode() == Array(leaf[..<EntryLayout.headerBytes]))
      #expect(header.associatedData() == Array(leaf[..<EntryLayout.associatedDataBytes]))
      let holds = identity.verifySignature(leaves: leaf.span, at: 0)
      #expect(holds)
      #expect(SHA256.hash(body) == header.bodyHash)
    }
  }

  @Test("Every broken entry gets its class")
  func acceptance() throws {
    let vectors = try VectorFile.read("entry", generated: EntryVectors.generate())
    for vector in vectors.acceptance {
      #expect(try vector.run() == (vector.result, vector.detail), "\(vector.name)")
      #expect(vector.result != "accepted")
      let anchored = vector.checkpoint != nil
      #expect(anchored || vector.result == "failure", "\(vector.name)")
      #expect(!anchored || vector.result != "failure", "\(vector.name)")
    }
  }
}

@Suite("EntryBuilder")
struct EntryBuilderTests {
  @Test("What an author builds is accepted, with signatures made in any order")
  func builds() throws {
    let log = try RawLog(size: 3)
    var builder = EntryBuilder(state: log.state(3))
    let tag = AudienceTag([UInt8](1...16))
    for number in 0..<5 {
      let body = [UInt8](repeating: 1, count: number)
      let before = builder.nextHeader(
        kind: .record, time: 5, expiryDay: 9, audienceTag: tag ?? .zero, bodyBytes: number)
      let index = builder.append(
        kind: .record, time: 5, expiryDay: 9, audienceTag: tag ?? .zero, body: body)
      #expect(index == UInt64(3 + number) && before.index == index)
      let start = number * EntryLayout.headerBytes
      #expect(
        before.associatedData()
          == Array(builder.headers[start..<(start + EntryLayout.associatedDataBytes)]))
    }
    var signatures: [Int: Signature] = [:]
    for position in (0..<5).reversed() {
      signatures[position] = builder.withHeader(at: position, log.signer.sign)
    }
    let batch = builder.finish(signatures: (0..<5).compactMap { signatures[$0] })
    #expect(batch == builder.finish(sign: log.signer.sign))
    let verified = try log.state(3).accept(batch)
    #expect(verified.defects.isEmpty && verified.after.size == 8)
    #expect(batch.body(at: 3).map(Array.init) == [1, 1, 1])
    #expect(batch.bodyRanges().map(\.count) == [0, 1, 2, 3, 4])
    let slice = batch.slice(2..<4)
    #expect(slice.first == 5 && slice.count == 2 && slice.bodies.count == 5)
    let middle = try log.state(3).accept(batch.slice(0..<2)).after
    #expect(try middle.accept(slice).after.size == 7)
  }

  @Test("An empty log begins with genesis")
  func genesis() throws {
    let log = try RawLog()
    var builder = EntryBuilder(state: LogState(empty: log.identity))
    builder.append(kind: .genesis, time: 1, body: try log.genesis().encode())
    let verified = try LogState(empty: log.identity).accept(
      builder.finish(sign: log.signer.sign))
    #expect(verified.defects.isEmpty)
  }
}
