public import Crypto

/// A withdrawal that is named with its entry's hash, so that no other branch is meant.
public struct ErasedWithdrawal: Hashable, Sendable {
  /// Its place in its log.
  public let index: UInt64
  /// Its entry's leaf hash.
  public let leafHash: Digest

  /// Checks nothing: `ErasureReceipt` refuses indices that no entry has.
  public init(index: UInt64, leafHash: Digest) {
    self.index = index
    self.leafHash = leafHash
  }
}

/// How much of one log's withdrawn and expired bodies a node has erased (Protocols/entry.md,
/// ENT-29).
public struct ErasureExtent: Hashable, Sendable {
  /// The last withdrawal of those that name nothing that is left; nil: there is none.
  public var withdrawal: ErasedWithdrawal?
  /// The day up to which all that expired is gone; 0: there is none.
  public var expiryDay: UInt16

  /// Nothing is said to be gone.
  public static let nothing = ErasureExtent(withdrawal: nil, expiryDay: 0)

  /// - Parameters: as the properties.
  public init(withdrawal: ErasedWithdrawal?, expiryDay: UInt16) {
    self.withdrawal = withdrawal
    self.expiryDay = expiryDay
  }

  /// True when neither part says less than in `other`: lines about a log are cumulative.
  public func reaches(_ other: ErasureExtent) -> Bool {
    guard expiryDay >= other.expiryDay else { return false }
    guard let before = other.withdrawal else { return true }
    return withdrawal.map { $0.index >= before.index } ?? false
  }
}
