import Crypto
import Log
import Replica
import Replication
import Secrets
import Store

extension FuzzNode: ReplicaHost {
  var today: UInt64 { now / DayBudget.dayMilliseconds }
  var runningMinute: UInt32 { UInt32(clamping: now / 60_000) }
  var freeBytes: UInt64? { nil }
  var openingKeys: [LogID: OpeningKeyHash] { [:] }

  func goesOn() -> Bool {
    calls += 1
    return true
  }

  func send(_ message: [UInt8], on session: SessionID) { outgoing.append((session, message)) }
  func close(_ session: SessionID, because reason: CloseReason) { openSessions.remove(session) }
  func hold(_ session: SessionID, until time: UInt64) {}
  func relieve(_ session: SessionID) {}

  func cosign(_ checkpoint: VerifiedCheckpoint) -> (Cosignature, CosigningPublicKey) {
    let key = party.secrets.cosigning.publicKey
    let cosignature = Cosignature.make(
      checkpoint: checkpoint, name: party.name, key: key, time: now / 1_000
    ) { [party] in party.secrets.cosigning.sign($0) }
    return (cosignature, key)
  }

  func signCheckpoint(size: UInt64, root: Digest) -> VerifiedCheckpoint {
    Checkpoint.make(identity: party.identity, size: size, root: root) { [party] in
      party.secrets.log.sign($0)
    }
  }

  /// The fuzzer publishes what an input says.
  func signReceipt(_ plan: ReceiptPlan, after last: UInt64?) -> Bool { false }

  /// Neither author contradicts itself, and the fuzzer has no key.
  func write(_ state: SafeState) throws -> String {
    switch state {
    case .proof, .fault, .opening: preconditionFailure("an honest author is accused")
    case .closed: preconditionFailure("an honest author is closed")
    case .followed: preconditionFailure("an epoch is followed that nobody opened")
    case .heldCard, .token, .taken: return "nowhere"
    }
  }

  func rosterChanged() {}
  func stored(_ durable: Durable) {}
  func announced(_ durable: Durable) {}
  func adopted(_ outcome: Result<LogHead, DiskError>) {}
  func heard(_ event: Event) {}

  func tell(_ news: ReplicaNews) {
    switch news {
    case .readAgain, .count("store.replacements-refused", _):
      preconditionFailure("an honest author is said to sign twice")
    case .count("node.internal-errors", _): preconditionFailure("a sound disk failed")
    default: break
    }
  }
}
