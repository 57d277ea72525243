import Node
import Runtime
import Text

/// The text of `liaison status`, for terminals of 80 columns: tables of what changes, and below a
/// line what needs more words.
enum StatusText {
  static func text(_ report: StatusReport, now: UInt64) -> String {
    var text = "node \(report.node), up \(StatusVerb.duration(from: report.startedAt, to: now))"
    text += ", signing \(report.signing)\n"
    if let why = report.signingWhy { text += wrapped(why) }
    if let help = report.signingHelp { text += wrapped(help) }
    for warning in report.warnings { text += wrapped("WARNING \(warning)", indent: 0) }
    text += "\n" + logs(report) + "\n" + peers(report, now) + "\n" + totals(report)
    return text + ScrubText.lines(report, now: now)
  }

  // MARK: Logs

  private static func logs(_ report: StatusReport) -> String {
    var table = TextTable(
      ["LOG", "ENTRIES", "MISSING", "DISK", "COSIGNED", "STATE"], numbers: [1, 2, 3, 4])
    for log in report.logs {
      table.add(
        [
          log.origin + (log.own ? " *" : ""), "\(log.size)", "\(log.missingEntries)",
          log.space.total.allocatedBytes.asBytes, "\(log.cosignatures.count)", state(log),
        ], below: details(log, of: report).map { wrapped($0) }.joined())
    }
    return table.text
  }

  private static func state(_ log: LogReport) -> String {
    var words: [String] = []
    if let index = log.frozenAt { words.append("FROZEN at \(index)") }
    if log.disputed { words.append("DISPUTED") }
    if log.defects > 0 { words.append("\(log.defects) defects") }
    if !log.lost.isEmpty {
      words.append("LOST")
    } else if !log.damaged.isEmpty {
      words.append("damaged")
    }
    if !log.undecided.isEmpty { words.append("undecided") }
    if log.catchUp != nil { words.append("catching up") }
    if let why = log.why, why != "frozen", why != "disputed" { words.append(why) }
    return words.isEmpty ? "ok" : words.joined(separator: ", ")
  }

  private static func details(_ log: LogReport, of report: StatusReport) -> [String] {
    var lines: [String] = []
    if let progress = log.catchUp { lines.append(self.progress(progress)) }
    if !log.lost.isEmpty {
      lines.append("lost: \(log.lost.joined(separator: ", "))")
    } else if !log.damaged.isEmpty {
      lines.append("damaged: \(log.damaged.joined(separator: ", "))")
    }
    if !log.undecided.isEmpty {
      lines.append(
        "not shown until withdrawals are read: \(log.undecided.joined(separator: ", "))")
    }
    if let limit = log.limitBytes, log.bytes >= limit / 4 * 3 {
      lines.append("takes \(log.bytes.asBytes) of the \(limit.asBytes) that it may")
    }
    if let witnesses = log.witnesses {
      // A node is no witness of itself.
      let roster = report.peers.count { !log.origin.hasPrefix($0.name + "/") }
      lines.append(
        "cosigned by \(witnesses.count) of \(roster) of your roster before the proof"
          + (log.witnessedSize.map { ", up to \($0) entries" } ?? ""))
    }
    if let anchor = log.anchor { lines += anchorLines(anchor) }
    for file in log.evidence { lines.append("evidence: \(file)") }
    if let help = log.help { lines.append(help) }
    return lines
  }

  /// Says what is so, and of nobody why.
  private static func anchorLines(_ anchor: AnchorReport) -> [String] {
    let time = HubTime.minute(Int(clamping: anchor.time))
    return ["looks last anchored in entry \(anchor.index), \(time)"]
      + (anchor.overdueSeconds.map {
        ["no anchor came for \(StatusVerb.duration($0)): the next is overdue"]
      } ?? [])
  }

  static func progress(_ progress: CatchUpReport) -> String {
    // Rounded down: 100 % is when it is there.
    let part = Double(progress.held) / Double(max(progress.total, 1))
    let permille = Int(min(part, 1) * 1_000)
    var text = "\(permille / 10).\(permille % 10) % of \(progress.total)"
    text += ", \(progress.entriesPerSecond) entries/s"
    if let seconds = progress.secondsLeft { text += ", \(StatusVerb.duration(seconds)) left" }
    return text + ", from \(progress.sources) peer\(progress.sources == 1 ? "" : "s")"
  }

  // MARK: Peers

  private static func peers(_ report: StatusReport, _ now: UInt64) -> String {
    var table = TextTable(
      ["PEER", "STATE", "FOR", "LAG", "SINCE", "IN", "OUT"], numbers: [2, 3, 4, 5, 6])
    for peer in report.peers {
      let isBehind = (peer.lagEntries ?? 0) > 0
      table.add(
        [
          peer.name, peer.state,
          peer.since.map { StatusVerb.duration(from: $0, to: now) } ?? "-",
          peer.lagEntries.map { "\($0)" } ?? "?",
          isBehind ? StatusVerb.duration(peer.lagSeconds ?? 0) : "-", peer.bytesIn.asBytes,
          peer.bytesOut.asBytes,
        ], below: details(peer).map { wrapped($0) }.joined())
    }
    return table.text
  }

  private static func details(_ peer: PeerReport) -> [String] {
    var lines: [String] = []
    if peer.state != "connected", let address = peer.address { lines.append("at \(address)") }
    if let why = peer.why, !why.isEmpty { lines.append(why) }
    for held in peer.held {
      let unit =
        switch held.rate {
        case "messages": "\(held.perSecond)"
        case "answering": "\(held.perSecond) µs"
        case let rate where rate.hasPrefix("unread"): "\(held.perSecond) µs"
        default: held.perSecond.asBytes
        }
      lines.append(
        "\(held.rate) above \(unit) a second: held \(held.times) times"
          + (held.holding ? ", also now" : ""))
    }
    return lines
  }

  // MARK: Totals

  /// A daemon's numbers are no reason to end: a sum stops at the largest number there is.
  private static func sum(_ numbers: [UInt64]) -> UInt64 {
    numbers.reduce(0) { sum, next in
      let (result, overflow) = sum.addingReportingOverflow(next)
      return overflow ? .max : result
    }
  }

  private static func totals(_ report: StatusReport) -> String {
    let here = sum(report.logs.map(\.size))
    let missing = sum(report.logs.map(\.missingEntries))
    var text = "\(report.logs.count) logs: \(here) entries here"
    if missing > 0 {
      let rate = sum(report.logs.map { $0.catchUp?.entriesPerSecond ?? 0 })
      text += ", \(missing) missing"
      if rate > 0 {
        text += ", \(rate) entries/s, \(StatusVerb.duration((missing - 1) / rate + 1)) left"
      }
    }
    let frozen = report.logs.count { $0.frozenAt != nil }
    if frozen > 0 { text += "; \(frozen) frozen" }
    let lonely = report.logs.count { $0.why == "no route" }
    if lonely > 0 { text += "; \(lonely) without a route" }
    text = wrapped(text, indent: 0)
    let connected = report.peers.count { $0.state == "connected" }
    let behind = report.peers.count { ($0.lagEntries ?? 0) > 0 }
    let held = report.peers.count { $0.held.contains(where: \.holding) }
    text += "\(report.peers.count) peers: \(connected) connected, \(behind) behind"
    return text + (held > 0 ? ", \(held) held back\n" : "\n")
  }

  private static func wrapped(_ words: String, indent: Int = 4) -> String {
    words.wrapped(indent: indent)
  }
}
