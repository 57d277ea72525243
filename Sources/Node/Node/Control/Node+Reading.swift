import Crypto
import Log
import Replica
import Replication
import Store

// Entries for whoever may read here: one that was named, or pages of what is new.
extension Node {
  func show(
    _ request: ShowRequest, isHeard: @escaping () -> Bool,
    reply: @escaping (Result<ShowReply, ControlError>) -> Void
  ) {
    guard let (log, index) = store.find(request.entry) else {
      return reply(.failure(.unknownEntry(request.entry)))
    }
    let key = request.key.flatMap { Hex.decode($0) }.flatMap { Bytes32($0) }
    guard request.key == nil || key != nil else {
      return reply(
        .failure(.refused(reason: "the key is no key", hint: "give 64 hexadecimal digits")))
    }
    goOn(
      ShowWork(
        desk, store, log, index, isDisputed: isDisputed(log.id, index),
        isLate: isLate(log.id, index), key: key), isHeard, reply)
  }

  func disclose(
    _ request: DiscloseRequest, isHeard: @escaping () -> Bool,
    reply: @escaping (Result<DiscloseReply, ControlError>) -> Void
  ) {
    guard let (log, index) = store.find(request.entry) else {
      return reply(.failure(.unknownEntry(request.entry)))
    }
    goOn(
      DiscloseWork(desk, store, log, index, isProven: request.proof ?? false), isHeard, reply)
  }

  private func goOn(
    _ work: DiscloseWork, _ isHeard: @escaping () -> Bool,
    _ reply: @escaping (Result<DiscloseReply, ControlError>) -> Void
  ) {
    turns.soon { [weak self] in
      guard isHeard(), let self else { return reply(.failure(.busy)) }
      do throws(StoreError) {
        switch try work.step() {
        case .goOn: self.goOn(work, isHeard, reply)
        case .done(let disclosed): reply(.success(disclosed))
        case .refused(let error): reply(.failure(error))
        }
      } catch {
        reply(.failure(.diskFailed(reason: "\(error)")))
      }
    }
  }

  private func goOn(
    _ work: ShowWork, _ isHeard: @escaping () -> Bool,
    _ reply: @escaping (Result<ShowReply, ControlError>) -> Void
  ) {
    turns.soon { [weak self] in
      guard isHeard(), let self else { return reply(.failure(.busy)) }
      do throws(StoreError) {
        guard var shown = try work.step() else { return self.goOn(work, isHeard, reply) }
        if self.core.frozenAt(work.identity.id).map({ work.index >= $0 }) == true {
          let status = self.statusWriter
          shown.witnesses = status.witnesses(of: work.identity).filter { $0.size > work.index }
            .map(\.name.text)
          shown.rosterSize = status.possibleWitnesses(of: work.identity).count
        }
        reply(.success(shown))
      } catch {
        reply(.failure(.diskFailed(reason: "\(error)")))
      }
    }
  }

  private func isDisputed(_ log: LogID, _ index: UInt64) -> Bool {
    core.isDisputed(log, at: index)
  }

  private func isLate(_ log: LogID, _ index: UInt64) -> Bool {
    core.epochs.endsAt(log).map { index >= $0 } ?? false
  }

  func tail(_ position: TailPosition, origin: String?, limits: TailLimits) throws(ControlError)
    -> TailPage
  {
    let logs = store.logs.filter { origin == nil || $0.origin.text == origin }
    guard origin == nil || !logs.isEmpty else {
      throw .refused(reason: "no log \(origin ?? "") here", hint: "see 'liaison status'")
    }
    do {
      return try desk.tail(position, logs, limits, store, isDisputed: isDisputed, isLate: isLate)
    } catch {
      throw .diskFailed(reason: "\(error)")
    }
  }

  func tailEnd() -> TailPosition {
    var position = TailPosition()
    for log in store.logs { position.next[log.origin.text] = store.durableHead(log.id)?.size ?? 0 }
    return position
  }
}
