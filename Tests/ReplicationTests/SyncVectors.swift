import Crypto
import Log

@testable import Replication

/// The messages of Protocols/vectors/sync.json.
enum SyncVectors {
  struct Vector: Codable, Equatable {
    var name: String
    var rule: String
    var hex: String
    /// Absent for known answers.
    var refusal: String?

    var bytes: [UInt8] { Hex.decode(hex)! }

    init(_ name: String, _ rule: String, _ bytes: [UInt8], refusal: String? = nil) {
      self.name = name
      self.rule = rule
      hex = Hex.encode(bytes)
      self.refusal = refusal
    }
  }

  private static let id = [UInt8](0..<16)
  private static let head = AnnouncedHead(
    position: 1, size: 17, leafHash: SHA256.hash(Array("leaf".utf8)))
  private static let pull = PullRequest(
    request: 7, position: 0, from: 1, to: 3, credit: 1 << 20, form: .full)

  static let known: [Vector] = [
    Vector("hello", "SYNC-1", Hello(version: 1, runID: id, carry: 0).encode()),
    Vector("logs", "SYNC-2", Logs(first: 2, saltedIDs: [id, id.reversed()]).encode()),
    Vector("heads", "SYNC-10", Heads([head]).encode()),
    Vector("checkpoint", "SYNC-50", signedSize),
    Vector("pull", "SYNC-30", pull.encode()),
    Vector("credit", "SYNC-31", Credit(request: 7, bytes: 4_096).encode()),
    Vector("chunk, one compact entry", "SYNC-20", compactChunk),
    Vector("end", "SYNC-30", End(request: 7, reason: .done).encode()),
    Vector("prune", "SYNC-40", Prune(position: 1).encode()),
    Vector("graft", "SYNC-40", Graft(position: 1, size: LogSize(17)!).encode()),
    Vector("cosignatures", "SYNC-52", cosignatures),
    Vector("proof", "SYNC-80", Proof(position: 1, bytes: [1, 2, 3]).encode()),
    Vector("ping", "SYNC-5", Ping().encode()),
    Vector("pong", "SYNC-5", Pong().encode()),
    Vector("digest", "SYNC-14", HeadsDigest(id).encode()),
    Vector(
      "no heads: the answer of a node that has nothing", "SYNC-10", Heads([]).encode()),
    Vector("entry", "SYNC-15", Leaf(position: 1, leaf: leaf).encode()),
    Vector("copy", "SYNC-4", Copy().encode()),
    Vector("opening", "SYNC-70", opening),
    Vector(
      "probe", "SYNC-82",
      Probe(position: 1, index: LogSize(16)!, headerHash: SHA256.hash([5])).encode()),
    Vector(
      "probed", "SYNC-82",
      Probed(position: 1, index: LogSize(16)!, answer: .different).encode()),
    Vector("exhibit", "SYNC-83", PassedExhibit(position: 1, bytes: [4, 5]).encode()),
    Vector("chunk of a whole leaf under a checkpoint", "SYNC-21", fullChunk),
    Vector("chunk of a leaf without its body", "SYNC-25", absentChunk),
    Vector("chunk of leaves alone", "SYNC-89", leavesChunk),
    Vector("leave", "SYNC-32", Leave(request: 7).encode()),
  ]

  private static let leaf = [UInt8](0..<216)
  private static let signature = Signature([UInt8](0..<64))!
  private static let checkpoint = SignedSize(
    position: 1, size: LogSize(17)!, root: SHA256.hash(Array("root".utf8)), signature: signature)
  private static let signedSize = checkpoint.encode()
  private static let cosignatures =
    CosignatureSet(
      direction: .towardsAuthor, checkpoint: checkpoint,
      cosignatures: [
        NamedCosignature(
          name: try! NodeName("be"), key: CosigningPublicKey(SHA256.hash([6]).bytes),
          time: 1_700_000_000, signature: signature)
      ]
    )
    .encode()
  private static var opening: [UInt8] {
    PassedOpening(position: 1, leaf: leaf, body: Array("liaison-genesis/v1\n".utf8)).encode()
  }

  private static let compactChunk = chunk(.compact)
  private static let fullChunk = chunk(.full)
  private static let leavesChunk = chunk(.leaves)
  private static let absentChunk = chunk(.full, [.absent])

  /// A chunk of entry 5, one of three bytes: two subtrees stand below it.
  private static func chunk(_ form: PullForm, _ states: [BodyState]? = nil) -> [UInt8] {
    var leaf = [UInt8](repeating: 0xab, count: EntryLayout.leafBytes)
    leaf.replaceSubrange(68..<72, with: [0, 0, 0, 3])
    let batch = try? EntryBatch(
      first: 5, leaves: leaf, bodies: states == nil ? [1, 2, 3] : [], bodyStates: states)
    let anchor = Chunk.Anchor(
      checkpointSize: 9, proof: [SHA256.hash([4])], before: [SHA256.hash([1]), SHA256.hash([2])])
    return Chunk.encode(batch!, request: 7, position: 1, anchor, form: form)
  }

  private static func edited(_ bytes: [UInt8], _ offset: Int, _ new: [UInt8]) -> [UInt8] {
    var bytes = bytes
    bytes.replaceSubrange(offset..<(offset + new.count), with: new)
    return bytes
  }

