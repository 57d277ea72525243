import Log
import Replica
import Store

// Withdrawals by this node: Protocols/entry.md, 7.
extension Publishing {
  func withdraw(
    _ request: WithdrawRequest, isHeard: @escaping () -> Bool,
    reply: @escaping (Result<PublishReply, ControlError>) -> Void
  ) {
    do throws(ControlError) {
      let number = author.publish(
        Publication(
          records: [], recipients: { Recipients(members: []) },
          replicas: try replicas(request.replicas),
          publicEntry: PublicEntry(
            kind: .withdrawal, body: try withdrawal(of: request.records).encode()),
          isHeard: isHeard, reply: reply))
      giveUp(number, after: request.timeout)
    } catch {
      reply(.failure(error))
    }
  }

  private func withdrawal(of entries: [String]) throws(ControlError) -> Withdrawal {
    var records: [Withdrawal.Record] = []
    for entry in entries {
      let record = try ownRecord(entry)
      guard !records.contains(record) else {
        throw .refused(reason: "\(entry) is named twice", hint: "name each record once")
      }
      records.append(record)
    }
    do throws(WithdrawalError) { return try Withdrawal(records: records) } catch {
      throw .refused(
        reason: "\(entries.count) records in one withdrawal",
        hint: "name 1 to \(LogLimits.withdrawnRecords) at a time")
    }
  }

  /// Nobody can take a withdrawal back, so that nothing is withdrawn by a slip.
  private func ownRecord(_ entry: String) throws(ControlError) -> Withdrawal.Record {
    guard let (log, index) = store.find(entry) else { throw .unknownEntry(entry) }
    guard log.origin.name == replica.card.name, log.origin.epoch <= author.identity.origin.epoch
    else {
      throw .refused(
        reason: "\(entry) is not this node's", hint: "only its author can withdraw a record")
    }
    let batch: EntryBatch
    do throws(StoreError) {
      batch = try store.read(log.id, index..<(index + 1), maxBytes: EntryLayout.maxBodyBytes * 2)
    } catch {
      throw .diskFailed(reason: "\(error)")
    }
    guard batch.header(at: 0).knownKind == .record else {
      throw .refused(
        reason: "\(entry) is no record", hint: "entries of other kinds stay for ever")
    }
    guard batch.bodyState(at: 0) != .purged, batch.bodyState(at: 0) != .hidden else {
      throw .refused(
        reason: "\(entry) is withdrawn already", hint: "see liaison show \(entry)")
    }
    return Withdrawal.Record(origin: log.origin, index: index)
  }
}
