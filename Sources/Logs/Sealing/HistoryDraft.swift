public import Log
public import Secrets

/// A history entry being put together: keys that its author gives away.
public final class HistoryDraft {
  let receivers: [AudienceMember]
  private let group: GroupVersion?
  private var grants: [UInt64] = []
  private var records: [UInt64] = []
  private let keys = KeyRing()
  /// The length of the head without its index lines.
  private let frameBytes: Int
  private var lineBytes = 0

  /// - Parameters:
  ///   - receivers: ascending by name; not the author.
  ///   - group: that they are members of.
  public init(to receivers: [AudienceMember], group: GroupVersion?) {
    self.receivers = receivers
    self.group = group
    frameBytes =
      HistoryHead(receivers: receivers, group: group, grants: [], records: []).encode().count
  }

  /// Nothing was given yet.
  public var isEmpty: Bool { keys.count == 0 }

  /// True when the entry has no room for the key of one more.
  public var isFull: Bool {
    // `entry `, 19 digits, a newline, the key.
    Padding.paddedBytes(for: frameBytes + lineBytes + 58) > SealingLimits.metadataBytes
  }

  /// Gives the key of an audience epoch. Grants come ascending, and before records.
  ///
  /// - Parameter index: of the grant, which is closed below the entry to be.
  public func give(grant index: UInt64, _ key: borrowing AudienceKey) {
    precondition(records.isEmpty && grants.last.map { $0 < index } ?? true)
    grants.append(index)
    key.withBytes { add("grant \(index)\n", $0) }
  }

  /// Gives the key of one record. Records come ascending.
  public func give(record index: UInt64, _ key: borrowing DisclosureKey) {
    precondition(records.last.map { $0 < index } ?? true)
    records.append(index)
    key.withBytes { add("entry \(index)\n", $0) }
  }

  private func add(_ line: String, _ key: Span<UInt8>) {
    precondition(!isFull)
    lineBytes += line.utf8.count + 32
    _ = keys.append(key)
  }

  /// Head, keys and padding.
  func padded() -> GuardedBytes {
    let head =
      HistoryHead(receivers: receivers, group: group, grants: grants, records: records).encode()
    let plain = head.count + 32 * keys.count
    return GuardedBytes(count: Padding.paddedBytes(for: plain)) { output in
      for index in head.indices { output[index] = head[index] }
      for number in 0..<keys.count {
        keys.withKey(number) { key in
          for index in 0..<32 { output[head.count + 32 * number + index] = key[index] }
        }
      }
      output[plain] = 0x80
    }
  }
}
