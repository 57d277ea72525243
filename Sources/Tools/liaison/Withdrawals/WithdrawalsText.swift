import Node
import Runtime
import Text

/// Withdrawals as people read them.
enum WithdrawalsText {
  /// - Parameter isWhole: also each record and each receipt.
  static func text(_ reports: [WithdrawalReport], isWhole: Bool) -> String {
    guard !reports.isEmpty else { return "no withdrawals\n" }
    var table = TextTable(
      ["WITHDRAWAL", "TIME", "RECORDS", "HERE", "CONFIRMED", "OUTSTANDING"], numbers: [2])
    for report in reports {
      let all = report.confirmations.count + report.outstanding.count
      table.add(
        [
          report.entry, UTCTime.text(milliseconds: report.time), "\(report.records.count)",
          report.state.rawValue, "\(report.confirmations.count) of \(all)",
          report.outstanding.joined(separator: " "),
        ], below: isWhole ? below(report) : "")
    }
    return table.text
      + "\nConfirmed is what the nodes say of themselves: a receipt may be a lie, and says nothing of backups and prints.\n"
  }

  private static func below(_ report: WithdrawalReport) -> String {
    var text = ""
    for record in report.records {
      text += "  \(record.entry.printable): \(record.state.printable)\n"
    }
    text +=
      report.readers == nil
      ? "  this node opens no grant of these records: the whole roster is listed\n" : ""
    for confirmation in report.confirmations {
      let heard =
        confirmation.heard.map { "stored here \(UTCTime.text(milliseconds: $0))" }
        ?? "stored here before the daemon's last start"
      text +=
        "  \(confirmation.node.printable): erased, signed \(UTCTime.text(milliseconds: confirmation.time)) by its own clock, \(heard): \(confirmation.receipt.printable)\n"
    }
    for node in report.outstanding { text += "  \(node.printable): no receipt\n" }
    return text
  }
}
