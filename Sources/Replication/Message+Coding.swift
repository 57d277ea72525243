import Crypto
import Log
import Wire

extension Message {
  /// - Parameter bytes: one whole message of a session.
  static func decode(_ bytes: [UInt8]) throws(MalformedMessage) -> Message {
    guard let first = bytes.first, let type = MessageType(rawValue: first) else {
      throw MalformedMessage(what: "unknown type")
    }
    if type == .chunk { return .chunk }
    do {
      var reader = MessageReader(bytes)
      _ = try reader.u8()
      let message = try body(of: type, &reader)
      try reader.finish()
      return message
    } catch let error as MalformedMessage {
      throw error
    } catch {
      throw MalformedMessage(what: "\(type) has a wrong length")
    }
  }

  private static func body(of type: MessageType, _ reader: inout MessageReader) throws -> Message {
    switch type {
    case .hello:
      return try hello(&reader)
    case .logs:
      return try logs(&reader)
    case .heads:
      return try heads(&reader)
    case .checkpoint: return .checkpoint(try signedSize(&reader))
    case .pull:
      return try pull(&reader)
    case .credit:
      return .credit(request: try reader.u32(), bytes: try reader.u32())
    case .chunk:
      return .chunk
    case .end:
      let request = try reader.u32()
      guard let reason = EndReason(rawValue: try reader.u8()) else {
        throw MalformedMessage(what: "unknown end reason")
      }
      return .end(request: request, reason: reason)
    case .leave: return .leave(request: try reader.u32())
    case .prune:
      return .prune(position: Int(try reader.u32()))
    case .graft:
      let position = Int(try reader.u32())
      return .graft(position: position, size: try reader.logSize())
    case .cosignatures: return .cosignatures(try cosignatures(&reader))
    case .ping: return .ping
    case .pong: return .pong
    case .digest: return .digest(try reader.bytes(16))
    case .entry:
      return .entry(
        position: Int(try reader.u32()), leaf: try reader.bytes(EntryLayout.leafBytes))
    case .copy: return .copy
    case .opening: return try opening(&reader)
    case .proof:
      return .proof(
        position: Int(try reader.u32()),
        bytes: try short(&reader, "proof", atMost: LogLimits.proofBytes))
    case .probe:
      return .probe(
        position: Int(try reader.u32()), index: try reader.logSize(),
        headerHash: try reader.digest())
    case .probed:
      let position = Int(try reader.u32())
      let index = try reader.logSize()
      guard let answer = ProbeAnswer(rawValue: try reader.u8()) else {
        throw MalformedMessage(what: "unknown answer to a probe")
      }
      return .probed(position: position, index: index, answer)
    case .exhibit:
      return .exhibit(
        position: Int(try reader.u32()),
        bytes: try short(&reader, "exhibit", atMost: LogLimits.exhibitBytes))
    }
  }

  /// Bytes behind their u16 length.
  private static func short(
    _ reader: inout MessageReader, _ what: String, atMost limit: Int
  ) throws -> [UInt8] {
    let length = Int(try reader.u16())
    guard length <= limit else { throw MalformedMessage(what: "\(what) beyond \(limit) bytes") }
    return try reader.bytes(length)
  }

  private static func direction(_ reader: inout MessageReader) throws -> CosignedDirection {
    guard let direction = CosignedDirection(rawValue: try reader.u8()) else {
      throw MalformedMessage(what: "unknown direction of a cosignature")
    }
    return direction
  }

  private static func cosignatures(_ reader: inout MessageReader) throws -> CosignatureSet {
    var set = CosignatureSet(
      direction: try direction(&reader), checkpoint: try signedSize(&reader), cosignatures: [])
    let count = Int(try reader.u8())
    guard (1...Limits.cosignaturesOfMessage).contains(count) else {
      throw MalformedMessage(what: "\(count) cosignatures")
    }
    for _ in 0..<count {
      set.cosignatures.append(
        NamedCosignature(
          name: try name(&reader), key: CosigningPublicKey(try reader.digest().bytes),
          time: try reader.u64(), signature: try signature(&reader)))
    }
    return set
  }

  private static func name(_ reader: inout MessageReader) throws -> NodeName {
    let bytes = try reader.bytes(Int(try reader.u8()))
    guard let text = String(validating: bytes, as: UTF8.self), let name = try? NodeName(text)
    else { throw MalformedMessage(what: "no name of a node") }
    return name
  }

  private static func signature(_ reader: inout MessageReader) throws -> Signature {
    guard let signature = Signature(try reader.bytes(Signature.byteCount)) else {
      throw MalformedMessage(what: "no signature")
    }
    return signature
  }

  private static func hello(_ reader: inout MessageReader) throws -> Message {
    .hello(version: try reader.u16(), runID: try reader.bytes(16), carry: try reader.u8())
  }

  private static func signedSize(_ reader: inout MessageReader) throws -> SignedSize {
    let position = Int(try reader.u32())
    let size = try reader.filledSize()
    return SignedSize(
      position: position, size: size, root: try reader.digest(),
      signature: try signature(&reader))
  }

  private static func opening(_ reader: inout MessageReader) throws -> Message {
    let position = Int(try reader.u32())
    let leaf = try reader.bytes(EntryLayout.leafBytes)
    let body = try short(&reader, "genesis body", atMost: LogLimits.publicBodyBytes)
    return .opening(position: position, leaf: leaf, body: body)
  }

