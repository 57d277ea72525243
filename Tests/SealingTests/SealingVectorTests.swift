import Crypto
import Foundation
import Log
import Secrets
import Testing
import Wire

@testable import Sealing

/// Known answers, and for each rule an input that breaks it. LIAISON_REWRITE_VECTORS=1 writes the
/// file anew; the difference is for reviewing.
@Suite(.serialized) struct SealingVectorTests {
  let vectors: SealingVectors
  let identity: LogIdentity

  init() throws {
    if SealingVectors.wantsRewrite {
      var maker = try VectorMaker()
      try maker.make().encode().write(to: SealingVectors.url)
    }
    vectors = try SealingVectors.load()
    let key = try #require(Hex.decode(vectors.logKey).flatMap { LogPublicKey($0) })
    identity = LogIdentity(origin: try Origin(vectors.origin), key: key)
    #expect(identity.id.description == vectors.logID)
  }

  @Test("The same seeds give the same bytes")
  func reproduced() throws {
    var maker = try VectorMaker()
    #expect(try maker.make() == vectors)
  }

  @Test("Padded lengths are the published ones")
  func padding() {
    for pair in vectors.padding { #expect(Padding.paddedBytes(for: pair[0]) == pair[1]) }
    #expect(vectors.padding.count == 8)
  }

  private func header(of test: SealingVectors.Case) throws -> EntryHeader {
    let bytes = try #require(Hex.decode(test.header))
    return EntryHeader(parsing: bytes.span)
  }

  private func secret(of name: String) throws -> SealingSecretKey {
    let reader = try #require(vectors.readers.first { $0.name == name })
    let seed = try #require(Hex.decode(reader.sealingSecret))
    let secret = SealingSecretKey(seed: seed.span)
    #expect(secret.publicKey.description == reader.sealingPublic)
    return secret
  }

  private func keys(of test: SealingVectors.Case) throws -> GrantKeys {
    let reader = try #require(vectors.readers.first { $0.name == test.reader })
    let sealing = [Held(try secret(of: test.reader))]
    if let text = test.authorSecret ?? reader.authorSecret {
      let bytes = try #require(Hex.decode(text))
      return GrantKeys(sealing: sealing, authorSecrets: [Held(AuthorSecret(copying: bytes.span))])
    }
    let psks = try (test.presharedKeys ?? []).map { text in
      let bytes = try #require(Hex.decode(text))
      return Held(PresharedKey(copying: bytes.span))
    }
    return GrantKeys(sealing: sealing, presharedKeys: psks)
  }

  @Test("Every grant opens, or fails, as published")
  func grants() throws {
    #expect(vectors.grants.count == 42)
    for test in vectors.grants {
      let header = try self.header(of: test)
      let opening = Grant.open(
        header: header, body: try #require(Hex.decode(test.body)), author: identity.origin.name,
        keys: try keys(of: test))
      switch consume opening {
      case .member(let key, let metadata):
        #expect(test.result == "member", "\(test.name)")
        #expect(test.audienceKey == key.withBytes { Hex.encode($0.array) })
        #expect(test.plaintext == String(decoding: metadata.encode(), as: UTF8.self))
      case .notMember: #expect(test.result == "not-for-this-node", "\(test.name)")
      case .presharedKeyMissing: #expect(test.result == "preshared-key-missing", "\(test.name)")
      case .defect(let defect): #expect(test.result == defect.rawValue, "\(test.name)")
      }
    }
  }

  @Test("Every record opens, or fails, as published")
  func records() throws {
    #expect(vectors.records.count == 17)
    let grant = vectors.grants[0]
    for test in vectors.records {
      let book = AudienceBook(identity: identity)
      book.handleGrant(
        header: try header(of: grant),
        body: Hex.decode(grant.body), keys: try keys(of: test))
      book.advance(to: 10)
      let header = try self.header(of: test)
      let data = header.associatedData()
      let body = try #require(Hex.decode(test.body))
      let suite: EntrySuite =
        header.knownSuite == .sealedChunk ? .sealedChunk : .sealedRecord
      switch book.open(suite, index: header.index, associatedData: data.span, body: body.span) {
      case .opened(let record, _):
        #expect(test.result == "opened", "\(test.name)")
        #expect(test.plaintext == Hex.encode(record))
        #expect(test.tag?.hasPrefix(Hex.encode(header.audienceTag.array)) == true)
        let entryKey = try #require(test.entryKey.flatMap { Hex.decode($0) })
        let disclosed = try DisclosureKey(copying: entryKey.span)
          .open(associatedData: data.span, body: body.span)
        #expect(disclosed == record)
      case .notForThisNode: #expect(test.result == "not-for-this-node", "\(test.name)")
      case .defect(let defect): #expect(test.result == defect.rawValue, "\(test.name)")
      case .unknownYet, .presharedKeyMissing, .keyForgotten, .beyondReach:
        Issue.record("\(test.name)")
      }
    }
  }

  @Test("Every history entry opens, or fails, as published, and gives the keys that it gives")
  func histories() throws {
    #expect(vectors.histories.count == 41)
    for test in vectors.histories {
      let header = try self.header(of: test)
      let body = try #require(Hex.decode(test.body))
      let opening = History.open(
        header: header, body: body, author: identity.origin.name, keys: try keys(of: test))
      switch consume opening {
      case .receiver(let content):
        #expect(["receiver", "wrong-key"].contains(test.result), "\(test.name)")
        let head = content.head
        #expect(test.plaintext == String(decoding: head.encode(), as: UTF8.self))
        let given = (0..<head.keyCount).map { content.withKey($0) { Hex.encode($0.array) } }
        #expect(test.given == given)
        try disclosed(test, header, body)
      case .notReceiver: #expect(test.result == "not-for-this-node", "\(test.name)")
      case .presharedKeyMissing: #expect(test.result == "preshared-key-missing", "\(test.name)")
      case .defect(let defect): #expect(test.result == defect.rawValue, "\(test.name)")
      }
      if let wanted = test.record { try expect(wanted, of: test, header, body) }
    }
  }

  private func disclosed(
    _ test: SealingVectors.Case, _ header: EntryHeader, _ body: [UInt8]
  ) throws {
    let bytes = try #require(test.historyKey.flatMap { Hex.decode($0) })
    let content = try History.open(
      header: header, body: body, author: identity.origin.name,
      key: HistoryKey(copying: bytes.span))
    let head = content.head
    #expect(test.plaintext == String(decoding: head.encode(), as: UTF8.self))
  }

  /// A reader that has the first grant, the first record and this entry opens the record, or not.
  private func expect(
    _ wanted: String, of test: SealingVectors.Case, _ header: EntryHeader, _ body: [UInt8]
  ) throws {
    let history = HistoryKeys()
    _ = history.handleHistory(
      header: header, body: body, author: identity.origin.name, keys: try keys(of: test))
    let book = AudienceBook(identity: identity, history: history)
    let grant = vectors.grants[0]
    book.handleGrant(
      header: try self.header(of: grant), body: Hex.decode(grant.body), keys: try keys(of: test))
    book.advance(to: header.index + 1)
    let record = vectors.records[0]
    let recordHeader = try self.header(of: record)
    let recordBody = try #require(Hex.decode(record.body))
    let opening = book.open(
      index: recordHeader.index, associatedData: recordHeader.associatedData().span,
      body: recordBody.span)
    #expect((opening.record != nil) == (wanted == "opened"), "\(test.name)")
    #expect(
      history.defects.map(\.defect.rawValue) == (test.result == "wrong-key" ? ["wrong-key"] : []),
      "\(test.name)")
  }
}
