import CommandLine
import Log
import Node
import Records

/// The part of what was named that is left to withdraw, and what was withdrawn before.
struct WithdrawalOrder {
  /// Entries that stand, to be withdrawn.
  private(set) var standing: [String] = []
  /// Withdrawals that name any of it: those before, then those of this run.
  var withdrawals: [String] = []
  private var gone = 0
  private var expired = 0
  /// Named, and nothing of this node is there.
  private var unknown: [String] = []
  private let count: Int

  /// - Throws: before anything is withdrawn, where somebody else's is named.
  init(
    _ targets: WithdrawalTargets, _ folder: NodeFolder, _ daemon: DaemonConnection
  ) throws(Failure) {
    count = targets.count
    for entry in targets.entries {
      try take(entry, try daemon.call("Show", ShowRequest(entry: entry), reply: ShowReply.self))
    }
    guard !targets.references.isEmpty else { return }
    let own = try OwnIDs(folder)
    if let other = targets.references.first(where: { $0.author.text != own.node }) {
      throw Failure(
        .usage, "\(other.text) is not this node's: it is \(own.node).",
        hint: "Only its author can withdraw a record. Nothing was withdrawn.")
    }
    let versions = try own.versions(of: targets.references.map(\.id))
    for reference in targets.references {
      let found = versions[reference.id] ?? []
      if found.isEmpty { unknown.append(reference.text) }
      for version in found { try take(version.entry, version) }
    }
  }

  private mutating func take(_ entry: String, _ shown: ShowReply) throws(Failure) {
    switch shown.opening {
    case .hidden, .purged:
      gone += 1
      // `by nl/1/9`
      if let by = shown.why?.split(separator: " ").last.map(String.init), by.isEntry {
        if !withdrawals.contains(by) { withdrawals.append(by) }
      }
    case .expired: expired += 1
    default: if !standing.contains(entry) { standing.append(entry) }
    }
  }

  /// Sums up what was done and who has confirmed.
  /// - Throws: at last, where something was named that there is not.
  func sayWhatBecame(_ daemon: DaemonConnection) throws(Failure) {
    if count > 1 || gone > 0 || expired > 0 || !unknown.isEmpty {
      Output.printError(
        "liaison: \(count) named: \(standing.count) entries withdrawn now, \(gone) withdrawn before, \(expired) expired, \(unknown.count) not found\n"
      )
    }
    let summary = try ReceiptSummary(of: withdrawals, daemon)
    if let line = summary.line { Output.printError("liaison: \(line)\n") }
    guard !unknown.isEmpty else { return }
    for reference in unknown.prefix(20) {
      Output.printError("liaison: no version of \(reference) is noted here\n")
    }
    throw Failure(
      .dataError, "\(unknown.count) of what was named is nothing that this node published.",
      hint:
        "The rest is withdrawn. What was withdrawn before its id was noted is found by its entry alone."
    )
  }
}

/// How many of some withdrawals each node that could read what they name has confirmed.
struct ReceiptSummary {
  private var confirmed: [String: Int] = [:]
  private var asked: [String: Int] = [:]

  init(of withdrawals: [String], _ daemon: DaemonConnection) throws(Failure) {
    for entry in withdrawals {
      let page = try daemon.withdrawals(WithdrawalsRequest(entry: entry))
      for report in page.withdrawals {
        for confirmation in report.confirmations {
          confirmed[confirmation.node, default: 0] += 1
          asked[confirmation.node, default: 0] += 1
        }
        for node in report.outstanding { asked[node, default: 0] += 1 }
      }
    }
  }

  /// nil: nobody was to confirm anything.
  var line: String? {
    guard !asked.isEmpty else { return nil }
    let words = asked.sorted { $0.key < $1.key }.map { node, count in
      "\(node) \(confirmed[node] ?? 0) of \(count)"
    }
    return "erased, by their own word: \(words.joined(separator: ", ")) withdrawals"
  }
}

extension DaemonConnection {
  /// A page, once the daemon has read every receipt.
  func withdrawals(_ request: WithdrawalsRequest) throws(Failure) -> WithdrawalsReply {
    while true {
      let page = try call("Withdrawals", request, reply: WithdrawalsReply.self)
      if page.complete { return page }
      rest()
    }
  }
}
