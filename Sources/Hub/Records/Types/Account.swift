/// Where money lies (FollowTheMoney: BankAccount, CryptoWallet). REC-56.
public struct Account: RecordFields {
  /// Who disposes of it.
  public var holder: PartyReference?
  /// As it is written (REC-33).
  public var iban: String?
  /// A code, at most 64 bytes.
  public var bic: String?
  /// Any other number than an IBAN.
  public var accountNumber: String?
  /// In the author's words.
  public var bankName: String?
  /// A wallet's address.
  public var publicKey: String?

  init() {}

  static let table = FieldTable<Account>([
    Field("holder", 17) { $0.holder = $1.party() },
    Field("iban", 33) { $0.iban = $1.identifier(.iban) },
    Field("bic", 56) { $0.bic = $1.code() },
    Field("accountNumber", 56) { $0.accountNumber = $1.text(RecordLimits.identifierBytes) },
    Field("bankName", 56) { $0.bankName = $1.searched() },
    Field("publicKey", 36) { $0.publicKey = $1.identifier(.wallet) },
  ])

  func check(_ reader: inout FieldReader, _ seen: SeenFields) {
    seen.requireOne(of: ["iban", "accountNumber", "publicKey"], rule: 56, &reader)
  }

  func select(_ list: inout SelectorList) {
    list.account(iban, field: "iban")
    list.number(accountNumber, .account, field: "accountNumber")
    list.formed(publicKey, .wallet, field: "publicKey")
  }
}

/// Money that went from one to another (FollowTheMoney: Payment). REC-57.
public struct Payment: RecordFields {
  /// Who paid; nil: not known.
  public var payer: PartyReference?
  /// Who was paid; nil: not known.
  public var beneficiary: PartyReference?
  /// Those through whose hands it went, as hawaladars, in their order.
  public var via: [PartyReference] = []
  /// A record, what is known of it, or its number as text.
  public var payerAccount: PartyReference?
  /// As `payerAccount`.
  public var beneficiaryAccount: PartyReference?
  /// Nil: not known.
  public var amount: Amount?
  /// Three capitals of ISO 4217; required beside an amount.
  public var currency: String?
  /// As it is written; of a time its day.
  public var date: DateValue?
  /// As it is written, where that is a whole day or a time of one (REC-22).
  public var time: TimeValue?
  /// The purpose of the transfer, long text.
  public var reason: String?
  /// Nil: not known.
  public var method: Term<PaymentMethod>?

  init() {}

  static let table = FieldTable<Payment>([
    Field("payer", 17) { $0.payer = $1.party() },
    Field("beneficiary", 17) { $0.beneficiary = $1.party() },
    Field("via", 17) { $0.via = $1.parties() },
    Field("payerAccount", 17) { $0.payerAccount = $1.party(allowsText: true) },
    Field("beneficiaryAccount", 17) { $0.beneficiaryAccount = $1.party(allowsText: true) },
    Field("amount", 57) { $0.amount = $1.amount() },
    Field("currency", 57) { $0.currency = $1.currency() },
    Field("date", 20) { ($0.time, $0.date) = $1.moment() },
    Field("reason", 57) { $0.reason = $1.prose() },
    Field("method", 6) { $0.method = $1.term() },
  ])

  func check(_ reader: inout FieldReader, _ seen: SeenFields) {
    seen.requireOne(
      of: ["payer", "beneficiary", "payerAccount", "beneficiaryAccount"], rule: 57, &reader)
    if amount != nil, !seen.has("currency") {
      reader.refuse(.needs(["currency"]), field: "amount", rule: 57)
    }
  }

  func select(_ list: inout SelectorList) {
    for (account, field) in [
      (payerAccount, "payerAccount"), (beneficiaryAccount, "beneficiaryAccount"),
    ] {
      if case .text(let number) = account { list.account(number, field: field) }
    }
    for (party, field) in [
      (payer, "payer"), (beneficiary, "beneficiary"), (payerAccount, "payerAccount"),
      (beneficiaryAccount, "beneficiaryAccount"),
    ] {
      list.party(party, field: field)
    }
    for party in via { list.party(party, field: "via") }
  }
}
