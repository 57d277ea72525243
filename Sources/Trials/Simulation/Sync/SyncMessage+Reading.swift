extension SyncMessage {
  /// Logs of a session, and so heads of a message (SYNC-2).
  private static let mostLogs = 4_096
  private static let leafBytes = 216

  /// - Returns: nil when the specification has no such message, whatever was said before it on the
  ///   session.
  init?(_ message: [UInt8]) {
    guard let type = SyncType(of: message) else { return nil }
    var reader = SyncReader(message)
    guard let read = try? SyncMessage(type, &reader), reader.isAtEnd else { return nil }
    self = read
  }

  private init(_ type: SyncType, _ reader: inout SyncReader) throws(SyncReader.Malformed) {
    switch type {
    case .hello:
      self = .hello(
        version: try reader.number(), runID: try reader.take(16), carry: try reader.number())
    case .logs: self = try SyncMessage.logs(&reader)
    case .heads: self = try SyncMessage.heads(&reader)
    case .checkpoint: self = .checkpoint(try SyncCheckpoint(&reader))
    case .pull: self = .pull(try SyncPull(&reader))
    case .credit: self = .credit(request: try reader.number(), bytes: try reader.number())
    case .chunk: self = .chunk(try SyncChunk(&reader))
    case .end: self = .end(request: try reader.number(), reason: try reader.choice(below: 4))
    case .prune: self = .prune(position: try reader.position())
    case .graft: self = .graft(position: try reader.position(), size: try reader.size())
    case .cosignatures: self = try SyncMessage.cosignatures(&reader)
    case .proof: self = .proof(position: try reader.position(), try reader.short(atMost: 6_144))
    case .ping: self = .ping
    case .pong: self = .pong
    case .digest: self = .digest(try reader.take(16))
    case .entry:
      self = .entry(
        position: try reader.position(), leaf: try reader.take(SyncMessage.leafBytes))
    case .copy: self = .copy
    case .opening:
      self = .opening(
        position: try reader.position(), leaf: try reader.take(SyncMessage.leafBytes),
        body: try reader.short(atMost: 2_560))
    case .probe:
      self = .probe(
        position: try reader.position(), index: try reader.size(),
        headerHash: try reader.take(32))
    case .probed:
      self = .probed(
        position: try reader.position(), index: try reader.size(),
        answer: try reader.choice(below: 3))
    case .exhibit:
      self = .exhibit(position: try reader.position(), try reader.short(atMost: 2_500))
    case .leave: self = .leave(request: try reader.number())
    }
  }

  private static func logs(
    _ reader: inout SyncReader
  ) throws(SyncReader.Malformed) -> SyncMessage {
    let first = try reader.position()
    let count = try reader.position()
    try reader.demand(first + count <= mostLogs)
    var ids: [[UInt8]] = []
    for _ in 0..<count { ids.append(try reader.take(16)) }
    return .logs(first: first, saltedIDs: ids)
  }

  private static func heads(
    _ reader: inout SyncReader
  ) throws(SyncReader.Malformed) -> SyncMessage {
    let count = try reader.position()
    try reader.demand(count <= mostLogs)
    var heads: [SyncHead] = []
    for _ in 0..<count { heads.append(try SyncHead(&reader)) }
    try reader.demand(Set(heads.map(\.position)).count == count)
    return .heads(heads)
  }

  private static func cosignatures(
    _ reader: inout SyncReader
  ) throws(SyncReader.Malformed) -> SyncMessage {
    let direction = try reader.choice(below: 2)
    let checkpoint = try SyncCheckpoint(&reader)
    let count: UInt8 = try reader.number()
    try reader.demand((1...16).contains(count))
    var lines: [SyncCosignature] = []
    for _ in 0..<count { lines.append(try SyncCosignature(&reader)) }
    try reader.demand(Set(lines.map(\.name)).count == lines.count)
    return .cosignatures(direction: direction, checkpoint, lines)
  }
}
