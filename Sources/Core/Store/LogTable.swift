import Log

/// The logs of a store, in the order of their origins.
struct LogTable {
  private var byID: [LogID: StoredLog]
  private(set) var inOrder: [StoredLog]
  /// Heads of logs that are not loaded: each new journal repeats them.
  let unloaded: [HeadRecord]

  init(_ logs: [StoredLog], unloaded: [HeadRecord]) {
    inOrder = logs.sorted { $0.identity.origin.precedes($1.identity.origin) }
    byID = Dictionary(uniqueKeysWithValues: logs.map { ($0.id, $0) })
    self.unloaded = unloaded
  }

  subscript(id: LogID) -> StoredLog? { byID[id] }

  /// Loaded or not.
  var count: Int { inOrder.count + unloaded.count }

  /// The heads with which a journal begins.
  var heads: [HeadRecord] { inOrder.filter(\.isDurable).map(\.durable) + unloaded }

  mutating func insert(_ log: StoredLog) {
    byID[log.id] = log
    let place =
      inOrder.firstIndex { log.identity.origin.precedes($0.identity.origin) } ?? inOrder.count
    inOrder.insert(log, at: place)
  }

  /// The order of a pass: `first`, then the others by their origins.
  func next(after log: StoredLog?, first: LogID?) -> StoredLog? {
    let head = first.flatMap { byID[$0] }
    guard let log else { return head ?? inOrder.first }
    let others = inOrder.filter { $0 !== head }
    if log === head { return others.first }
    return others.first { log.identity.origin.precedes($0.identity.origin) }
  }

  /// The logs in which a withdrawal of a record of `log` may stand.
  func logs(of place: Withdrawal.Place, for log: LogIdentity) -> [StoredLog] {
    if place.epoch == log.origin.epoch { return byID[log.id].map { [$0] } ?? [] }
    return inOrder.filter {
      $0.identity.origin.name == log.origin.name && $0.identity.origin.epoch == place.epoch
    }
  }
}

extension Origin {
  func precedes(_ other: Origin) -> Bool {
    name == other.name ? epoch < other.epoch : name < other.name
  }
}
