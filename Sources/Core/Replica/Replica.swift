package import Crypto
package import Log
package import Replication
package import Store

/// One replica of the logs that a node carries: the store and the replication core, joined. It
/// decides; its host does. Daemon, simulator and fuzzer are hosts of it, and nothing else puts a
/// store and a core together.
///
/// - Begin: `init`, then `begin(for:)` with the host, then `setRoster`.
/// - Inputs: `step` takes what the core takes, `completed` what a disk answered, `setRoster` the
///   operator's roster, `adopt` the own next epoch, `tick` the time that `nextDue` named, `examine`
///   entries whose signatures a host verified. Own entries go to the store itself, then to
///   `didStage`.
/// - Outputs: calls of `ReplicaHost`, in the midst of these; and `store.takeBatch`, which the host
///   asks for work for its disk.
/// - `endRound` when all inputs that were there are handled. At the end `finishLog` and
///   `finishStates`.
///
/// It opens nothing, reads no clock and draws no randomness.
package final class Replica {
  /// The own one: a rotation replaces it.
  package internal(set) var card: Card
  package let store: Store
  package internal(set) var core: Replicator
  unowned var present: (any ReplicaHost)?
  let start: SigningStart
  package private(set) var partners: [Partner] = []
  private var places: [NodeName: Int] = [:]
  private var hasRoster = false

  var due = Schedule()
  package internal(set) var unsaved = Unsaved()
  var isClosedRemembered = false
  package internal(set) var token = TokenWatch()
  var proofs = ProofQueue()
  package internal(set) var damage = DamageWatch()
  var limits = LimitWatch()
  /// Openings of partners' next epochs, until their genesis is durable here.
  var openings: [LogID: Opening] = [:]
  /// The own next epoch, until its genesis is durable.
  package internal(set) var adopting: LogIdentity?
  package internal(set) var withdrawals = Withdrawals()
  /// Some records wait for withdrawals to be read.
  var isUndecided = false
  var standing = StandingWatch()
  var cards = CardWatch()
  var clock = ClockWatch()
  var receipts = ReceiptWatch()
  var condition = StoreCondition.running

  /// - Parameters:
  ///   - partners: their logs are added to the store, so that the core knows them.
  ///   - runID: 16 random bytes.
  ///   - start: how signing begins.
  ///   - proofs: what was written as `SafeState.proof`, of each log the lowest.
  ///   - openings: what was written as `SafeState.opening`.
  ///   - openingKeys: as `ReplicaHost.openingKeys`.
  ///   - budgets: what was written as `SafeState.taken`.
  package init(
    card: Card, store: Store, partners: [Partner], runID: [UInt8], start: SigningStart,
    proofs: [ForkProof] = [],
    openings: [HeldOpening] = [], openingKeys: [LogID: OpeningKeyHash] = [:],
    budgets: DayBudgets = DayBudgets()
  ) throws(StoreError) {
    for partner in partners where store.state(partner.card.identity.id) == nil {
      try store.addLog(partner.card.identity)
    }
    self.card = card
    self.store = store
    self.start = start
    core = Replicator(
      ownName: card.name, ownLog: card.identity.id, runID: runID, logs: store.logs,
      reader: StoreReader(store), start: start.state, proofs: proofs, openings: openings,
      openingKeys: openingKeys)
    limits.budgets = budgets
  }

  package var identity: LogIdentity { card.identity }

  /// The host outlives what it hosts.
  var host: any ReplicaHost {
    guard let present else { preconditionFailure("begin(for:) comes first") }
    return present
  }

  /// Takes the host, and holds on to what earlier runs kept.
  /// - Parameter proofs: as given to `init`.
  package func begin(for host: any ReplicaHost, proofs: [ForkProof] = []) {
    present = host
    recallEvidence(proofs)
    beginSigning()
    due.set(.checkpoint, if: isCheckpointDue, after(ReplicaLimits.checkpointAfterMilliseconds))
    due.set(.receipt, after(ReplicaLimits.receiptFirstMilliseconds))
  }

  /// The operator's roster; called again when it changes.
  /// - Parameter isUsable: a roster of which nothing can be used is not an empty one: the core
  ///   would wait for nobody's answer.
  package func setRoster(_ partners: [Partner], isUsable: Bool = true) {
    defer { hasRoster = true }
    self.partners = partners
    places = Dictionary(partners.enumerated().map { ($1.card.name, $0) }) { first, _ in first }
    for partner in partners where store.state(partner.card.identity.id) == nil {
      attempt("the log of \(partner.card.name) was not added") {
        try store.addLog(partner.card.identity)
      }
    }
    clock.isStale = true
    applyLimits()
    if isUsable { step(.roster(peers)) }
    recheckCards()
    guard !hasRoster else { return }
    watchDamage()
    resumeFollowing()
    recheckAllWithdrawals()
    // A disk may be full from the beginning.
    watchCondition()
  }

  package func partner(_ name: NodeName) -> Partner? {
    places[name].map { partners[$0] }
  }

  package func name(of log: LogID) -> String {
    store.logs.first { $0.id == log }?.origin.text ?? log.description
  }

  // MARK: Time

  /// When `tick` has something to do, by the host's clock.
  package func nextDue(_ now: UInt64) -> UInt64? {
    [core.nextDue(now), due.next].compactMap { $0 }.min()
  }

  package func tick() {
    for duty in due.take(host.now) where host.goesOn() { perform(duty) }
    step(.tick)
  }

  private func perform(_ duty: Duty) {
    switch duty {
    case .checkpoint: checkpoint()
    case .token: writeToken()
    case .unsaved: saveUnsaved()
    case .proofs: writeProofs()
    // The end of the round does a piece of it.
    case .removal: break
    case .undecided: recheckAllWithdrawals()
    case .cards: break
    case .blockedCards: cards.unblock()
    case .full:
      store.retry()
      watchCondition()
    case .taken: saveTaken()
    case .limits: resumeLogs()
    case .receipt: receipts.begin(in: store)
    }
  }

  func after(_ milliseconds: UInt64) -> UInt64 { host.now + milliseconds }

  /// All inputs that were there are handled.
  package func endRound() {
    watchDamage()
    removeSome()
    readSomeCards()
  }

  // MARK: The end

  /// The last entries, and a checkpoint over them: a log that rests stands wholly under its
  /// author's.
  package func finishLog() {
    attempt("the last entries could not be written") {
      for durable in try store.flush() {
        host.stored(durable)
        if durable.id == identity.id { token.isDue = true }
      }
      if try makeCheckpoint() != nil { _ = try store.flush() }
    }
  }

  /// The last states, among them freezes, which the store writes.
  package func finishStates() {
    watchCondition()
    writeToken()
    saveTaken()
    writeProofs()
    saveUnsaved()
    attempt("the last entries could not be written") { _ = try store.flush() }
    for line in unsaved.lines { host.tell(.line(.error, "at the stop: \(line)")) }
  }

  func attempt(_ what: String, _ body: () throws -> Void) {
    do { try body() } catch {
      host.tell(.count("node.internal-errors", 1))
      host.tell(.line(.warning, "\(what): \(error)"))
    }
  }
}
