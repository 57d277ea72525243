package import Crypto
package import Log
package import Replication
package import Store

/// Whoever runs a replica: `liaisond` on a loop with sockets and files, a campaign on virtual time,
/// a fuzzer on what an input says. The replica calls it in the midst of `step`, and it may call
/// `step` again from there.
package protocol ReplicaHost: AnyObject {
  // MARK: Clocks

  /// Milliseconds of a clock that only goes forward.
  var now: UInt64 { get }
  /// Days since 1970-01-01 by the local wall clock: it bounds what a disk takes in a day, and
  /// decides nothing else.
  var today: UInt64 { get }
  /// Minutes that this node has run since its folder was made.
  var runningMinute: UInt32 { get }
  /// Asked before each effect: a machine may stop between two.
  func goesOn() -> Bool

  // MARK: Sessions

  func send(_ message: [UInt8], on session: SessionID)
  func close(_ session: SessionID, because reason: CloseReason)
  /// Nothing is read from this session's connection before that time.
  func hold(_ session: SessionID, until time: UInt64)
  /// Give `congested` false once the connection's queue has room.
  func relieve(_ session: SessionID)

  // MARK: Keys

  func cosign(_ checkpoint: VerifiedCheckpoint) -> (Cosignature, CosigningPublicKey)
  /// Signs an erasure receipt and gives it to the store as any own entry, if that may be now: at
  /// most one an hour, and none that a process which gathers records from this node would belie.
  /// - Parameter last: the time in the receipt before.
  /// - Returns: false: it is asked again, with this plan or one that says more.
  func signReceipt(_ plan: ReceiptPlan, after last: UInt64?) -> Bool
  /// Signs a checkpoint of the own log.
  func signCheckpoint(size: UInt64, root: Digest) -> VerifiedCheckpoint

  // MARK: Files

  /// Writes what the safety of this node, or of others, depends on; synced when it returns. A
  /// failure is tried again.
  /// - Returns: where it is, for an operator.
  func write(_ state: SafeState) throws -> String
  /// The key that opens the epoch after each log: from the card that was held first.
  var openingKeys: [LogID: OpeningKeyHash] { get }
  /// Bytes that the disk of the store has left; nil: it does not say.
  var freeBytes: UInt64? { get }
  /// The card of a partner was replaced by that of its next epoch: read the roster, and give it to
  /// the replica. A failure is tried again, together with the card.
  func rosterChanged() throws

  // MARK: Events

  /// The disk has these entries; the core does not know it yet.
  func stored(_ durable: Durable)
  /// The core knows.
  func announced(_ durable: Durable)
  /// The genesis of the own next epoch, which `adopt` gave to the store, is durable, or the disk
  /// failed. The host begins again.
  func adopted(_ outcome: Result<LogHead, DiskError>)
  func heard(_ event: Event)
  func tell(_ news: ReplicaNews)
}
