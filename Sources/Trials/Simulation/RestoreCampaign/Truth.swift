import Crypto
import Log
import Store

/// The truth that a run is judged by: what every disk stored, whatever became of it.
struct Truth {
  struct Place: Hashable {
    let log: LogID
    let index: UInt64
  }

  /// How far one site had one log, and when.
  struct Mark {
    let at: UInt64
    let head: LogHead
  }

  /// Headers by index of each log, as other sites than the author's stored them, and the author's
  /// own now.
  private(set) var headers: [Place: [Digest]] = [:]
  /// Marks by site and log.
  private var marks: [Int: [LogID: [Mark]]] = [:]
  private(set) var logs: [LogID] = []

  /// A site stored the log up to `head`.
  mutating func stored(
    _ site: Site, _ log: LogID, _ head: LogHead, at now: UInt64, isOwn: Bool
  ) throws(Violation) {
    if !logs.contains(log) { logs.append(log) }
    let before = marks[site.number]?[log]?.last?.head ?? .empty
    guard head.size > before.size else { return }
    marks[site.number, default: [:]][log, default: []].append(Mark(at: now, head: head))
    if !isOwn { try note(site, log, before.size..<head.size) }
  }

  /// The headers that a site holds now.
  mutating func note(_ site: Site, _ log: LogID, _ range: Range<UInt64>) throws(Violation) {
    guard let store = site.process?.store else { return }
    var next = range.lowerBound
    while next < range.upperBound {
      let batch = try must("\(site.label): reading") {
        try store.read(log, next..<range.upperBound, maxBytes: 1 << 20)
      }
      for position in 0..<batch.count {
        let hash = EntryHeader.headerHash(
          of: batch.leaves.span, at: position * EntryLayout.leafBytes)
        let place = Place(log: log, index: batch.first + UInt64(position))
        if headers[place]?.contains(hash) != true { headers[place, default: []].append(hash) }
      }
      next = batch.end
    }
  }

  /// The site's folder is another now.
  mutating func forget(_ site: Site) { marks[site.number] = nil }

  /// How far the site had the log at `time`.
  func size(_ site: Site, _ log: LogID, at time: UInt64) -> UInt64 {
    marks[site.number]?[log]?.last { $0.at <= time }?.head.size ?? 0
  }

  /// The last of the site's log.
  func last(_ site: Site, _ log: LogID) -> LogHead {
    marks[site.number]?[log]?.last?.head ?? .empty
  }

  /// The lowest index at which the log has two entries.
  func fork(_ log: LogID, upTo size: UInt64) -> UInt64? {
    (0..<size).first { headers[Place(log: log, index: $0)]?.count ?? 0 > 1 }
  }
}
