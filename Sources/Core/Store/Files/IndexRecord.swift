import Crypto
import Log
import Wire

/// 32 bytes of `bodies.index`: where the body of one entry is, or why it is not there
/// (Protocols/store.md, 4.5).
struct IndexRecord {
  let segment: UInt32
  let offset: UInt32
  let length: UInt32
  let state: BodyState
  /// The withdrawal of the body: always for `hidden`, for `purged` where it is known.
  let withdrawal: WithdrawalMark?

  static let absent = IndexRecord(segment: 0, offset: 0, length: 0, state: .absent)

  init(
    segment: UInt32, offset: UInt32, length: UInt32, state: BodyState,
    withdrawal: WithdrawalMark? = nil
  ) {
    self.segment = segment
    self.offset = offset
    self.length = length
    self.state = state
    self.withdrawal = withdrawal
  }

  /// - Returns: nil for what no store writes.
  init?(_ bytes: Span<UInt8>, at start: Int) {
    let flags: UInt32 = bytes.bigEndian(at: start + 12)
    guard let state = BodyState(rawValue: UInt8(flags >> 24)) else { return nil }
    self.state = state
    segment = bytes.bigEndian(at: start)
    offset = bytes.bigEndian(at: start + 4)
    length = bytes.bigEndian(at: start + 8)
    withdrawal = WithdrawalMark(bytes, at: start + 16)
    let isMarked = bytes.extracting((start + 16)..<(start + Layout.indexBytes)).array
      .contains { $0 != 0 }
    guard length <= EntryLayout.maxBodyBytes, segment < Layout.segmentsMost,
      end <= UInt64(UInt32.max), isMarked == (withdrawal != nil)
    else { return nil }
    switch state {
    case .hidden: if withdrawal == nil { return nil }
    case .purged: if withdrawal?.dueMinute ?? 0 != 0 { return nil }
    case .present, .purgedHere, .expired: if isMarked { return nil }
    // Not even an empty body's place may stay: nothing else shows that it was there.
    case .absent: if isMarked || hasBeenHere { return nil }
    }
    guard flags & 0xff_ffff == check else { return nil }
  }

  /// The same place in another state. A mark stays only where it belongs.
  func with(_ state: BodyState) -> IndexRecord {
    IndexRecord(
      segment: segment, offset: offset, length: length, state: state,
      withdrawal: state == self.state ? withdrawal : nil)
  }

  /// The record after `change`. With `present` a hidden body comes back, if it was ever here.
  func with(_ change: StateChange) -> IndexRecord {
    let state = change.state == .present && !hasBeenHere ? .absent : change.state
    return IndexRecord(
      segment: segment, offset: offset, length: length, state: state,
      withdrawal: change.withdrawal)
  }

  func append(to bytes: inout [UInt8]) { append(check: check, to: &bytes) }

  private func append(check: UInt32, to bytes: inout [UInt8]) {
    bytes.append(bigEndian: segment)
    bytes.append(bigEndian: offset)
    bytes.append(bigEndian: length)
    bytes.append(bigEndian: UInt32(state.rawValue) << 24 | check)
    WithdrawalMark.append(withdrawal, to: &bytes)
  }

  /// For hidden bodies 24 bits of SHA-256 of the record with zeros in their place: nothing else
  /// shows that their time was changed. Zeros for the others.
  private var check: UInt32 {
    guard state == .hidden else { return 0 }
    var bytes: [UInt8] = []
    append(check: 0, to: &bytes)
    return SHA256.hash(bytes).array.span.bigEndian(at: 0) as UInt32 >> 8
  }

  var encoded: [UInt8] {
    var bytes: [UInt8] = []
    append(to: &bytes)
    return bytes
  }

  /// True when a body is or was there.
  var hasPlace: Bool { state == .present || length > 0 }

  /// An entry that never had a body here has zeros for a place.
  private var hasBeenHere: Bool { hasPlace || segment > 0 || offset > 0 }

  /// True when the bytes of a body must be at its place.
  var holdsBody: Bool { state == .present || state == .hidden && hasBeenHere }

  /// Where the body's record ends.
  var end: UInt64 { UInt64(offset) + UInt64(Layout.bodyHeaderBytes) + UInt64(length) }
}

/// The withdrawal of a body, and when its bytes go: 16 bytes of an index record and of a `states`
/// record.
struct WithdrawalMark: Hashable, Sendable {
  let place: Withdrawal.Place
  /// The minute of the node's running time when they go (Protocols/entry.md, ENT-24); 0 once they
  /// are gone.
  let dueMinute: UInt32

  init(_ place: Withdrawal.Place, dueMinute: UInt32) {
    self.place = place
    self.dueMinute = dueMinute
  }

  /// - Returns: nil for 16 zeros, and for a mark of no epoch.
  init?(_ bytes: Span<UInt8>, at start: Int) {
    let epoch: UInt32 = bytes.bigEndian(at: start + 8)
    guard epoch > 0 else { return nil }
    place = Withdrawal.Place(epoch: epoch, index: bytes.bigEndian(at: start))
    dueMinute = bytes.bigEndian(at: start + 12)
  }

  /// True when the 16 bytes name an epoch.
  static func isOne(_ bytes: Span<UInt8>, at start: Int) -> Bool {
    WithdrawalMark(bytes, at: start) != nil
  }

  static func append(_ mark: WithdrawalMark?, to bytes: inout [UInt8]) {
    bytes.append(bigEndian: mark?.place.index ?? 0)
    bytes.append(bigEndian: mark?.place.epoch ?? 0)
    bytes.append(bigEndian: mark?.dueMinute ?? 0)
  }
}

/// The new state of bodies: a final one, `hidden`, or `present` for those that were hidden and come
/// back.
struct StateChange: Hashable, Sendable {
  let state: BodyState
  let withdrawal: WithdrawalMark?

  /// - Returns: nil where the mark does not fit the state.
  init?(_ state: BodyState, _ withdrawal: WithdrawalMark?) {
    switch state {
    case .hidden: if withdrawal == nil { return nil }
    case .purged: if withdrawal?.dueMinute ?? 0 != 0 { return nil }
    case .present, .purgedHere, .expired: if withdrawal != nil { return nil }
    case .absent: return nil
    }
    self.state = state
    self.withdrawal = withdrawal
  }
}

extension BodyState {
  /// The body is not here and never will be again.
  var isFinal: Bool { self == .purged || self == .purgedHere || self == .expired }
}
