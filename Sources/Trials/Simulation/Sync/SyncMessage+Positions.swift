extension SyncMessage {
  /// The position of the log that it is about; nil for a message about none, or about several.
  var position: Int? {
    switch self {
    case .checkpoint(let checkpoint), .cosignatures(_, let checkpoint, _): checkpoint.position
    case .pull(let pull): pull.position
    case .chunk(let chunk): chunk.position
    case .prune(let position), .graft(let position, _), .proof(let position, _),
      .entry(let position, _), .opening(let position, _, _), .probe(let position, _, _),
      .probed(let position, _, _), .exhibit(let position, _):
      position
    case .hello, .logs, .heads, .credit, .end, .ping, .pong, .digest, .copy, .leave: nil
    }
  }

  /// The same of the log at another position.
  func moved(to position: Int) -> SyncMessage {
    switch self {
    case .checkpoint(var checkpoint):
      checkpoint.position = position
      return .checkpoint(checkpoint)
    case .cosignatures(let direction, var checkpoint, let lines):
      checkpoint.position = position
      return .cosignatures(direction: direction, checkpoint, lines)
    case .pull(var pull):
      pull.position = position
      return .pull(pull)
    case .chunk(var chunk):
      chunk.position = position
      return .chunk(chunk)
    case .prune: return .prune(position: position)
    case .graft(_, let size): return .graft(position: position, size: size)
    case .proof(_, let bytes): return .proof(position: position, bytes)
    case .entry(_, let leaf): return .entry(position: position, leaf: leaf)
    case .opening(_, let leaf, let body):
      return .opening(position: position, leaf: leaf, body: body)
    case .probe(_, let index, let headerHash):
      return .probe(position: position, index: index, headerHash: headerHash)
    case .probed(_, let index, let answer):
      return .probed(position: position, index: index, answer: answer)
    case .exhibit(_, let bytes): return .exhibit(position: position, bytes)
    case .hello, .logs, .heads, .credit, .end, .ping, .pong, .digest, .copy, .leave: return self
    }
  }

  /// True when it says what its sender holds of the log at a position.
  func isOpinion(of position: Int) -> Bool {
    switch type {
    case .checkpoint, .cosignatures, .entry, .chunk, .proof, .probe, .probed, .exhibit:
      self.position == position
    default: false
    }
  }
}