  private static func logs(_ reader: inout MessageReader) throws -> Message {
    let first = Int(try reader.u32())
    let count = Int(try reader.u32())
    guard first + count <= Limits.logsOfSession else {
      throw MalformedMessage(what: "more logs than \(Limits.logsOfSession)")
    }
    var ids: [[UInt8]] = []
    for _ in 0..<count { ids.append(try reader.bytes(16)) }
    return .logs(first: first, saltedIDs: ids)
  }

  private static func heads(_ reader: inout MessageReader) throws -> Message {
    let count = Int(try reader.u32())
    guard count <= Limits.logsOfSession else {
      throw MalformedMessage(what: "more heads than \(Limits.logsOfSession)")
    }
    var heads: [AnnouncedHead] = []
    for _ in 0..<count {
      let position = Int(try reader.u32())
      let size = try reader.filledSize()
      heads.append(
        AnnouncedHead(position: position, size: size, leafHash: try reader.digest()))
    }
    return .heads(heads)
  }

  private static func pull(_ reader: inout MessageReader) throws -> Message {
    let request = try reader.u32()
    let position = Int(try reader.u32())
    let (from, to) = (try reader.logSize(), try reader.logSize())
    let credit = try reader.u32()
    guard request != 0, from < to, let form = PullForm(rawValue: try reader.u8()) else {
      throw MalformedMessage(what: "impossible pull")
    }
    return .pull(
      PullRequest(
        request: request, position: position, from: from, to: to, credit: credit, form: form))
  }

  func encode() -> [UInt8] {
    var writer = ByteWriter()
    switch self {
    case .hello(let version, let runID, let carry):
      writer.u8(MessageType.hello.rawValue)
      writer.u16(version)
      writer.write(runID)
      writer.u8(carry)
    case .logs(let first, let ids):
      writer.u8(MessageType.logs.rawValue)
      writer.u32(UInt32(first))
      writer.u32(UInt32(ids.count))
      for id in ids { writer.write(id) }
    case .heads(let heads):
      writer.u8(MessageType.heads.rawValue)
      writer.u32(UInt32(heads.count))
      for head in heads { head.append(to: &writer) }
    case .checkpoint(let checkpoint):
      writer.u8(MessageType.checkpoint.rawValue)
      checkpoint.append(to: &writer)
    case .cosignatures(let set):
      writer.u8(MessageType.cosignatures.rawValue)
      writer.u8(set.direction.rawValue)
      set.checkpoint.append(to: &writer)
      writer.u8(UInt8(set.cosignatures.count))
      for line in set.cosignatures {
        let name = Array(line.name.text.utf8)
        writer.u8(UInt8(name.count))
        writer.write(name)
        writer.write(line.key.array)
        writer.u64(line.time)
        writer.write(line.signature.array)
      }
    case .pull(let pull):
      writer.u8(MessageType.pull.rawValue)
      writer.u32(pull.request)
      writer.u32(UInt32(pull.position))
      writer.u64(pull.from.value)
      writer.u64(pull.to.value)
      writer.u32(pull.credit)
      writer.u8(pull.form.rawValue)
    case .credit(let request, let bytes):
      writer.u8(MessageType.credit.rawValue)
      writer.u32(request)
      writer.u32(bytes)
    case .chunk: preconditionFailure("a chunk is written by ChunkWriter")
    case .end(let request, let reason):
      writer.u8(MessageType.end.rawValue)
      writer.u32(request)
      writer.u8(reason.rawValue)
    case .leave(let request):
      writer.u8(MessageType.leave.rawValue)
      writer.u32(request)
    case .prune(let position):
      writer.u8(MessageType.prune.rawValue)
      writer.u32(UInt32(position))
    case .graft(let position, let size):
      writer.u8(MessageType.graft.rawValue)
      writer.u32(UInt32(position))
      writer.u64(size.value)
    case .ping: writer.u8(MessageType.ping.rawValue)
    case .pong: writer.u8(MessageType.pong.rawValue)
    case .digest(let digest):
      writer.u8(MessageType.digest.rawValue)
      writer.write(digest)
    case .entry(let position, let leaf):
      writer.u8(MessageType.entry.rawValue)
      writer.u32(UInt32(position))
      writer.write(leaf)
    case .copy: writer.u8(MessageType.copy.rawValue)
    case .opening(let position, let leaf, let body):
      writer.u8(MessageType.opening.rawValue)
      writer.u32(UInt32(position))
      writer.write(leaf)
      writer.u16(UInt16(body.count))
      writer.write(body)
    case .proof(let position, let bytes):
      writer.u8(MessageType.proof.rawValue)
      writer.u32(UInt32(position))
      writer.u16(UInt16(bytes.count))
      writer.write(bytes)
    case .probe(let position, let index, let headerHash):
      writer.u8(MessageType.probe.rawValue)
      writer.u32(UInt32(position))
      writer.u64(index.value)
      writer.write(headerHash.array)
    case .probed(let position, let index, let answer):
      writer.u8(MessageType.probed.rawValue)
      writer.u32(UInt32(position))
      writer.u64(index.value)
      writer.u8(answer.rawValue)
    case .exhibit(let position, let bytes):
      writer.u8(MessageType.exhibit.rawValue)
      writer.u32(UInt32(position))
      writer.u16(UInt16(bytes.count))
      writer.write(bytes)
    }
    return writer.bytes
  }
}

extension SignedSize {
  func append(to writer: inout ByteWriter) {
    writer.u32(UInt32(position))
    writer.u64(size.value)
    writer.write(root.array)
    writer.write(signature.array)
  }
}

extension AnnouncedHead {
  func append(to writer: inout ByteWriter) {
    writer.u32(UInt32(position))
    writer.u64(size.value)
    writer.write(leafHash.array)
  }
}
