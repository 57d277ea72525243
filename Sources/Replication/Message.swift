import Crypto
import Log
import Wire

/// The messages of Protocols/sync.md, 1, but for the chunk, which `Chunk` reads in place.
enum Message: Equatable {
  case hello(versions: ClosedRange<UInt16>, runID: [UInt8], carry: UInt8)
  case logs(first: Int, saltedIDs: [[UInt8]])
  case heads([AnnouncedHead])
  case checkpoint(position: Int, note: [UInt8])
  case signedSize(SignedSize)
  case pull(PullRequest)
  case credit(request: UInt32, bytes: UInt32)
  case chunk
  case end(request: UInt32, reason: EndReason)
  case leave(request: UInt32)
  case prune(position: Int)
  case graft(position: Int, size: UInt64)
  case cosigned(direction: CosignedDirection, position: Int, note: [UInt8])
  case cosignatures(CosignatureSet)
  case ping
  case pong
  case digest([UInt8])
  /// - leaf: 216 bytes; which entry it is, it says itself.
  case entry(position: Int, leaf: [UInt8])
  case copy
  case opening(position: Int, leaf: [UInt8], body: [UInt8])
  case proof(position: Int, bytes: [UInt8])
  /// - headerHash: of the sender's entry `index`.
  case probe(position: Int, index: UInt64, headerHash: Digest)
  case probed(position: Int, index: UInt64, ProbeAnswer)
  case exhibit(position: Int, bytes: [UInt8])
  case leavesWanted(position: Int, from: UInt64, to: UInt64)
  case leaves(LeafRunMessage)
}

struct AnnouncedHead: Equatable {
  var position: Int
  var size: UInt64
  var leafHash: Digest
  static let byteCount = 44
}

/// A checkpoint without what the receiver can derive.
struct SignedSize: Equatable {
  var position: Int
  var size: UInt64
  var root: Digest
  var signature: Signature
}

extension SignedSize {
  init(_ checkpoint: VerifiedCheckpoint, at position: Int) {
    self.init(
      position: position, size: checkpoint.size, root: checkpoint.root,
      signature: checkpoint.signature)
  }
}

/// Cosignatures over one checkpoint, without what the receiver can derive.
struct CosignatureSet: Equatable {
  var direction: CosignedDirection
  var checkpoint: SignedSize
  var cosignatures: [Line]

  struct Line: Equatable {
    var keyID: UInt32
    var time: UInt64
    var signature: Signature
    static let byteCount = 4 + 8 + Signature.byteCount
  }
}

struct PullRequest: Equatable {
  var request: UInt32
  var position: Int
  var from: UInt64
  var to: UInt64
  var credit: UInt32
  var full: Bool
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

enum MessageType: UInt8 {
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
  case cosigned = 11
  case proof = 12
  case ping = 13
  case pong = 14
  case digest = 15
  case entry = 16
  case copy = 17
  case opening = 18
  case signedSize = 24
  case cosignatures = 25
  case leave = 26
  case probe = 19
  case probed = 20
  case exhibit = 21
  case leavesWanted = 22
  case leaves = 23
}

extension Message {
  static let maximumSize = UInt64(Int64.max)
}

/// What a session may speak: Protocols/sync.md, 2.
public enum Version {
  public static let newest: UInt16 = 2
  /// Checkpoints travel as notes.
  public static let oldest: UInt16 = 1
}
