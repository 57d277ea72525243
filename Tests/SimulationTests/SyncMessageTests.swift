import Crypto
import Foundation
import Log
import Secrets
import Testing

@testable import Replication
@testable import Simulation

/// Two codecs of Protocols/sync.md that know nothing of each other: the one that ships, and the one
/// by which the simulator's foes speak and its checks read.
@Suite("The simulator's own codec of messages")
struct SyncMessageTests {
  private struct File: Decodable {
    var vectors: [Vector]
  }

  private struct Vector: Decodable {
    var name: String
    var hex: String
    var refusal: String?

    var bytes: [UInt8] { Hex.decode(hex)! }
  }

  private static let vectors = Result {
    let path = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent()
      .appendingPathComponent("Protocols/vectors/sync.json")
    return try JSONDecoder().decode(File.self, from: Data(contentsOf: path)).vectors
  }
  private let vectors: [Vector]

  init() throws { vectors = try SyncMessageTests.vectors.get() }

  @Test("It knows every type of message by its number and name, and each has a vector")
  func everyType() {
    #expect(
      SyncType.allCases.map { "\($0.rawValue) \($0)" }
        == MessageType.allCases.map { "\($0.rawValue) \($0)" })
    let known = Set(vectors.filter { $0.refusal == nil }.compactMap { SyncMessage($0.bytes)?.type })
    for type in SyncType.allCases { #expect(known.contains(type), "\(type)") }
  }

  @Test("It reads in each vector what the shipped codec reads, and writes the same bytes")
  func sameMeaning() throws {
    for vector in vectors where vector.refusal == nil {
      let said = try #require(SyncMessage(vector.bytes), "\(vector.name)")
      #expect(said.bytes == vector.bytes, "\(vector.name)")
      #expect(try Message.decode(vector.bytes).said(in: vector.bytes) == said, "\(vector.name)")
    }
  }

  /// Also of the vectors that are refused only for what a session said before.
  @Test("It refuses what the shipped codec refuses: each vector with a bit flipped, cut, or longer")
  func sameRefusals() {
    var refused = 0
    var read = 0
    for vector in vectors where vector.bytes.count < 1_000 {
      for edited in edits(of: vector.bytes) {
        let shipped = (try? Message.decode(edited))?.said(in: edited)
        let said = SyncMessage(edited)
        if said != shipped { Issue.record("\(vector.name): \(Hex.encode(edited))") }
        if said == nil { refused += 1 } else { read += 1 }
      }
    }
    #expect(refused > 10_000 && read > 10_000)
  }

  private func edits(of bytes: [UInt8]) -> [[UInt8]] {
    var all = [bytes, bytes + [0]]
    for place in bytes.indices {
      all.append(Array(bytes.prefix(place)))
      // Behind the numbers stand hashes, names and bodies.
      for bit in 0..<8 where place < 130 || place % 9 == bit {
        var edited = bytes
        edited[place] ^= 1 << UInt8(bit)
        all.append(edited)
      }
    }
    return all
  }

  @Test("Both keep the bounds of the specification, to the byte")
  func bounds() {
    let leaf = [UInt8](repeating: 1, count: 216)
    func bytes(_ count: Int) -> [UInt8] { [UInt8](repeating: 2, count: count) }
    func leaves(_ count: Int, flags: UInt8) -> SyncMessage {
      .chunk(
        SyncChunk(
          request: 1, position: 0, first: 0, count: count, flags: flags,
          leaves: bytes(count * (flags == 0 ? 96 : 216)), bodies: []))
    }
    func heads(_ count: Int) -> SyncMessage {
      .heads((0..<count).map { SyncHead(position: $0, size: 1, leafHash: bytes(32)) })
    }
    let most: [(SyncMessage, SyncMessage)] = [
      (.proof(position: 1, bytes(6_144)), .proof(position: 1, bytes(6_145))),
      (.exhibit(position: 1, bytes(2_500)), .exhibit(position: 1, bytes(2_501))),
      (
        .opening(position: 1, leaf: leaf, body: bytes(2_560)),
        .opening(position: 1, leaf: leaf, body: bytes(2_561))
      ),
      (
        .logs(first: 4_094, saltedIDs: [bytes(16), bytes(16)]),
        .logs(first: 4_095, saltedIDs: [bytes(16), bytes(16)])
      ),
      (heads(4_096), heads(4_097)),
      (leaves(65_536, flags: 0), leaves(65_537, flags: 0)),
      (leaves(1_024, flags: 5), leaves(1_025, flags: 5)),
      (.graft(position: 1, size: 1 << 48 - 1), .graft(position: 1, size: 1 << 48)),
    ]
    for (last, beyond) in most {
      #expect(SyncMessage(last.bytes) == last && (try? Message.decode(last.bytes)) != nil)
      #expect(SyncMessage(beyond.bytes) == nil && (try? Message.decode(beyond.bytes)) == nil)
    }
  }

