import Log

/// The logs of each node by its name: they are asked for with each batch that comes.
struct LogNames {
  private var names: [LogID: NodeName] = [:]
  private var logs: [NodeName: [LogID]] = [:]

  /// - Parameter all: the store's; it only grows.
  mutating func author(of log: LogID, in all: [LogIdentity]) -> NodeName? {
    learn(all)
    return names[log]
  }

  mutating func logs(beside log: LogID, in all: [LogIdentity]) -> [LogID] {
    learn(all)
    return names[log].flatMap { logs[$0] } ?? [log]
  }

  private mutating func learn(_ all: [LogIdentity]) {
    guard all.count != names.count else { return }
    names = Dictionary(all.map { ($0.id, $0.origin.name) }) { first, _ in first }
    logs = Dictionary(grouping: all, by: \.origin.name).mapValues { $0.map(\.id) }
  }
}
