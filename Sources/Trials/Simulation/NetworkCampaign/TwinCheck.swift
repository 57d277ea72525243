import Log
import Store

/// A log whose entries were signed twice is the same everywhere below the newest checkpoint that
/// anybody holds: the order of arrival decides nothing.
struct TwinCheck {
  let run: NetworkRun

  /// The differences that are still there.
  func difference() -> String? {
    for log in run.truth.order {
      guard let truth = run.truth.logs[log], !truth.twins.isEmpty, truth.fork == nil else {
        continue
      }
      let holders = run.honest.filter { $0.process?.store.state(log) != nil }
      let newest = holders.compactMap { $0.process?.store.newestCheckpoint(log) }
        .max { $0.size < $1.size }
      guard let newest else { continue }
      let others = holders.filter { site in
        guard let store = site.process?.store,
          store.durableHead(log)?.size ?? 0 >= newest.size
        else { return false }
        return (try? store.root(log, size: newest.size)) != newest.root
      }
      if !others.isEmpty {
        return "\(truth.identity.origin) was signed twice: of the first \(newest.size) entries "
          + "others stand at \(others.map(\.label).joined(separator: ", "))"
      }
    }
    return nil
  }

  /// How many logs it looked at.
  var settled: Int { run.truth.logs.values.count { !$0.twins.isEmpty && $0.fork == nil } }
}
