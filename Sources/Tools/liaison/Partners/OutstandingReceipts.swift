import CommandLine
import Node
import Runtime

/// Withdrawals of one node that concern another, and those for which it signed no receipt that is
/// here: by this node's daemon.
struct OutstandingReceipts {
  /// Withdrawals of one that concern another, in a quarter of their claimed times.
  struct Row: Codable, Hashable {
    var quarter: String
    var author: String
    var to: String
    var withdrawals = 0
    var outstanding = 0
  }

  private(set) var rows: [Row] = []

  /// - Parameters:
  ///   - partner: nil: all.
  ///   - quarter: nil: all.
  init(_ folder: NodeFolder, _ partner: String?, _ quarter: String?) throws(Failure) {
    let daemon = try DaemonConnection(folder)
    let status = try daemon.call("Status", reply: StatusReport.self)
    let own = status.node
    for origin in status.logs.map(\.origin).sorted() {
      let author = String(origin.prefix { $0 != "/" })
      guard author == own || partner == nil || author == partner else { continue }
      for report in try daemon.withdrawals(inLog: origin) where report.state != .void {
        // Without a grant that opens nobody knows whom it concerns.
        guard let readers = report.readers else { continue }
        let others = author == own ? readers : readers.filter { $0 == own }
        for other in others where partner == nil || other == partner || author == partner {
          count(report, of: author, to: other)
        }
      }
    }
    rows = rows.filter { quarter == nil || $0.quarter == quarter }
      .sorted { ($1.quarter, $0.author, $0.to) < ($0.quarter, $1.author, $1.to) }
  }

  private mutating func count(_ report: WithdrawalReport, of author: String, to other: String) {
    let quarter = OutstandingReceipts.quarter(report.time)
    let known = rows.firstIndex { ($0.quarter, $0.author, $0.to) == (quarter, author, other) }
    let place = known ?? rows.endIndex
    if known == nil { rows.append(Row(quarter: quarter, author: author, to: other)) }
    rows[place].withdrawals += 1
    if report.outstanding.contains(other) { rows[place].outstanding += 1 }
  }

  /// `2026Q4`
  private static func quarter(_ milliseconds: UInt64) -> String {
    let text = UTCTime.text(milliseconds: milliseconds)
    let month = Int(text.dropFirst(5).prefix(2)) ?? 1
    return "\(text.prefix(4))Q\((month - 1) / 3 + 1)"
  }

  var text: String {
    guard !rows.isEmpty else { return "no withdrawals\n" }
    var table = TextTable(
      ["QUARTER", "FROM", "TO", "WITHDRAWALS", "RECEIPTS OUTSTANDING"], numbers: [3, 4])
    for row in rows {
      table.add([row.quarter, row.author, row.to, "\(row.withdrawals)", "\(row.outstanding)"])
    }
    return table.text
  }
}

extension DaemonConnection {
  /// All withdrawals of one log.
  fileprivate func withdrawals(inLog origin: String) throws(Failure) -> [WithdrawalReport] {
    var request = WithdrawalsRequest(log: origin)
    var found: [WithdrawalReport] = []
    while true {
      let page = try withdrawals(request)
      found += page.withdrawals
      guard let next = page.next else { return found }
      request.position = next
    }
  }
}