  static let malformed: [Vector] = [
    Vector("no type", "SYNC 1", [], refusal: "malformed"),
    Vector("type 0", "SYNC 1", [0], refusal: "malformed"),
    Vector("reserved type", "SYNC 1", [23, 0, 0, 0, 0], refusal: "malformed"),
    Vector("trailing byte", "SYNC 1", [13, 0], refusal: "malformed"),
    Vector(
      "4,097 logs", "SYNC-2",
      [2, 0, 0, 0, 2, 0, 0, 0x10, 1] + [UInt8](repeating: 0, count: 65_552),
      refusal: "malformed"),
    Vector(
      "list of logs with a gap", "SYNC-2", Logs(first: 5, saltedIDs: [id]).encode(),
      refusal: "malformed"),
    Vector(
      "head of size 0", "SYNC-10",
      edited(Heads([head]).encode(), 9, [UInt8](repeating: 0, count: 8)),
      refusal: "malformed"),
    Vector(
      "head beyond 2^48-1", "SYNC-8", edited(Heads([head]).encode(), 9, [0, 1]),
      refusal: "malformed"),
    Vector(
      "head of 2^63-1", "SYNC-8",
      edited(Heads([head]).encode(), 9, [0x7f] + [UInt8](repeating: 0xff, count: 7)),
      refusal: "malformed"),
    Vector(
      "pull to beyond 2^48-1", "SYNC-8", edited(pull.encode(), 17, [0, 1]),
      refusal: "malformed"),
    Vector(
      "graft beyond 2^48-1", "SYNC-8",
      edited(Graft(position: 1, size: LogSize(17)!).encode(), 5, [0, 1]),
      refusal: "malformed"),
    Vector(
      "checkpoint beyond 2^48-1", "SYNC-8", edited(signedSize, 5, [0, 1]), refusal: "malformed"),
    Vector(
      "chunk under a checkpoint beyond 2^48-1", "SYNC-8", edited(compactChunk, 21, [0, 1]),
      refusal: "malformed"),
    Vector(
      "probe beyond 2^48-1", "SYNC-8",
      edited(
        Probe(position: 1, index: LogSize(16)!, headerHash: .zero).encode(), 5, [0, 1]),
      refusal: "malformed"),
    Vector(
      "position not listed", "SYNC-3", edited(Heads([head]).encode(), 5, [0, 0, 0, 9]),
      refusal: "malformed"),
    Vector(
      "pull with request 0", "SYNC-30", edited(pull.encode(), 1, [0, 0, 0, 0]),
      refusal: "malformed"),
    Vector(
      "pull of nothing", "SYNC-30", edited(pull.encode(), 16, [3]),
      refusal: "malformed"),
    Vector("unknown end reason", "SYNC-30", [8, 0, 0, 0, 1, 9], refusal: "malformed"),
    Vector("unknown direction", "SYNC-52", [11, 2, 0, 0, 0, 0, 0, 0], refusal: "malformed"),
    Vector(
      "chunk of no entries", "SYNC-20", edited(compactChunk, 17, [0, 0, 0, 0]), refusal: "malformed"
    ),
    Vector(
      "chunk of more entries than bytes", "SYNC-20", edited(compactChunk, 17, [0, 0, 0xff, 0xff]),
      refusal: "malformed"),
    Vector(
      "chunk with unknown flags", "SYNC-20", edited(compactChunk, 29, [8]), refusal: "malformed"),
    Vector(
      "states of compact leaves", "SYNC-20", edited(compactChunk, 29, [2]), refusal: "malformed"),
    Vector(
      "leaves alone, with states", "SYNC-89", edited(leavesChunk, 29, [7]), refusal: "malformed"),
    Vector(
      "one subtree below entry 5", "SYNC-21", edited(fullChunk, 63, [1]), refusal: "malformed"),
    Vector("chunk with 65 hashes", "SYNC-21", edited(compactChunk, 30, [65]), refusal: "malformed"),
    Vector(
      "chunk beyond the last index", "SYNC-20",
      edited(compactChunk, 9, [0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]),
      refusal: "malformed"),
    Vector(
      "digest of 15 bytes", "SYNC-14", [15] + [UInt8](repeating: 0, count: 15), refusal: "malformed"
    ),
    Vector(
      "entry of 215 bytes", "SYNC-15",
      Array(Leaf(position: 1, leaf: leaf).encode().dropLast()),
      refusal: "malformed"),
    Vector(
      "entry of a log that is not listed", "SYNC-15",
      Leaf(position: 9, leaf: leaf).encode(),
      refusal: "malformed"),
    Vector(
      "checkpoint of nothing", "SYNC-50", edited(signedSize, 5, [UInt8](repeating: 0, count: 8)),
      refusal: "malformed"),
    Vector(
      "no cosignatures", "SYNC-52", edited(Array(cosignatures.prefix(111)), 110, [0]),
      refusal: "malformed"),
    Vector(
      "17 cosignatures", "SYNC-52",
      edited(Array(cosignatures.prefix(111)), 110, [17])
        + [UInt8](repeating: 1, count: 17 * 107),
      refusal: "malformed"),
    Vector(
      "cosignature by a name that is none", "SYNC-52", edited(cosignatures, 112, [0x2f, 0x2f]),
      refusal: "malformed"),
    Vector("copy with a body", "SYNC-4", [17, 0], refusal: "malformed"),
    Vector(
      "opening without its body", "SYNC-70", Array(opening.dropLast()), refusal: "malformed"),
    Vector(
      "opening after a log that is not listed", "SYNC-70", edited(opening, 4, [9]),
      refusal: "malformed"),
    Vector(
      "opening with a body that is too long", "SYNC-70",
      PassedOpening(
        position: 1, leaf: leaf,
        body: [UInt8](repeating: 0x20, count: LogLimits.publicBodyBytes + 1)
      ).encode(),
      refusal: "malformed"),
  ]
}
