public import Crypto
internal import Wire

/// The body of an erasure receipt: of some logs, up to which of their withdrawals the signer has
/// erased what they name (Protocols/entry.md, 9). It is the signer's word, and may be a lie.
public struct ErasureReceipt: Hashable, Sendable {
  /// The words about one log, whose id the receipt does not tell.
  public struct Line: Hashable, Sendable {
    /// `ErasureReceipt.salted`.
    public let saltedLog: Digest
    /// How much of it is said to be erased.
    public let extent: ErasureExtent

    /// - Parameters: as the properties.
    public init(saltedLog: Digest, extent: ErasureExtent) {
      self.saltedLog = saltedLog
      self.extent = extent
    }
  }

  /// 1 to `LogLimits.receiptLines`, ascending by salted log.
  public let lines: [Line]

  /// - Parameter lines: in any order.
  /// - Throws: `.lines` for none, too many, one log named twice, and a line that says nothing.
  public init(lines: [Line]) throws(ReceiptError) {
    let sorted = lines.sorted { $0.saltedLog < $1.saltedLog }
    guard ErasureReceipt.isValid(sorted) else { throw .lines }
    self.lines = sorted
  }

  /// The name that a receipt gives a log: who does not know its id cannot tell which it is, nor
  /// that two receipts speak of the same.
  /// - Parameters:
  ///   - log: that the receipt is about.
  ///   - receiptLog: that the receipt is in.
  ///   - index: of the receipt.
  public static func salted(_ log: LogID, in receiptLog: LogID, at index: UInt64) -> Digest {
    var bytes = salt
    receiptLog.append(to: &bytes)
    bytes.append(bigEndian: index)
    log.append(to: &bytes)
    return SHA256.hash(bytes)
  }

  /// - Throws: for anything but what `encode` gives.
  public static func parse(_ body: [UInt8]) throws(ReceiptError) -> ErasureReceipt {
    guard body.starts(with: domain) else { throw .domain }
    guard body.count >= headBytes else { throw .length }
    let count = Int(body.span.bigEndian(at: domain.count) as UInt16)
    guard body.count == headBytes + count * LogLimits.receiptLineBytes else { throw .length }
    var lines: [Line] = []
    for number in 0..<count {
      lines.append(try line(body.span, at: headBytes + number * LogLimits.receiptLineBytes))
    }
    guard isValid(lines) else { throw .lines }
    return ErasureReceipt(ascending: lines)
  }

  /// At most `LogLimits.receiptBytes`.
  public func encode() -> [UInt8] {
    var bytes = ErasureReceipt.domain
    bytes.append(bigEndian: UInt16(lines.count))
    for line in lines {
      line.saltedLog.append(to: &bytes)
      let withdrawal = line.extent.withdrawal
      bytes.append(bigEndian: withdrawal?.index ?? ErasureReceipt.none)
      (withdrawal?.leafHash ?? .zero).append(to: &bytes)
      bytes.append(bigEndian: line.extent.expiryDay)
    }
    return bytes
  }

  /// The line about a log, if there is one.
  /// - Parameters: as in `salted`.
  public func extent(of log: LogID, in receiptLog: LogID, at index: UInt64) -> ErasureExtent? {
    let wanted = ErasureReceipt.salted(log, in: receiptLog, at: index)
    var (low, high) = (0, lines.count)
    while low < high {
      let middle = (low + high) / 2
      if lines[middle].saltedLog < wanted { low = middle + 1 } else { high = middle }
    }
    guard low < lines.count, lines[low].saltedLog == wanted else { return nil }
    return lines[low].extent
  }

  private static let domain = Array("liaison-receipt/v1\n".utf8)
  private static let salt = Array("liaison-receipt-log/v1\n".utf8)
  private static let headBytes = domain.count + 2
  private static let none = UInt64.max

  private init(ascending lines: [Line]) { self.lines = lines }

  private static func line(_ bytes: Span<UInt8>, at start: Int) throws(ReceiptError) -> Line {
    let index: UInt64 = bytes.bigEndian(at: start + 32)
    let leafHash = Digest(bytes, at: start + 40)
    guard index <= LogLimits.lastIndex || (index == none && leafHash == .zero) else {
      throw .index
    }
    return Line(
      saltedLog: Digest(bytes, at: start),
      extent: ErasureExtent(
        withdrawal: index == none ? nil : ErasedWithdrawal(index: index, leafHash: leafHash),
        expiryDay: bytes.bigEndian(at: start + 72)))
  }

  private static func isValid(_ lines: [Line]) -> Bool {
    (1...LogLimits.receiptLines).contains(lines.count)
      && zip(lines, lines.dropFirst()).allSatisfy { $0.saltedLog < $1.saltedLog }
      && lines.allSatisfy {
        $0.extent != .nothing && $0.extent.withdrawal?.index ?? 0 <= LogLimits.lastIndex
      }
  }
}

/// Why a body is no erasure receipt. The entry is a defect of its author, and is carried.
public enum ReceiptError: Error, Hashable, Sendable {
  case domain
  /// Other bytes than its count of lines takes.
  case length
  /// An index that no entry has, or a leaf hash without an index.
  case index
  /// None, too many, not ascending, or one that says nothing.
  case lines
}
