import CommandLine
import HubInterface
import JSON

enum MoneyVerb {
  static let verb = Verb(
    "money", "accounts and payments around a person",
    details: [
      "With --csv the payments as a table for a spreadsheet (RFC 4180); a cell that would be taken for a formula has an apostrophe before it.",
      HubOptions.recorded,
    ],
    arguments: [Argument("REF", "a record's name, for example nl:2015-0117")],
    options: [
      Option("--since", "DATE", summary: "only payments since"),
      Option("--csv", summary: "a table for a spreadsheet"), HubOptions.json,
    ] + HubOptions.look)

  static func run(_ arguments: Arguments) throws(Failure) {
    guard !arguments.has("--json") || !arguments.has("--csv") else {
      throw Failure(.usage, "--json and --csv are given together.", hint: "Give one of them.")
    }
    let look = try LookOptions(arguments).look
    let request = MoneyRequest(
      look: look, ref: try arguments.reference(0), since: try arguments.date("--since"))
    let hub = try HubConnection(arguments.hub)
    let reply = try hub.call("Money", request, reply: MoneyReply.self)
    let account = AccountText(look, reply.account)
    if arguments.has("--csv") {
      Output.print(bytes: Array(csv(reply.payments).utf8))
    } else if arguments.has("--json") {
      Output.print(records: lines(reply))
    } else {
      Output.print(text(reply) + "\n")
      account.print()
      return
    }
    if reply.cut { Output.printError("liaison: \(cut)") }
    account.printError()
  }

  private static let cut = "THIS IS NOT ALL: there are more payments than are shown.\n"

  static func csv(_ payments: [PaymentReport]) -> String {
    let header = [
      "date", "amount", "currency", "payer", "beneficiary", "method", "reason", "grade", "ref",
      "entry", "marks",
    ]
    return CSV.row(header)
      + payments.map { payment in
        CSV.row([
          payment.date ?? "", payment.amount, payment.currency, payment.payer, payment.beneficiary,
          payment.method ?? "", payment.reason ?? "", payment.grade ?? "", payment.ref ?? "",
          payment.entry, payment.marks.joined(separator: "; "),
        ])
      }.joined()
  }

  /// An account or a payment on each line.
  static func lines(_ reply: MoneyReply) -> [[UInt8]] {
    let accounts = reply.accounts.map { account in
      JSONWriter.object { writer in
        writer.member("kind", "account")
        writer.members(account)
        writer.members(reply.account)
      }
    }
    let payments = reply.payments.map { payment in
      JSONWriter.object { writer in
        writer.member("kind", "payment")
        writer.member("payment", payment)
        writer.members(reply.account)
      }
    }
    return accounts + payments
  }

  static func text(_ reply: MoneyReply) -> String {
    var blocks: [String] = []
    if !reply.accounts.isEmpty {
      blocks.append("ACCOUNTS\n" + reply.accounts.map { FoundText($0).head(indent: 2) }.joined())
    }
    if !reply.payments.isEmpty { blocks.append("PAYMENTS\n" + table(reply.payments)) }
    if blocks.isEmpty { blocks.append("nothing found\n") }
    if reply.cut { blocks.append(cut) }
    return blocks.joined(separator: "\n")
  }

  private static func table(_ payments: [PaymentReport]) -> String {
    var table = TextTable(
      ["DATE", "AMOUNT", "", "FROM", "TO", "HOW", "GRADE", "ENTRY"], numbers: [1])
    for payment in payments {
      let reason = payment.reason.map { $0.wrapped(indent: 4) } ?? ""
      table.add(
        [
          payment.date ?? "?", payment.amount.cut(to: 24), payment.currency.cut(to: 8),
          payment.payer.cut(to: 30), payment.beneficiary.cut(to: 30),
          (payment.method ?? "").cut(to: 12), payment.grade ?? "", payment.entry,
        ], below: Marks.lines(payment.marks.map(Marks.emphasised), indent: 4) + reason)
    }
    return table.text
  }
}
