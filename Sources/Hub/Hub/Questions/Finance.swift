internal import HubInterface
internal import Records

/// Accounts and payments around one person: those that name it, and those that name its accounts,
/// by reference or by number.
struct Finance {
  let questions: Questions
  private var accounts: [StoredRecord] = []
  private var payments: [PaymentReport] = []
  private var seen: Set<Int64> = []
  private var isCut = false

  init(_ questions: Questions) { self.questions = questions }

  /// - Parameter since: a day, `2026-01-01`; earlier payments are left out, those without a date
  ///   are not.
  mutating func run(
    of ref: String, since: PartialDate?
  ) throws -> (accounts: [Found], payments: [PaymentReport], isCut: Bool) {
    var names = try questions.sameMatter(ref)
    var numbers: [(kind: Selector.Kind, value: String)] = []
    for name in names {
      for (number, field) in try questions.mentions(name) where field == "holder" {
        try takeAccount(number, &names, &numbers)
      }
    }
    for name in names {
      for (number, _) in try questions.mentions(name) { try takePayment(number, since) }
    }
    for (kind, value) in numbers {
      let entries = try questions.facts.entries(kind, value)
      questions.noteFull(entries.count, "have the \(kind.words) \(value)")
      for number in entries { try takePayment(number, since) }
    }
    payments.sort { ($0.date ?? "~", $0.entry) < ($1.date ?? "~", $1.entry) }
    return (accounts.map(\.found), payments, isCut || questions.isCut)
  }

  private mutating func takeAccount(
    _ number: Int64, _ names: inout [String],
    _ numbers: inout [(kind: Selector.Kind, value: String)]
  ) throws {
    guard seen.insert(number).inserted, let stored = try questions.visible(number) else { return }
    let read = stored.read()
    guard case .account = read.body else { return }
    guard accounts.count < HubLimits.mentions, questions.hasRoom(stored.record.count) else {
      isCut = true
      return
    }
    questions.show(stored)
    accounts.append(stored)
    if let ref = stored.ref, !names.contains(ref) { names.append(ref) }
    for selector in read.selectors { numbers.append((selector.kind, selector.value)) }
  }

  private mutating func takePayment(_ number: Int64, _ since: PartialDate?) throws {
    guard seen.insert(number).inserted, let stored = try questions.visible(number) else { return }
    let read = stored.read()
    guard case .payment(let payment) = read.body else { return }
    if let since, let date = payment.date?.date, date.days.upperBound < since.days.lowerBound {
      return
    }
    guard payments.count < HubLimits.payments, questions.hasRoom(stored.record.count) else {
      isCut = true
      return
    }
    questions.show(stored)
    payments.append(
      PaymentReport(
        entry: stored.entry, ref: stored.ref,
        payer: name(payment.payer ?? payment.payerAccount, stored, "payer"),
        beneficiary: name(payment.beneficiary ?? payment.beneficiaryAccount, stored, "beneficiary"),
        amount: payment.amount?.text ?? "?", currency: payment.currency ?? "?",
        date: payment.time?.text ?? payment.date?.text, method: payment.method?.text,
        reason: payment.reason, grade: read.common.grade?.text, marks: Marks.of(stored, read)))
  }

  private func name(_ party: PartyReference?, _ stored: StoredRecord, _ field: String) -> String {
    guard let party else { return "unknown" }
    let node = PartyNode(party, in: stored.entry, field: field)
    return node.isRecord ? node.ref : node.label
  }
}
