import Crypto
import Log
import Wire

/// The messages of Protocols/sync.md, 1, but for the chunk, which `Chunk` reads in place.
enum Message: Equatable {
  case hello(version: UInt16, runID: [UInt8], carry: UInt8)
  case logs(first: Int, saltedIDs: [[UInt8]])
  case heads([AnnouncedHead])
  case checkpoint(SignedSize)
  case pull(PullRequest)
  case credit(request: UInt32, bytes: UInt32)
  case chunk
  case end(request: UInt32, reason: EndReason)
  case prune(position: Int)
  case graft(position: Int, size: LogSize)
  case cosignatures(CosignatureSet)
  case proof(position: Int, bytes: [UInt8])
  case ping
  case pong
  case digest([UInt8])
  /// - leaf: 216 bytes; which entry it is, it says itself.
  case entry(position: Int, leaf: [UInt8])
  case copy
  case opening(position: Int, leaf: [UInt8], body: [UInt8])
  /// - headerHash: of the sender's entry `index`.
  case probe(position: Int, index: LogSize, headerHash: Digest)
  case probed(position: Int, index: LogSize, ProbeAnswer)
  case exhibit(position: Int, bytes: [UInt8])
  case leave(request: UInt32)
}

struct AnnouncedHead: Equatable {
  var position: Int
  var size: LogSize
  var leafHash: Digest
  static let byteCount = 44
}

/// A checkpoint without what the receiver can derive.
struct SignedSize: Equatable {
  var position: Int
  var size: LogSize
  var root: Digest
  var signature: Signature
}

extension SignedSize {
  init(_ checkpoint: VerifiedCheckpoint, at position: Int) {
    self.init(
      position: position, size: LogSize(own: checkpoint.size), root: checkpoint.root,
      signature: checkpoint.signature)
  }
}

/// Cosignatures over one checkpoint, without what the receiver can derive.
struct CosignatureSet: Equatable {
  var direction: CosignedDirection
  var checkpoint: SignedSize
  var cosignatures: [NamedCosignature]
}

/// A cosignature and the whole identity of who made it: 32 bits of a key id could be anybody's.
struct NamedCosignature: Equatable {
  var name: NodeName
  var key: CosigningPublicKey
  var time: UInt64
  var signature: Signature

  /// As it is kept, and stands in a note.
  var cosignature: Cosignature {
    Cosignature(
      name: name, keyID: Cosignature.keyID(name: name, key: key), time: time, signature: signature)
  }
}

extension NamedCosignature {
  init(_ cosignature: Cosignature, by key: CosigningPublicKey) {
    self.init(
      name: cosignature.name, key: key, time: cosignature.time, signature: cosignature.signature)
  }
}

struct PullRequest: Equatable {
  var request: UInt32
  var position: Int
  var from: LogSize
  var to: LogSize
  var credit: UInt32
  var form: PullForm
}

/// How the entries of an answer travel.
enum PullForm: UInt8 {
  /// Without what the receiver can derive.
  case compact = 0
  /// Whole leaves, and what they need to be checked without the receiver's copy of the log.
  case full = 1
  /// Those, and no bodies.
  case leaves = 2
}

enum EndReason: UInt8 {
  case done = 0
  case notHere = 1
  case busy = 2
  case readError = 3
}

enum ProbeAnswer: UInt8 {
  case same = 0
  case different = 1
  case notHere = 2
}

enum CosignedDirection: UInt8 {
  case towardsAuthor = 0
  case fromAuthor = 1
}

/// Why bytes from a peer are no message. The session is closed; nothing is salvaged.
struct MalformedMessage: Error, Equatable {
  var what: String
}

enum MessageType: UInt8, CaseIterable {
  case hello = 1
  case logs = 2
  case heads = 3
  case checkpoint = 4
  case pull = 5
  case credit = 6
  case chunk = 7
  case end = 8
  case prune = 9
  case graft = 10
  case cosignatures = 11
  case proof = 12
  case ping = 13
  case pong = 14
  case digest = 15
  case entry = 16
  case copy = 17
  case opening = 18
  case probe = 19
  case probed = 20
  case exhibit = 21
  case leave = 22
}

extension MessageType {
  /// Whether the message of that first byte asks for entries.
  static func isQuestion(_ first: UInt8) -> Bool {
    first == pull.rawValue || first == credit.rawValue
  }

  /// Of a message about one log: where in it the position of that log stands.
  var placeOfPosition: Int? {
    switch self {
    case .checkpoint, .prune, .graft, .proof, .entry, .opening, .probe, .probed, .exhibit: 1
    case .cosignatures: 2
    case .pull, .chunk: 5
    case .hello, .logs, .heads, .credit, .end, .ping, .pong, .digest, .copy, .leave: nil
    }
  }
}

/// What a session speaks: Protocols/sync.md, SYNC-7.
public enum Version {
  public static let current: UInt16 = 1
}
