import Anchoring
import Crypto
import Log
import Replica
import Replication
import Runtime
import Store

// Anchors of a hub's consultation log: published for the hub, and watched for partners
// (Protocols/hub.md, 9).
extension Node: AnchorService {
  func anchor(
    _ request: AnchorRequest, reply: @escaping (Result<AnchorReply, AnchorFailure>) -> Void
  ) {
    do throws(AnchorFailure) {
      let (log, commitment) = try hashes(of: request)
      try mayAnchor(in: request.origin)
      guard !isAnchoring else { throw .busy }
      if let seconds = anchorRate.take(at: now) { throw .tooOften(seconds: Int(clamping: seconds)) }
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
      throw .notSigning(reason: signingWhy ?? signingState)
    }
    if let index = core.frozenAt(identity.id) {
      throw .notSigning(reason: "\(identity.origin) is frozen at \(index)")
    }
    if let contested = core.epochs.contested(of: card.name) {
      throw .notSigning(
        reason: "two epochs were opened after \(name(of: contested)): one is a thief's")
    }
  }

  /// The anchor before, looked for in pieces.
  private func findBefore(
    _ log: LogID, _ found: @escaping (Result<UInt64?, AnchorFailure>) -> Void
  ) {
    do throws(StoreError) {
      switch anchors.before(log) {
      case .known(let index): return found(.success(index))
      case .tooManyLogs:
        return found(
          .failure(
            .refused(
              reason: "\(AnchorLimits.localLogs) local logs are anchored in \(identity.origin)",
              hint: "a hub has one: see who else is in the group of anchor.socket")))
      case .unknown: try anchors.lookBack(identity.id, in: store)
      }
    } catch {
      return found(.failure(.diskFailed(reason: "\(error)")))
    }
    soon { [weak self] in self?.findBefore(log, found) }
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
        records: [], recipients: { Recipients(members: []) }, everybody: false, replicas: 0,
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
    counters.add("anchor.refused")
    logger.warning("anchor socket: \(reason)")
  }

  // MARK: Watching

  /// Begins the search at the start, and for logs that are added.
  func searchAnchors() {
    for log in store.logs { anchors.begin(log.id, size: store.state(log.id)?.size ?? 0) }
    searchAnchors(store.logs.map(\.id))
  }

  private func searchAnchors(_ logs: [LogID]) {
    guard let log = logs.last else { return }
    var rest = logs
    if anchors.isFound(log) {
      rest.removeLast()
    } else {
      // A log that cannot be read has worse to tell than that its anchors are not known.
      do { try anchors.lookBack(log, in: store) } catch { rest.removeLast() }
    }
    soon { [weak self] in self?.searchAnchors(rest) }
  }

  /// Each minute, by the steady clock.
  func watchAnchors() {
    loop.schedule(afterMilliseconds: AnchorLimits.minuteMilliseconds) { [weak self] in
      guard let self, !isStopping else { return }
      anchors.minutePassed(store.logs.map(\.id)) { self.mayBringAnchors($0) }
      watchAnchors()
    }
  }

  /// True where an anchor that its author published would have come.
  private func mayBringAnchors(_ log: LogID) -> Bool {
    guard core.frozenAt(log) == nil, core.epochs.endsAt(log) == nil else { return false }
    if log == identity.id { return true }
    let size = store.durableHead(log)?.size ?? 0
    return !core.carriers(of: log).isEmpty && core.knownSize(of: log) <= size
  }

  func anchorReport(_ log: LogID) -> AnchorReport? {
    guard let place = anchors.newest(of: log, below: store.durableHead(log)?.size ?? 0) else {
      return nil
    }
    let isOver = core.frozenAt(log) != nil || core.epochs.endsAt(log) != nil
    return AnchorReport(
      index: place.index, time: place.time, log: place.anchor.log.description,
      overdueSeconds: isOver ? nil : anchors.overdueMinutes(log).map { $0 * 60 })
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
