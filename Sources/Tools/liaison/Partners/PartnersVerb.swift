import CommandLine
import HubInterface
import Log
import Varlink

/// `partners`: what this node and its partners give each other.
enum PartnersVerb {
  static let verb = Verb(
    "partners", "what this node and each partner give each other, by quarter",
    details: [
      "For each pair and quarter, of the one to the other: records that stand, by type, and how many of them are corrections; records that were withdrawn or have expired since; "
        + "requests for information, and how many were answered in time, late, refused, or are open or overdue; the median time to answer.",
      "Only entries count that were sealed to both, whatever their purpose, so that the partner's node prints the same. Quarters and times are those that authors claim, by UTC; "
        + "what was withdrawn or expired counts in the quarter in which it was published, without its type. --entries names each entry that counted.",
      "With --receipts this node's daemon is asked, too: how many withdrawals concern the other, and for how many it has signed no erasure receipt that is here.",
      "Who looked, when, for which purpose and reason and what was shown is recorded before the answer comes. No word of a record is shown.",
    ],
    options: [
      Option("--with", "NAME", summary: "only this partner"),
      Option("--quarter", "Q", summary: "only this quarter, for example 2026Q4"),
      Option(
        "--entries", summary: "the entries that counted, too: with --with and --quarter"),
      Option(
        "--receipts", summary: "receipts that are outstanding, too: asks the daemon of --data"),
      Liaison.data, HubOptions.json,
    ] + HubOptions.look)

  static func run(_ arguments: Arguments) throws(Failure) {
    let look = try LookOptions(arguments).look
    var request = PartnersRequest(
      look: look, with: try name(arguments.value("--with")),
      quarter: try arguments.value("--quarter").map(quarter),
      entries: arguments.has("--entries") ? true : nil)
    if request.entries == true, request.with == nil || request.quarter == nil {
      throw Failure(
        .usage, "--entries is given without --with and --quarter.",
        hint: "Entries are those of one partner and one quarter: name both.")
    }
    let hub = try HubConnection(arguments.hub)
    var reply = try hub.call("Partners", request, reply: PartnersReply.self)
    var account = AccountText(look, reply.account)
    var entries = reply.entries
    while let next = reply.next {
      request.after = next
      let (pairs, isCut) = (reply.pairs, reply.cut)
      reply = try hub.call("Partners", request, reply: PartnersReply.self)
      reply.pairs = pairs
      reply.cut = reply.cut || isCut
      account.add(reply.account)
      entries += reply.entries
    }
    let receipts =
      arguments.has("--receipts")
      ? try OutstandingReceipts(arguments.folder, request.with, request.quarter) : nil
    if arguments.has("--json") {
      Output.print(records: reply.pairs.map(VarlinkJSON.encode))
      Output.print(records: entries.map(VarlinkJSON.encode))
      if let receipts { Output.print(records: receipts.rows.map(VarlinkJSON.encode)) }
      if reply.cut { Output.printError("liaison: \(cut)") }
      account.printError()
      return
    }
    Output.print(PartnersText.text(reply.pairs, entries, receipts) + "\n")
    if reply.cut { Output.print(cut) }
    account.print()
  }

  private static let cut =
    "THIS IS NOT ALL: more was to be counted than one question looks at. Name a partner and a quarter.\n"

  private static func name(_ text: String?) throws(Failure) -> String? {
    guard let text else { return nil }
    guard (try? NodeName(text)) != nil else {
      throw Failure(
        .usage, "--with is \"\(text)\".", hint: "Name one node, for example --with be.")
    }
    return text
  }

  private static func quarter(_ text: String) throws(Failure) -> String {
    let letters = Array(text.uppercased())
    let isQuarter =
      letters.count == 6 && letters[4] == "Q" && letters[..<4].allSatisfy(\.isWholeNumber)
      && ("1"..."4").contains(letters[5])
    guard isQuarter else {
      throw Failure(.usage, "--quarter is \"\(text)\".", hint: "Write 2026Q4.")
    }
    return String(letters)
  }
}
