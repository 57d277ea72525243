import Crypto
import Log
import Replica
import Replication
import Runtime
import Secrets
import Store

/// The state of this node's signing: the core's decision, the operator's decision, and the record
/// of it; and signatures that are no entries.
final class SigningDesk {
  private let loop: EventLoop
  private let replica: Replica
  private let author: Author
  private let keys: OwnKeys
  /// For people alone.
  private let tokenPath: String
  private let notices: Notices
  /// When signing began to wait for peers' answers, by the wall clock; for people alone.
  private var waitingSince: UInt64?

  init(
    _ loop: EventLoop, _ replica: Replica, _ author: Author, _ keys: OwnKeys,
    _ token: TokenFile, _ notices: Notices
  ) {
    self.loop = loop
    self.replica = replica
    self.author = author
    self.keys = keys
    tokenPath = token.path
    self.notices = notices
  }

  private var identity: LogIdentity { replica.identity }

  func cosign(_ checkpoint: VerifiedCheckpoint) -> (Cosignature, CosigningPublicKey) {
    let secrets = keys.present
    let cosignature = Cosignature.make(
      checkpoint: checkpoint, name: replica.card.name, key: secrets.cosigning.publicKey,
      time: loop.wallNow / 1_000
    ) { secrets.cosigning.sign($0) }
    return (cosignature, secrets.cosigning.publicKey)
  }

  func changed(_ state: SigningState) {
    switch state {
    case .ready:
      waitingSince = nil
      notices.logger.notice("signing in \(identity.origin)")
      author.resume()
    case .waiting(let peers):
      if waitingSince == nil { waitingSince = loop.wallNow }
      notices.logger.notice("not signing: waiting for the answers of \(replica.list(peers))")
      author.hold(for: peers)
    case .closed(let reason):
      author.close(because: reason)
      notices.logger.error("\(identity.origin) is closed here: \(reason)")
    }
  }

  /// The operator does not wait for peers' answers.
  func release() throws(ControlError) -> ReleaseReply {
    guard case .waiting(let peers) = replica.core.signing else {
      throw .refused(
        reason: "signing does not wait: it is \(state)", hint: "see liaison status")
    }
    notices.logger.warning(
      "the operator released signing without the answers of \(replica.list(peers))")
    replica.step(.release)
    return ReleaseReply(waitedFor: peers.map(\.text))
  }

  // MARK: Status

  var state: String { replica.signingObstacle?.word ?? "ready" }

  var why: String? {
    switch replica.signingObstacle {
    case nil: nil
    case .closed(let reason), .paused(let reason): reason
    case .diskFull: "the disk is full"
    case .diskFailed(let error): "the disk failed: \(error)"
    case .waiting([]): "no peer has answered yet"
    case .waiting(let peers): "the answers of \(replica.list(peers)) are not here yet"
    }
  }

  var help: String? {
    switch replica.signingObstacle {
    case nil: nil
    case .closed: "'liaison epoch open --recovery FILE' opens the next epoch; see docs/restore.md"
    case .diskFull: "make room: it goes on by itself"
    case .diskFailed: "look at the disk, then restart liaisond"
    case .paused: "look at \(tokenPath) and its folder: it goes on by itself"
    case .waiting:
      "it goes on when they answered, or 30 s after the start when one did; "
        + "'liaison signing release' ends the wait"
    }
  }

  /// Unix ms; nil: it does not wait.
  var waitsSince: UInt64? { state == "waiting" ? waitingSince : nil }

  var waitingFor: [String] {
    guard case .waiting(let peers) = replica.core.signing else { return [] }
    return peers.map(\.text)
  }
}
