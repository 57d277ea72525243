import Crypto
import Testing

@testable import Log

@Suite("What strangers send")
struct RobustnessTests {
  @Test("No changed byte of a checkpoint or card is accepted, and none traps")
  func flippedBytes() throws {
    let log = try RawLog(size: 3)
    let checkpoint = log.checkpoint(3).note
    let card = try log.card(address: "[::1]:7440").note
    for mask: UInt8 in [0x01, 0x02, 0x20, 0x80, 0xff] {
      for place in checkpoint.indices {
        var wrong = checkpoint
        wrong[place] ^= mask
        #expect(throws: NoteError.self, "byte \(place)") {
          try VerifiedCheckpoint.verify(note: wrong, identity: log.identity)
        }
      }
      for place in card.indices {
        var wrong = card
        wrong[place] ^= mask
        #expect(throws: CardError.self, "byte \(place)") { try Card.parse(wrong) }
      }
    }
  }

  @Test("No shortened checkpoint, card or body is accepted, and none traps")
  func truncated() throws {
    let log = try RawLog(size: 3)
    let checkpoint = log.checkpoint(3).note
    for count in 0..<checkpoint.count {
      #expect(throws: NoteError.self) {
        try VerifiedCheckpoint.verify(note: Array(checkpoint[..<count]), identity: log.identity)
      }
    }
    let genesis = try log.genesis().encode()
    for count in 0..<genesis.count {
      #expect(throws: PublicBodyError.self) { try Genesis.parse(Array(genesis[..<count])) }
    }
    let keys = KeysChange(card: try log.card(serial: 2)).encode()
    for count in 0..<keys.count {
      #expect(throws: PublicBodyError.self) { try KeysChange.parse(Array(keys[..<count])) }
    }
  }

  @Test("No changed bit of a leaf is accepted, one by one or in bulk")
  func flippedLeaves() throws {
    let log = try RawLog(size: 4)
    let state = log.state(3)
    for place in 0..<EntryLayout.leafBytes {
      var leaf = log.leaves[3]
      leaf[place] ^= 0x10
      let batch = try EntryBatch(first: 3, leaves: leaf, bodies: [], bodyStates: [.absent])
      #expect(throws: Rejection.self, "byte \(place)") { try state.accept(batch) }
      #expect(
        rejectedFailure { () throws(Rejection) in
          try state.accept(batch, under: log.checkpoint(4), consistency: [])
        } == .notUnderCheckpoint)
    }
  }

  @Test("Inclusion paths from a prefix, a batch and a proof are those of the whole tree")
  func anchoredPaths() {
    let tree = TreeTests.tree
    for size in 1...33 {
      let paths = (0..<size).map {
        Tree.inclusionProof(index: UInt64($0), size: UInt64(size), reader: tree)
      }
      for end in 1...size {
        let proof = Tree.consistencyProof(from: UInt64(end), to: UInt64(size), reader: tree)
        for first in 0..<end {
          let nodes = AnchoredNodes(
            before: CompactTree(size: UInt64(first), reader: tree),
            leafHashes: tree.leafHashes[first..<end].flatMap(\.array), size: UInt64(size),
            consistency: proof)
          // One expectation for all of them: each costs more than the path.
          #expect((first..<end).allSatisfy { nodes.path(of: UInt64($0)) == paths[$0] })
        }
      }
    }
  }
}

@Suite("Other people's notes (CKP-7)")
struct InteropTests {
  @Test("Key IDs of verifier keys that others published")
  func keyIDs() throws {
    for (name, id, key) in [
      ("sum.golang.org", 0x033d_e0ae, "Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8"),
      ("PeterNeumann", 0xc74f_20a3, "ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"),
    ] as [(String, UInt32, String)] {
      let bytes = try #require(Base64.decode(key))
      #expect(bytes[0] == NoteKeyType.ed25519.rawValue)
      let publicKey = try #require(Bytes32(Array(bytes.dropFirst())))
      #expect(NoteKeyType.ed25519.keyID(name: name, key: publicKey) == id)
    }
  }
}

@Suite("Epochs (CARD-7, CARD-23)")
struct EpochTests {
  @Test("CARD-23: only the key that a card commits to opens the epoch after it by itself")
  func authorises() throws {
    let log = try RawLog("nl/1")
    let card = try log.card()
    func opening(_ origin: String, follows: String, by key: TestSigner) throws -> Genesis {
      try RawLog(origin).genesis(
        follows: Genesis.Predecessor(
          origin: Origin(follows), size: 7, leafHash: .zero, root: .zero), by: key)
    }
    #expect(try opening("nl/2", follows: "nl/1", by: log.opener).isAuthorised(by: card))
    #expect(try opening("nl/3", follows: "nl/1", by: log.opener).isAuthorised(by: card))
    #expect(try !opening("nl/3", follows: "nl/2", by: log.opener).isAuthorised(by: card))
    #expect(
      try !opening("nl/2", follows: "nl/1", by: log.signer).isAuthorised(by: card),
      "the running log key")
    #expect(try !log.genesis().isAuthorised(by: card))
  }

  @Test("CARD-9, CARD-32: a card keeps its log's opening key, and its serial does not leap")
  func succeeds() throws {
    let log = try RawLog("nl/1")
    let card = try log.card(serial: 3)
    #expect(try log.card(serial: 4).succeeds(card))
    #expect(try log.card(serial: 3 + 65_536).succeeds(card))
    #expect(try !log.card(serial: 3 + 65_537).succeeds(card))
    #expect(try !log.card(serial: .max).succeeds(card))
    #expect(!card.succeeds(card))
    #expect(try !log.card(serial: 2).succeeds(card))
    let other = try log.card(serial: 4, opener: TestSigner("another"))
    #expect(!other.succeeds(card) && other.contradicts(card))
    #expect(try !log.card(serial: 4).contradicts(card))
  }

  @Test("CARD-7: the higher epoch, then the higher serial, is newer; of one node only")
  func newer() throws {
    let old = try RawLog("nl/1").card(serial: 9)
    #expect(try RawLog("nl/2").card(serial: 1).isNewer(than: old))
    #expect(try RawLog("nl/1").card(serial: 10).isNewer(than: old))
    #expect(!old.isNewer(than: old))
    #expect(try !RawLog("be/2").card(serial: 10).isNewer(than: old))
  }
}