  @Test("What it makes of entries, checkpoints and cosignatures the shipped codec reads")
  func made() throws {
    let keys = try NodeKeys("nl", seed: 7)
    let genesis = try keys.genesis(1, follows: nil)
    let checkpoint = Checkpoint.make(
      identity: keys.identity(1), size: 1, root: genesis.after.tree.root()
    ) { keys.secrets(1).log.sign($0) }
    let key = keys.lasting.cosigning.publicKey
    let cosignature = Cosignature.make(
      checkpoint: checkpoint, name: keys.name, key: key, time: 5
    ) { keys.lasting.cosigning.sign($0) }
    let cosigned = SyncMessage.cosignatures(
      direction: 0, SyncCheckpoint(checkpoint, position: 3),
      [SyncCosignature(cosignature, by: key)])
    #expect(
      try Message.decode(cosigned.bytes)
        == .cosignatures(
          CosignatureSet(
            direction: .towardsAuthor, checkpoint: SignedSize(checkpoint, at: 3),
            cosignatures: [NamedCosignature(cosignature, by: key)])))
    let opening = SyncMessage.opening(genesis, position: 3)
    #expect(
      try Message.decode(opening.bytes)
        == .opening(
          PassedOpening(position: 3, leaf: genesis.batch.leaves, body: genesis.batch.bodies)))
    for isFull in [false, true] {
      let chunk = SyncMessage.chunk(
        SyncChunk(genesis.batch, request: 4, position: 3, full: isFull)
      ).bytes
      guard case .chunk(let read) = try Message.decode(chunk) else {
        Issue.record("no chunk")
        return
      }
      #expect(read.batch(of: chunk, extending: genesis.before)?.batch == genesis.batch)
    }
  }
}

extension Message {
  /// The same, as the simulator has it. A new type does not compile without its line here.
  fileprivate func said(in bytes: [UInt8]) -> SyncMessage {
    switch self {
    case .hello(let body): .hello(version: body.version, runID: body.runID, carry: body.carry)
    case .logs(let body): .logs(first: body.first, saltedIDs: body.saltedIDs)
    case .heads(let body): .heads(body.heads.map(\.said))
    case .checkpoint(let body): .checkpoint(body.said)
    case .pull(let body): .pull(body.said)
    case .credit(let body): .credit(request: body.request, bytes: body.bytes)
    case .chunk(let body): .chunk(body.said(in: bytes))
    case .end(let body): .end(request: body.request, reason: body.reason.rawValue)
    case .prune(let body): .prune(position: body.position)
    case .graft(let body): .graft(position: body.position, size: body.size.value)
    case .cosignatures(let body):
      .cosignatures(
        direction: body.direction.rawValue, body.checkpoint.said, body.cosignatures.map(\.said))
    case .proof(let body): .proof(position: body.position, body.bytes)
    case .ping: .ping
    case .pong: .pong
    case .digest(let body): .digest(body.digest)
    case .entry(let body): .entry(position: body.position, leaf: body.leaf)
    case .copy: .copy
    case .opening(let body):
      .opening(position: body.position, leaf: body.leaf, body: body.body)
    case .probe(let body):
      .probe(
        position: body.position, index: body.index.value, headerHash: body.headerHash.array)
    case .probed(let body):
      .probed(position: body.position, index: body.index.value, answer: body.answer.rawValue)
    case .exhibit(let body): .exhibit(position: body.position, body.bytes)
    case .leave(let body): .leave(request: body.request)
    }
  }
}

extension AnnouncedHead {
  fileprivate var said: SyncHead {
    SyncHead(position: position, size: size.value, leafHash: leafHash.array)
  }
}

extension SignedSize {
  fileprivate var said: SyncCheckpoint {
    SyncCheckpoint(
      position: position, size: size.value, root: root.array, signature: signature.array)
  }
}

extension PullRequest {
  fileprivate var said: SyncPull {
    SyncPull(
      request: request, position: position, range: from.value..<to.value, credit: credit,
      form: form.rawValue)
  }
}

extension NamedCosignature {
  fileprivate var said: SyncCosignature {
    SyncCosignature(
      name: Array(name.text.utf8), key: key.array, time: time, signature: signature.array)
  }
}

extension Chunk {
  fileprivate func said(in bytes: [UInt8]) -> SyncChunk {
    let flags: UInt8 =
      switch form {
      case .compact: 0
      case .full: states == nil ? 1 : 3
      case .leaves: 5
      }
    return SyncChunk(
      request: request, position: position, first: first, count: count,
      checkpointSize: checkpointSize, flags: flags, proof: proof.map(\.array),
      before: before.map(\.array), leaves: Array(bytes[leaves]),
      states: states?.map(\.onWire) ?? [], bodies: Array(bytes[bodies]))
  }
}
