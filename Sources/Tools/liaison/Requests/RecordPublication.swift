import CommandLine
import Crypto
import JSON
import Node
import Records
import Secrets

/// One record that a verb makes, checked and published as those of a file are.
struct RecordPublication {
  /// Letters and digits of a made id: 32 bits, so that a node meets one twice in 65,000 records.
  private static let idBytes = 4

  private let own: OwnIDs
  private let daemon: DaemonConnection

  /// The node's name.
  var node: String { own.node }

  /// Says whom signing waits for, if it does.
  init(_ arguments: Arguments) throws(Failure) {
    daemon = try DaemonConnection(arguments.folder)
    try PublishVerb.sayWhoIsWaitedFor(daemon)
    own = try OwnIDs(arguments.folder)
  }

  /// An id that nobody has to think of: `rfi-1f4b09aa`.
  static func makeID(_ kind: String) -> String {
    var random = SystemRandom()
    return "\(kind)-\(Hex.encode(random.bytes(idBytes)))"
  }

  /// Prints the entry once it is durable.
  /// - Parameters:
  ///   - to: names of nodes.
  ///   - expiryDay: nil: it does not expire.
  func publish(_ bytes: [UInt8], to: [String], expiryDay: Int? = nil) throws(Failure) {
    let record = try RecordPublication.record(bytes)
    let shared = SharedRecord.readToPublish(record)
    if let problem = shared.problems.first(where: \.isRefusal) {
      throw Failure(
        .dataError, problem.sentence.sentence, hint: problem.hint + " Nothing was published.")
    }
    if let id = shared.id, let standing = try own.firstStanding([own.hash(id): 1]) {
      throw Failure(
        .dataError, "The id \(id.text) stands already, at \(standing.version.entry) (REC-92).",
        hint: "Give another one with --id. Nothing was published.")
    }
    do throws(ControlError) {
      do throws(Failure) {
        try daemon.send(
          ControlCall.encode(
            "Publish", PublishRequest(to: to, records: [record], expiryDay: expiryDay)))
      } catch {
        throw DaemonConnection.connectionLost
      }
      let reply = try daemon.publishAnswer()
      if reply.hasNotes { PublishVerb.warn(reply) }
      PublishVerb.print(reply.entries)
    } catch DaemonConnection.connectionLost {
      throw Failure(
        .unavailable, "The daemon went away; whether the record was published is not known.",
        hint: "See liaison tail --log before the same is done again.")
    } catch {
      throw Failure(error)
    }
  }

  private static func record(_ bytes: [UInt8]) throws(Failure) -> Record {
    do throws(JSONProblem) { return try Record(checking: bytes) } catch {
      throw Failure(.dataError, "The record \(error.reason).", hint: error.hint)
    }
  }
}
