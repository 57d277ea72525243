import HubInterface
import Text

/// Statistics of pairs as a person reads them.
enum PartnersText {
  static func text(
    _ pairs: [PairQuarter], _ entries: [CountedEntry], _ receipts: OutstandingReceipts?
  ) -> String {
    var text = pairs.isEmpty ? "nothing found\n" : table(pairs)
    if !entries.isEmpty { text += "\n" + table(entries) }
    if let receipts { text += "\n" + receipts.text }
    return text
  }

  private static let header = [
    "QUARTER", "FROM", "TO", "RECORDS", "CORRECTED", "WITHDRAWN", "EXPIRED", "ASKED", "IN TIME",
    "LATE", "REFUSED", "OPEN", "OVERDUE", "MEDIAN",
  ]

  private static func table(_ pairs: [PairQuarter]) -> String {
    var table = TextTable(header, numbers: Set(3..<header.count))
    for pair in pairs {
      for side in pair.sides {
        let other = pair.sides.first { $0.author != side.author }?.author ?? ""
        let requests = side.requests
        let counts = [
          side.records.values.reduce(0, +), side.corrections, side.withdrawn, side.expired,
          requests.asked, requests.inTime, requests.late, requests.refused, requests.open,
          requests.overdue,
        ]
        table.add(
          [pair.quarter, side.author, other] + counts.map { "\($0)" } + [median(requests)],
          below: below(side))
      }
    }
    return table.text
  }

  private static func median(_ requests: RequestCounts) -> String {
    requests.medianMilliseconds.map { StatusVerb.duration(UInt64(clamping: $0) / 1_000) } ?? "-"
  }

  private static func below(_ side: PartnerSide) -> String {
    var parts = side.records.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }
    if side.requests.closed > 0 { parts.append("requests closed \(side.requests.closed)") }
    return parts.isEmpty ? "" : parts.joined(separator: ", ").wrapped(indent: 4)
  }

  private static func table(_ entries: [CountedEntry]) -> String {
    var table = TextTable(["ENTRY", "COUNTED AS", "CLAIMED TIME"])
    for entry in entries {
      table.add([
        entry.entry, entry.counted + (entry.correction ? ", a correction" : ""),
        HubTime.minute(entry.time),
      ])
    }
    return table.text
  }
}
