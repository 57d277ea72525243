package import Log
import Replication
import Store

// Limits of the logs of a node: at a limit nothing more of the log is taken, everything is served,
// one alert is raised, and it goes on by itself. They count all epochs of a name together: an
// author can open as many as it likes.
extension Replica {
  /// The operator's limits, and where nothing was said, a share of the disk. The own logs have no
  /// limit.
  private func allowance(_ log: LogID) -> LogAllowance {
    guard let name = limits.names.author(of: log, in: store.logs), name != card.name else {
      return LogAllowance()
    }
    var allowance = partner(name)?.allowance ?? LogAllowance()
    if allowance.maxBytes == nil { allowance.defaultBytes = limits.defaultBytes }
    return allowance
  }

  /// All logs of the author of `log`.
  private func logs(beside log: LogID) -> [LogID] {
    limits.names.logs(beside: log, in: store.logs)
  }

  private func bytesTaken(beside log: LogID) -> UInt64 {
    logs(beside: log).reduce(0) { $0 + (store.storedBytes($1) ?? 0) }
  }

  private func entriesTaken(beside log: LogID) -> UInt64 {
    logs(beside: log).reduce(0) { $0 + (store.state($1)?.size ?? 0) }
  }

  private func bytesTakenToday(beside log: LogID) -> UInt64 {
    let today = host.today
    return logs(beside: log).reduce(0) { sum, log in
      // A budget that is not known counts as used up: several of them are no more.
      let taken = limits.budgets.byLog[log]?.taken(on: today) ?? 0
      return min(sum, UInt64(Int64.max)) + min(taken, UInt64(Int64.max))
    }
  }

  /// For `status`: how large the log may become beside the others of its node; nil: as large as
  /// there can be one.
  package func limitBytes(of log: LogID) -> UInt64? {
    guard let bytes = allowance(log).bytes else { return nil }
    let others = bytesTaken(beside: log) - (store.storedBytes(log) ?? 0)
    return bytes - min(bytes, others)
  }

  /// For `status`; nil: it is not at a limit.
  package func limitText(_ log: LogID) -> String? {
    limits.limited[log].map { "limit reached: \($0.text(allowance(log)))" }
  }

  /// An eighth of what the disk has for all logs: free space, and what they take already. So it
  /// does not become less as they grow, and one author leaves room for others.
  private func measureDisk() {
    guard limits.defaultBytes == nil, let free = host.freeBytes else { return }
    let taken = store.logs.reduce(UInt64(0)) { $0 + (store.storedBytes($1.id) ?? 0) }
    limits.defaultBytes = max(
      ReplicaLimits.leastDefaultLogBytes, (free + taken) / ReplicaLimits.logShareOfDisk)
  }

  /// The roster was read.
  func applyLimits() {
    measureDisk()
    for log in store.logs {
      let allowance = allowance(log.id)
      store.setLimits(log.id, bytes: allowance.bytes, entries: allowance.maxEntries)
    }
    resumeLogs()
  }

  /// - Returns: whether entries of a peer may go to the store today.
  func mayTake(_ batch: EntryBatch, of log: LogID) -> Bool {
    let allowance = allowance(log)
    let bytes = UInt64(batch.leaves.count + batch.bodies.count)
    if let perDay = allowance.maxBytesPerDay,
      !DayBudget.hasRoom(for: bytes, beside: bytesTakenToday(beside: log), within: perDay)
    {
      limit(log, .perDay(host.today))
      return false
    }
    let need = LogLimit.size(bytes: Int(Store.fileBytes(of: batch)), entries: batch.count)
    guard logs(beside: log).count == 1 || hasRoom(log, need) else {
      limit(log, need)
      return false
    }
    return true
  }

  func didTake(_ batch: EntryBatch, of log: LogID) {
    guard log != identity.id else { return }
    limits.budgets.byLog[log, default: DayBudget()].take(
      batch.leaves.count + batch.bodies.count, on: host.today)
    guard !limits.isSaveDue, allowance(log).maxBytesPerDay != nil else { return }
    limits.isSaveDue = true
    due.set(.taken, after(ReplicaLimits.saveTakenMilliseconds))
  }

  /// Writes what was taken today: a kill leaves uncounted what came in `saveTakenMilliseconds`.
  func saveTaken() {
    guard limits.isSaveDue else { return }
    limits.isSaveDue = false
    keepSafe("taken", "how much was taken of each log today") { [unowned self] in
      _ = try host.write(.taken(limits.budgets))
    }
  }

  /// The store refused it.
  func limitReached(_ log: LogID, by batch: EntryBatch) {
    limit(log, .size(bytes: Int(Store.fileBytes(of: batch)), entries: batch.count))
  }

  private func limit(_ log: LogID, _ reason: LogLimit) {
    guard limits.limited.updateValue(reason, forKey: log) == nil else { return }
    host.tell(.count("store.limits-reached", 1))
    host.tell(
      .line(
        .error,
        "\(name(of: log)) is at its limit (\(reason.text(allowance(log)))): nothing more of it is taken, what is stored is served"
      ))
    step(.limited(log, true))
    due.set(.limits, after(ReplicaLimits.limitCheckMilliseconds))
  }

  /// Room may have come: by a purge, another day, or the operator.
  func resumeLogs() {
    for (log, limit) in limits.limited.sorted(by: { $0.key < $1.key }) where hasRoom(log, limit) {
      limits.limited[log] = nil
      host.tell(.line(.notice, "\(name(of: log)) is below its limit: it is taken again"))
      if store.condition != .full { step(.limited(log, false)) }
    }
    due.set(
      .limits, if: !limits.limited.isEmpty, after(ReplicaLimits.limitCheckMilliseconds))
  }

  private func hasRoom(_ log: LogID, _ limit: LogLimit) -> Bool {
    let allowance = allowance(log)
    switch limit {
    case .perDay(let day): return day != host.today || allowance.maxBytesPerDay == nil
    case .size(let bytes, let entries):
      return bytesTaken(beside: log) + UInt64(bytes) <= allowance.bytes ?? .max
        && entriesTaken(beside: log) + UInt64(entries) <= allowance.maxEntries ?? .max
    }
  }

  /// A full disk is a limit of all logs.
  func holdPulls(whileFull isFull: Bool) {
    for log in store.logs where limits.limited[log.id] == nil { step(.limited(log.id, isFull)) }
  }
}
