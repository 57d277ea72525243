import Log

/// How far each site acknowledged each log, and when.
struct Holdings {
  private struct Mark {
    let at: UInt64
    let head: LogHead
  }

  /// By the site's number; each later and larger than the one before.
  private var marks: [Int: [LogID: [Mark]]] = [:]

  mutating func mark(_ site: Site, _ log: LogID, _ head: LogHead, at now: UInt64) {
    marks[site.number, default: [:]][log, default: []].append(Mark(at: now, head: head))
  }

  mutating func forget(_ site: Site) { marks[site.number] = nil }

  func head(_ site: Site, _ log: LogID) -> LogHead {
    marks[site.number]?[log]?.last?.head ?? .empty
  }

  func head(_ site: Site, _ log: LogID, at time: UInt64) -> LogHead {
    marks[site.number]?[log]?.last { $0.at <= time }?.head ?? .empty
  }

  /// Logs of which the site has something.
  func logs(_ site: Site) -> [LogID] { (marks[site.number] ?? [:]).keys.sorted() }
}
