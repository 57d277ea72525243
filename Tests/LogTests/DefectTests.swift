import Crypto
import Log
import Testing

@Suite("Defects (LOG-20, LOG-21)")
struct DefectTests {
  @Test("Each defect is accepted and named, on both paths")
  func defects() throws {
    for (expected, log) in try defectiveLogs() {
      let last = log.size - 1
      let batch = try log.batch(last..<(last + 1))
      let anchored = try log.state(last).accept(
        batch, under: log.checkpoint(last + 1), consistency: [])
      let defect = Defect(index: UInt64(last), kind: expected)
      if expected == .signature {
        #expect(anchored.defects.isEmpty)
        #expect(log.identity.verifySignatures(batch) == [UInt64(last)])
        let proof = try DefectProof(
          identity: log.identity, exhibit: log.included(last, size: last + 1))
        #expect(try DefectProof(decoding: proof.encode()) == proof)
      } else {
        #expect(anchored.defects == [defect])
        #expect(try log.state(last).accept(batch).defects == [defect])
        #expect(log.identity.verifySignatures(batch).isEmpty)
      }
      #expect(anchored.after.size == UInt64(last + 1))
    }
  }

  @Test("ENT-11: unknown kinds and suites are carried and are no defect")
  func unknown() throws {
    var log = try RawLog(size: 1)
    log.add(.record, body: [1]) {
      $0[EntryLayout.kind] = 200
      $0[EntryLayout.suite] = 200
      $0[EntryLayout.audienceTag] = 1
      $0[EntryLayout.expiry] = 1
    }
    #expect(try log.state(1).accept(log.batch(1..<2)).defects.isEmpty)
  }

  @Test("ENT-11: a chunk of an attachment is a record, with tag and expiry")
  func chunk() throws {
    var log = try RawLog(size: 1)
    log.add(.record, body: [1]) {
      $0[EntryLayout.suite] = EntrySuite.sealedChunk.rawValue
      $0[EntryLayout.audienceTag] = 1
      $0[EntryLayout.expiry] = 1
    }
    #expect(try log.state(1).accept(log.batch(1..<2)).defects.isEmpty)
  }

  @Test("A defect proof about a good leaf proves nothing")
  func nothing() throws {
    let log = try RawLog(size: 3)
    #expect(throws: ProofError.nothingProven) {
      try DefectProof(identity: log.identity, exhibit: log.included(1, size: 3))
    }
  }
}
