extension SyncMessage {
  var bytes: [UInt8] { [type.rawValue] + body }

  private var body: [UInt8] {
    switch self {
    case .hello(let version, let runID, let carry): big(version) + runID + [carry]
    case .logs(let first, let ids): big(UInt32(first)) + big(UInt32(ids.count)) + ids.joined()
    case .heads(let heads): big(UInt32(heads.count)) + heads.flatMap(\.bytes)
    case .checkpoint(let checkpoint): checkpoint.bytes
    case .pull(let pull): pull.bytes
    case .credit(let request, let bytes): big(request) + big(bytes)
    case .chunk(let chunk): chunk.bytes
    case .end(let request, let reason): big(request) + [reason]
    case .prune(let position): big(UInt32(position))
    case .graft(let position, let size): big(UInt32(position)) + big(size)
    case .cosignatures(let direction, let checkpoint, let lines):
      [direction] + checkpoint.bytes + [UInt8(lines.count)] + lines.flatMap(\.bytes)
    case .proof(let position, let bytes), .exhibit(let position, let bytes):
      big(UInt32(position)) + big(UInt16(bytes.count)) + bytes
    case .ping, .pong, .copy: []
    case .digest(let digest): digest
    case .entry(let position, let leaf): big(UInt32(position)) + leaf
    case .opening(let position, let leaf, let body):
      big(UInt32(position)) + leaf + big(UInt16(body.count)) + body
    case .probe(let position, let index, let headerHash):
      big(UInt32(position)) + big(index) + headerHash
    case .probed(let position, let index, let answer):
      big(UInt32(position)) + big(index) + [answer]
    case .leave(let request): big(request)
    }
  }
}

/// The bytes of an integer, big-endian.
func big(_ value: some FixedWidthInteger) -> [UInt8] {
  stride(from: value.bitWidth - 8, through: 0, by: -8).map {
    UInt8(truncatingIfNeeded: value >> $0)
  }
}
