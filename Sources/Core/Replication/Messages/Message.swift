/// A message of Protocols/sync.md, 1, as it was received. Each has a file of its own: its fields,
/// how it is written and how it is read.
///
/// To add one: its file, its number in `MessageType`, its line here and in `Replicator.handle`; and
/// vectors, its lines in the simulator's own codec and a foe, which tests ask for
/// (docs/architecture.md).
enum Message: Equatable {
  case hello(Hello)
  case logs(Logs)
  case heads(Heads)
  case checkpoint(SignedSize)
  case pull(PullRequest)
  case credit(Credit)
  case chunk(Chunk)
  case end(End)
  case prune(Prune)
  case graft(Graft)
  case cosignatures(CosignatureSet)
  case proof(Proof)
  case ping(Ping)
  case pong(Pong)
  case digest(HeadsDigest)
  case entry(Leaf)
  case copy(Copy)
  case opening(PassedOpening)
  case probe(Probe)
  case probed(Probed)
  case exhibit(PassedExhibit)
  case leave(Leave)

  /// - Parameter bytes: one whole message of a session.
  static func decode(_ bytes: [UInt8]) throws(MalformedMessage) -> Message {
    guard let first = bytes.first, let type = MessageType(rawValue: first) else {
      throw MalformedMessage(what: "unknown type")
    }
    do {
      var reader = MessageReader(bytes)
      _ = try reader.u8()
      let message = try read(type, &reader)
      try reader.finish()
      return message
    } catch let error as MalformedMessage {
      throw error
    } catch {
      throw MalformedMessage(what: "\(type) has a wrong length")
    }
  }

  private static func read(_ type: MessageType, _ reader: inout MessageReader) throws -> Message {
    switch type {
    case .hello: .hello(try Hello(from: &reader))
    case .logs: .logs(try Logs(from: &reader))
    case .heads: .heads(try Heads(from: &reader))
    case .checkpoint: .checkpoint(try SignedSize(from: &reader))
    case .pull: .pull(try PullRequest(from: &reader))
    case .credit: .credit(try Credit(from: &reader))
    case .chunk: .chunk(try Chunk(from: &reader))
    case .end: .end(try End(from: &reader))
    case .prune: .prune(try Prune(from: &reader))
    case .graft: .graft(try Graft(from: &reader))
    case .cosignatures: .cosignatures(try CosignatureSet(from: &reader))
    case .proof: .proof(try Proof(from: &reader))
    case .ping: .ping(Ping())
    case .pong: .pong(Pong())
    case .digest: .digest(try HeadsDigest(from: &reader))
    case .entry: .entry(try Leaf(from: &reader))
    case .copy: .copy(Copy())
    case .opening: .opening(try PassedOpening(from: &reader))
    case .probe: .probe(try Probe(from: &reader))
    case .probed: .probed(try Probed(from: &reader))
    case .exhibit: .exhibit(try PassedExhibit(from: &reader))
    case .leave: .leave(try Leave(from: &reader))
    }
  }
}

/// Why bytes from a peer are no message. The session is closed; nothing is salvaged.
struct MalformedMessage: Error, Equatable {
  var what: String
}

/// The version that a session speaks: Protocols/sync.md, SYNC-7.
public enum Version {
  public static let current: UInt16 = 1
}
