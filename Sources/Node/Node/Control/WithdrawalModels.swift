public import Varlink

/// `org.liaison.Node.Withdrawals`: what became of the withdrawals in one log.
public struct WithdrawalsRequest: Codable, Hashable, Sendable, CallParameters {
  /// None is required.
  public static let names = ["log", "position", "entry"]

  /// `nl/1`; nil: the own log of the present epoch.
  public var log: String?
  /// Withdrawals from this index on; nil: from the first.
  public var position: UInt64?
  /// `nl/1/17`: only withdrawals that name this record, or that are this entry.
  public var entry: String?

  /// - Parameters: as the properties.
  public init(log: String? = nil, position: UInt64? = nil, entry: String? = nil) {
    self.log = log
    self.position = position
    self.entry = entry
  }
}

/// One answer: withdrawals in their order.
public struct WithdrawalsReply: Codable, Hashable, Sendable {
  /// Those from the position on, as many as a page takes.
  public var withdrawals: [WithdrawalReport] = []
  /// Where the next page begins; nil: this is the last.
  public var next: UInt64?
  /// Every receipt that is here was read; else ask again.
  public var complete = false

  /// Nothing yet.
  public init() {}
}

/// One withdrawal: what is left here of what it names, and who says the same.
public struct WithdrawalReport: Codable, Hashable, Sendable {
  /// `nl/1/9`
  public var entry: String
  /// Unix ms, its author's claim.
  public var time: UInt64
  /// Here, by this node's store.
  public var state: WithdrawalState
  /// In their order.
  public var records: [WithdrawnRecord]
  /// Who could read any of the records, as far as this node opens their grants, without the author.
  /// nil: it opens none of them, and `confirmations` are of the roster.
  public var readers: [String]?
  /// The first receipt that names it, or a later one, of each of `readers`, or of the roster.
  public var confirmations: [Confirmation]
  /// Those of the same of which there is none.
  public var outstanding: [String]
}

/// The effect of a withdrawal here.
public enum WithdrawalState: String, Codable, Hashable, Sendable {
  /// Something that it names is here, and handed out to nobody.
  case hidden
  /// Nothing that it names is left in this node's store.
  case erased
  /// It does not count, and hides nothing (Protocols/entry.md, ENT-23).
  case void
}

/// A record that a withdrawal names.
public struct WithdrawnRecord: Codable, Hashable, Sendable {
  /// `nl/1/5`
  public var entry: String
  /// A word of Protocols/control.md, 3; `stored` of a body that is handed out, `notHere` of an
  /// entry that is not here, `notRecord` of one of another kind.
  public var state: String
}

/// A node's word that it erased what a withdrawal names.
public struct Confirmation: Codable, Hashable, Sendable {
  /// The signer.
  public var node: String
  /// The receipt: `be/1/40`.
  public var receipt: String
  /// Unix ms, the signer's claim.
  public var time: UInt64
  /// Unix ms by this node's clock when the receipt was stored here; nil: before this run.
  public var heard: UInt64?
}

/// A name of a process that gathers records from this node, and whether it holds receipts back.
public struct ReaderReport: Codable, Hashable, Sendable {
  /// As it gave it.
  public var name: String
  /// It has not confirmed what the node waits for; false where it waits for nothing.
  public var holdsBack: Bool
}

/// `org.liaison.Node.Readers`.
public struct ReadersReply: Codable, Hashable, Sendable {
  /// Ascending by name.
  public var readers: [ReaderReport]
}

/// `org.liaison.Node.ForgetReader`.
public struct ForgetReaderRequest: Codable, Hashable, Sendable, CallParameters {
  /// Required.
  public static let names = ["name"]

  /// As the reader gave it.
  public var name: String

  /// - Parameter name: as the reader gave it.
  public init(name: String) { self.name = name }
}

/// Nothing more is to be said.
public struct DoneReply: Codable, Hashable, Sendable {
  /// It was done.
  public init() {}
}
