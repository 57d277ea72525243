import Crypto
import Log

/// A foe's knowledge of one session, from listening to both sides.
struct SessionPage {
  let peer: NodeName
  private let handshakeHash: Digest
  private var ours: [[UInt8]] = []
  private var theirs: [[UInt8]] = []
  private var hasHeard = false
  /// The heads that this side announced last, by position.
  private(set) var announced: [Int: SyncHead] = [:]
  /// Pulls that the core opened, oldest first.
  private(set) var pulls: [SyncPull] = []

  init(_ peer: NodeName, handshakeHash: Digest) {
    self.peer = peer
    self.handshakeHash = handshakeHash
  }

  mutating func said(_ message: [UInt8]) {
    switch SyncMessage(message) {
    case .logs(_, let saltedIDs): ours += saltedIDs
    case .heads(let heads): for head in heads { announced[head.position] = head }
    case .pull(let pull): pulls.append(pull)
    default: break
    }
  }

  mutating func heard(_ message: [UInt8]) {
    guard case .logs(_, let saltedIDs) = SyncMessage(message) else { return }
    theirs += saltedIDs
    hasHeard = true
  }

  /// Both sides have listed their logs.
  var isReady: Bool { hasHeard && !ours.isEmpty }
  var listed: Int { ours.count }

  /// In this side's list.
  func position(of log: LogID) -> Int? { ours.firstIndex(of: log.salted(handshakeHash)) }
  func theirPosition(of log: LogID) -> Int? { theirs.firstIndex(of: log.salted(handshakeHash)) }
  func shares(_ log: LogID) -> Bool { position(of: log) != nil && theirPosition(of: log) != nil }

  /// Which of `logs` stands at a position of this side's list.
  func log(atOurs position: Int, of logs: [LogIdentity]) -> LogIdentity? {
    guard ours.indices.contains(position) else { return nil }
    return logs.first { $0.id.salted(handshakeHash) == ours[position] }
  }

  /// Which of `logs` stands at a position of the peer's list.
  func log(atTheirs position: Int, of logs: [LogIdentity]) -> LogIdentity? {
    guard theirs.indices.contains(position) else { return nil }
    return logs.first { $0.id.salted(handshakeHash) == theirs[position] }
  }

  /// The digest that the peer expects: Protocols/sync.md, SYNC-14.
  var digest: [UInt8] {
    let heads = announced.sorted { $0.key < $1.key }.flatMap(\.value.bytes)
    return Array(SHA256.hash(heads).array.prefix(16))
  }
}
