internal import Text
/// The body of a withdrawal entry: records whose bodies everybody is to delete (Protocols/entry.md,
/// 7).
public struct Withdrawal: Hashable, Sendable {
  /// One record of the node that withdraws it.
  public struct Record: Hashable, Sendable, Comparable {
    /// The log that the record is in, of this epoch or an earlier one.
    public let origin: Origin
    /// The record's place in that log.
    public let index: UInt64

    /// Checks nothing: `Withdrawal` refuses indices that no entry has.
    public init(origin: Origin, index: UInt64) {
      self.origin = origin
      self.index = index
    }

    /// Compares by epoch, then by index; only records of one node are compared.
    public static func < (a: Record, b: Record) -> Bool {
      (a.origin.epoch, a.index) < (b.origin.epoch, b.index)
    }
  }

  /// Where a withdrawal stands: an entry of one of its node's logs.
  public struct Place: Hashable, Sendable, Comparable {
    /// The epoch of the log that it is in.
    public let epoch: UInt32
    /// The withdrawal's own place in that log.
    public let index: UInt64

    /// - Parameter epoch: of the withdrawing node's log, from 1.
    public init(epoch: UInt32, index: UInt64) {
      self.epoch = epoch
      self.index = index
    }

    /// The order in which withdrawals of one node count.
    public static func < (a: Place, b: Place) -> Bool {
      (a.epoch, a.index) < (b.epoch, b.index)
    }
  }

  /// 1 to `LogLimits.withdrawnRecords`, ascending.
  public let records: [Record]

  /// - Parameter records: in any order.
  /// - Throws: `.records` for none, too many, one that is named twice, and records of several
  ///   nodes.
  public init(records: [Record]) throws(WithdrawalError) {
    let sorted = records.sorted()
    guard Withdrawal.isValid(sorted) else { throw .records }
    self.records = sorted
  }

  /// - Parameter origin: of the log that the entry is in: a node withdraws records of its own, of
  ///   this epoch and of those before.
  public static func parse(_ body: [UInt8], in origin: Origin) throws(WithdrawalError)
    -> Withdrawal
  {
    guard body.count <= LogLimits.withdrawalBytes else { throw .tooLong }
    var lines = TextLines(body)
    guard lines.next() == header else { throw .header }
    var records: [Record] = []
    while !lines.isAtEnd {
      guard let record = lines.value(of: "record").flatMap(Record.init(parsing:)) else {
        throw .line
      }
      guard record.origin.name == origin.name, record.origin.epoch <= origin.epoch else {
        throw .foreign
      }
      records.append(record)
    }
    guard isValid(records) else { throw .records }
    return Withdrawal(ascending: records)
  }

  /// The body's bytes: at most `LogLimits.withdrawalBytes`.
  public func encode() -> [UInt8] {
    var text = Withdrawal.header + "\n"
    for record in records { text += "record \(record.origin.text) \(record.index)\n" }
    return Array(text.utf8)
  }

  private static let header = "liaison-withdrawal/v1"

  private init(ascending records: [Record]) { self.records = records }

  private static func isValid(_ records: [Record]) -> Bool {
    guard let first = records.first, records.count <= LogLimits.withdrawnRecords else {
      return false
    }
    return zip(records, records.dropFirst()).allSatisfy { $0 < $1 }
      && records.allSatisfy {
        $0.origin.name == first.origin.name && $0.index <= LogLimits.lastIndex
      }
  }
}

extension Withdrawal.Record {
  fileprivate init?(parsing text: String) {
    let parts = text.utf8.split(separator: 0x20, omittingEmptySubsequences: false)
      .map { String(decoding: $0, as: UTF8.self) }
    guard parts.count == 2, let origin = try? Origin(parts[0]),
      let index = Decimal.parse(parts[1])
    else { return nil }
    self.init(origin: origin, index: index)
  }
}

/// Why a body is no withdrawal. The entry is a defect of its author, and is carried.
public enum WithdrawalError: Error, Hashable, Sendable {
  case tooLong
  case header
  /// A line that is not `record ORIGIN INDEX`, or has no newline.
  case line
  /// A record of another node, or of a later epoch.
  case foreign
  /// None, too many, not ascending, or an index that no entry has.
  case records
}
