import Log
import Store

extension Store {
  /// `nl/1/17`, if it is durable here.
  func find(_ entry: String) -> (log: LogIdentity, index: UInt64)? {
    guard let slash = entry.lastIndex(of: "/"),
      let index = UInt64(entry[entry.index(after: slash)...]),
      let log = logs.first(where: { $0.origin.text == entry[..<slash] }),
      index < durableHead(log.id)?.size ?? 0
    else { return nil }
    return (log, index)
  }
}
