import Anchoring
import Crypto
import Log
import Replica
import Replication
import Runtime
import Store

/// Anchors of a hub's consultation log: published for the hub, and watched for partners
/// (Protocols/hub.md, 9).
final class Anchorage: AnchorService {
  private let loop: EventLoop
  private let turns: TurnQueue
  private let replica: Replica
  private let author: Author
  private let signing: SigningDesk
  private let notices: Notices
  private var watch: AnchorWatch
  private var rate = AnchorRate()
  /// One is on its way to the disk.
  private var isAnchoring = false

  init(
    _ turns: TurnQueue, _ replica: Replica, _ author: Author, _ signing: SigningDesk,
    _ notices: Notices, on loop: EventLoop
  ) {
    self.loop = loop
    self.turns = turns
    self.replica = replica
    self.author = author
    self.signing = signing
    self.notices = notices
    watch = AnchorWatch(own: replica.identity.id)
  }

  private var identity: LogIdentity { replica.identity }
  private var store: Store { replica.store }
  private var core: Replicator { _read { yield replica.core } }

  var version: String { Daemon.version }

  func anchor(
    _ request: AnchorRequest, reply: @escaping (Result<AnchorReply, AnchorFailure>) -> Void
  ) {
    do throws(AnchorFailure) {
      let (log, commitment) = try hashes(of: request)
      try mayAnchor(in: request.origin)
      guard !isAnchoring else { throw .busy }
      if let seconds = rate.take(at: loop.now) { throw .tooOften(seconds: Int(clamping: seconds)) }
      isAnchoring = true
      findBefore(log) { [weak self] result in
        self?.publish(log, commitment, result) { result in
          self?.isAnchoring = false
          reply(result)
        }
      }
    } catch {
      reply(.failure(error))
    }
  }

  private func hashes(
    of request: AnchorRequest
  ) throws(AnchorFailure) -> (log: LogID, commitment: Digest) {
    guard let log = Hex.decode(request.log).flatMap({ LogID($0) }),
      let commitment = Hex.decode(request.commitment).flatMap({ Digest($0) })
    else {
      throw .refused(
        reason: "log or commitment is no hash", hint: "write each as 64 hexadecimal digits")
    }
    return (log, commitment)
  }

  private func mayAnchor(in origin: String) throws(AnchorFailure) {
    guard origin == identity.origin.text else { throw .otherEpoch(identity.origin.text) }
    if replica.signingObstacle != nil {
      throw .notSigning(reason: signing.why ?? signing.state)
    }
    if let index = core.frozenAt(identity.id) {
      throw .notSigning(reason: "\(identity.origin) is frozen at \(index)")
    }
    if let contested = core.epochs.contested(of: replica.card.name) {
      throw .notSigning(
        reason: "two epochs were opened after \(replica.name(of: contested)): one is a thief's")
    }
  }

  /// The anchor before, looked for in pieces.
  private func findBefore(
    _ log: LogID, _ found: @escaping (Result<UInt64?, AnchorFailure>) -> Void
  ) {
    do throws(StoreError) {
      switch watch.before(log) {
      case .known(let index): return found(.success(index))
      case .tooManyLogs:
        return found(
          .failure(
            .refused(
              reason: "\(AnchorLimits.localLogs) local logs are anchored in \(identity.origin)",
              hint: "a hub has one: see who else is in the group of anchor.socket")))
      case .unknown: try watch.lookBack(identity.id, in: store)
      }
    } catch {
      return found(.failure(.diskFailed(reason: "\(error)")))
    }
    turns.soon { [weak self] in self?.findBefore(log, found) }
  }

  private func publish(
    _ log: LogID, _ commitment: Digest, _ before: Result<UInt64?, AnchorFailure>,
    _ done: @escaping (Result<AnchorReply, AnchorFailure>) -> Void
  ) {
    let anchor: Anchor
    do throws(AnchorFailure) {
      anchor = Anchor(log: log, commitment: commitment, previous: try before.get())
    } catch {
      return done(.failure(error))
    }
    // Heard to the end, whoever asked: the next one must name this one.
    author.publish(
      Publication(
        records: [], recipients: { Recipients(members: []) }, replicas: 0,
        publicEntry: PublicEntry(kind: .anchor, body: anchor.encode()), isHeard: { true }
      ) { result in
        switch result {
        case .success(let reply):
          let run = reply.entries[0]
          done(.success(AnchorReply(entry: "\(run.origin)/\(run.first)")))
        case .failure(let error): done(.failure(AnchorFailure(error)))
        }
      })
  }

  func anchorInputRefused(_ reason: String) {
    notices.count("anchor.refused")
    notices.logger.warning("anchor socket: \(reason)")
  }

  // MARK: Watching

  /// Looks for what was stored before this run, and watches from now on.
  func begin() {
    for log in store.logs { watch.begin(log.id, size: store.state(log.id)?.size ?? 0) }
    search(store.logs.map(\.id))
    watchMinutes()
  }

  /// Entries that were just staged.
  func staged(_ batch: EntryBatch, of log: LogID) { watch.staged(batch, of: log) }

  private func search(_ logs: [LogID]) {
    guard let log = logs.last else { return }
    var rest = logs
    if watch.isFound(log) {
      rest.removeLast()
    } else {
      // A log that cannot be read has worse to tell than that its anchors are not known.
      do { try watch.lookBack(log, in: store) } catch { rest.removeLast() }
    }
    turns.soon { [weak self] in self?.search(rest) }
  }

  /// Each minute, by the steady clock.
  private func watchMinutes() {
    loop.schedule(afterMilliseconds: AnchorLimits.minuteMilliseconds) { [weak self] in
      guard let self else { return }
      watch.minutePassed(store.logs.map(\.id)) { self.mayBringAnchors($0) }
      watchMinutes()
    }
  }

  /// True where an anchor that its author published would have come.
  private func mayBringAnchors(_ log: LogID) -> Bool {
    guard core.frozenAt(log) == nil, core.epochs.endsAt(log) == nil else { return false }
    if log == identity.id { return true }
    let size = store.durableHead(log)?.size ?? 0
    return !core.carriers(of: log).isEmpty && core.knownSize(of: log) <= size
  }

  func report(_ log: LogID) -> AnchorReport? {
    guard let place = watch.newest(of: log, below: store.durableHead(log)?.size ?? 0) else {
      return nil
    }
    let isOver = core.frozenAt(log) != nil || core.epochs.endsAt(log) != nil
    return AnchorReport(
      index: place.index, time: place.time, log: place.anchor.log.description,
      overdueSeconds: isOver ? nil : watch.overdueMinutes(log).map { $0 * 60 })
  }
}

extension AnchorFailure {
  fileprivate init(_ error: ControlError) {
    self =
      switch error {
      case .closedHere(let reason): .notSigning(reason: reason)
      case .waiting(let peers):
        .notSigning(reason: "the answers of \(peers.joined(separator: ", ")) are not here yet")
      case .diskFull: .notSigning(reason: "the disk is full")
      case .diskFailed(let reason): .diskFailed(reason: reason)
      case .busy: .busy
      case .refused(let reason, let hint): .refused(reason: reason, hint: hint)
      default: .refused(reason: "\(error)", hint: "see liaison status")
      }
  }
}
