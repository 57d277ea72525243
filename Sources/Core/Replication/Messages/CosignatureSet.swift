import Crypto
import Log
import Wire

/// Cosignatures over one checkpoint, without what the receiver can derive: SYNC-53.
struct CosignatureSet: MessageBody {
  static let type = MessageType.cosignatures
  var direction: CosignedDirection
  var checkpoint: SignedSize
  var cosignatures: [NamedCosignature]
}

enum CosignedDirection: UInt8 {
  case towardsAuthor = 0
  case fromAuthor = 1
}

extension CosignatureSet {
  /// As many messages as the cosignatures need.
  static func sets(
    _ direction: CosignedDirection, _ checkpoint: SignedSize, _ cosignatures: [NamedCosignature]
  ) -> [CosignatureSet] {
    stride(from: 0, to: cosignatures.count, by: Limits.cosignaturesOfMessage).map { start in
      let end = min(start + Limits.cosignaturesOfMessage, cosignatures.count)
      return CosignatureSet(
        direction: direction, checkpoint: checkpoint,
        cosignatures: Array(cosignatures[start..<end]))
    }
  }

  init(from reader: inout MessageReader) throws {
    guard let direction = CosignedDirection(rawValue: try reader.u8()) else {
      throw MalformedMessage(what: "unknown direction of a cosignature")
    }
    self.direction = direction
    checkpoint = try SignedSize(from: &reader)
    let count = Int(try reader.u8())
    guard (1...Limits.cosignaturesOfMessage).contains(count) else {
      throw MalformedMessage(what: "\(count) cosignatures")
    }
    cosignatures = []
    for _ in 0..<count { cosignatures.append(try NamedCosignature(from: &reader)) }
    // One that is named often would count as many, and no honest set would be larger.
    guard Set(cosignatures.map(\.name)).count == count else {
      throw MalformedMessage(what: "a cosigner named twice")
    }
  }

  func write(to writer: inout ByteWriter) {
    writer.u8(direction.rawValue)
    checkpoint.write(to: &writer)
    writer.u8(UInt8(cosignatures.count))
    for line in cosignatures { line.write(to: &writer) }
  }
}
