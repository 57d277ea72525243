import Log
import Wire

/// A run of entries put together from files and tail, in contiguous arrays.
struct EntryRun {
  let first: UInt64
  let maxBytes: Int
  private(set) var leaves: [UInt8] = []
  var bodies: [UInt8] = []
  private var states: [BodyState] = []
  private var allPresent = true
  private var bytes = 0
  private(set) var isFull = false

  init(first: UInt64, maxBytes: Int) {
    self.first = first
    self.maxBytes = maxBytes
  }

  var end: UInt64 { first + UInt64(states.count) }
  var room: Int { max(0, maxBytes - bytes) }

  /// Takes a leaf; its body follows in `bodies`.
  /// - Returns: false, and nothing taken, if it does not fit.
  mutating func take(_ source: [UInt8], _ position: Int, _ record: IndexRecord) -> Bool {
    guard claim(record.state == .present ? Int(record.length) : 0, record.state) else {
      return false
    }
    let start = position * EntryLayout.leafBytes
    leaves.append(contentsOf: source[start..<(start + EntryLayout.leafBytes)])
    return true
  }

  /// Appends from `batch` what fits, from the entry that is next up to `limit`. Bodies that are
  /// being removed or hidden are left out.
  mutating func append(_ batch: EntryBatch, of log: StoredLog, upTo limit: UInt64) {
    let start = Int(end - batch.first)
    let last = Int(min(limit, batch.end) - batch.first)
    var offset = 0
    for position in 0..<start where batch.bodyState(at: position) == .present {
      offset += batch.claimedBodyBytes(at: position)
    }
    var position = start
    var bodyEnd = offset
    while position < last {
      let held = batch.bodyState(at: position)
      let length = held == .present ? batch.claimedBodyBytes(at: position) : 0
      let kind = batch.leaves[position * EntryLayout.leafBytes + EntryLayout.kind]
      let state = log.handing.state(of: batch.first + UInt64(position), stored: held, kind: kind)
      guard claim(state == .present ? length : 0, state) else { break }
      if held == .present, state != .present {
        bodies.append(contentsOf: batch.bodies[offset..<bodyEnd])
        offset = bodyEnd + length
      }
      bodyEnd += length
      position += 1
    }
    let stride = EntryLayout.leafBytes
    leaves.append(contentsOf: batch.leaves[(start * stride)..<(position * stride)])
    bodies.append(contentsOf: batch.bodies[offset..<bodyEnd])
  }

  /// The bodies of leaves taken before.
  mutating func append(bodies more: [UInt8]) {
    if bodies.isEmpty { bodies = more } else { bodies.append(contentsOf: more) }
  }

  /// Nothing more is taken.
  mutating func stop() { isFull = true }

  /// The body of a leaf taken before is not handed out.
  mutating func leaveOut(_ index: UInt64) {
    states[Int(index - first)] = .absent
    allPresent = false
  }

  /// - Throws: `.damaged` when a leaf and its index record give a body different lengths.
  func batch(of id: LogID) throws(StoreError) -> EntryBatch {
    do {
      return try EntryBatch(
        first: first, leaves: leaves, bodies: bodies, bodyStates: allPresent ? nil : states)
    } catch {
      throw .damaged(Damage(file: .log(id, .bodiesIndex), index: first, .indexRecord))
    }
  }

  private mutating func claim(_ bodyBytes: Int, _ state: BodyState) -> Bool {
    let total = bytes + EntryLayout.leafBytes + bodyBytes
    guard states.isEmpty || total <= maxBytes else {
      isFull = true
      return false
    }
    bytes = total
    states.append(state)
    if state != .present { allPresent = false }
    return true
  }
}
