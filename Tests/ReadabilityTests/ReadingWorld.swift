import Crypto
import Log
import Simulation
import Store

@testable import Readability

/// A node as its journal sees it, reduced to what decides what is readable; and everything that may
/// happen to it.
struct ReadingWorld: Readings {
  struct Entry: Hashable {
    enum Body: Hashable { case present, hidden, gone, absent }
    var body = Body.present
    /// The key that opens it; nil: sealed to others.
    var key: Int?
    var isGrant = false
    var isUndecided = false
    /// Rotten on the disk, until it is mended.
    var isRotten = false
  }

  struct Change: Hashable {
    let log: Int
    let index: Int
    let body: Entry.Body
    let isBack: Bool
    var isCommitted = false
  }

  struct Told: Hashable {
    let isDisputed: Bool
    let isLate: Bool
  }

  var logs: [[Entry]]
  var standings: [Standing]
  var keys: Set<Int> = [0]
  /// Staged, and not in log files: in order.
  var changes: [Change] = []
  /// The entries that a page tells.
  var page: [(entry: Place, told: Told?)] = []
  var budget = 0
  var passed: [Place] = []

  struct Place: Hashable { let log: Int, index: Int }

  init(logs count: Int) {
    logs = Array(repeating: [], count: count)
    standings = Array(repeating: .whole, count: count)
  }

  static func id(_ log: Int) -> LogID {
    LogID(Bytes32([UInt8](repeating: UInt8(log + 1), count: 32))!)
  }
  static func number(_ id: LogID) -> Int { Int(id.bytes.array[0]) - 1 }

  // MARK: Readability

  /// The body as it is handed out.
  func body(_ place: Place) -> Entry.Body {
    let pending = changes.last { $0.log == place.log && $0.index == place.index }
    guard let pending else { return logs[place.log][place.index].body }
    return pending.isBack ? .hidden : pending.body
  }

  enum Verdict: Hashable { case readable(Told), unreadable, doubtful }

  func verdict(_ place: Place) -> Verdict {
    let entry = logs[place.log][place.index]
    if entry.isGrant { return .unreadable }
    switch body(place) {
    case .gone: return .unreadable
    case .hidden, .absent: return .doubtful
    case .present: break
    }
    guard !entry.isUndecided, !entry.isRotten else { return .doubtful }
    let grants = logs[place.log][..<place.index]
    if grants.contains(where: { $0.isGrant && $0.body == .absent }) { return .doubtful }
    guard let key = entry.key, keys.contains(key) else { return .unreadable }
    let standing = standings[place.log]
    return .readable(
      Told(
        isDisputed: place.index >= standing.disputedFrom, isLate: place.index >= standing.lateFrom))
  }

  /// Everything readable now.
  var truth: [Place: Told] {
    var truth: [Place: Told] = [:]
    for log in logs.indices {
      for index in logs[log].indices {
        if case .readable(let told) = verdict(Place(log: log, index: index)) {
          truth[Place(log: log, index: index)] = told
        }
      }
    }
    return truth
  }

  // MARK: Readings

  func size(of log: LogID) -> UInt64 { UInt64(logs[ReadingWorld.number(log)].count) }

  mutating func look(
    _ log: LogID, _ entries: Range<UInt64>, _ cause: ChangeCause?
  ) throws(ReadingsFailure) -> (next: UInt64, isOver: Bool) {
    let number = ReadingWorld.number(log)
    for index in entries {
      guard budget > 0 else { return (index, true) }
      budget -= 1
      let place = Place(log: number, index: Int(index))
      guard place.index < logs[number].count else {
        page.append((place, nil))
        continue
      }
      switch verdict(place) {
      case .readable(let told): page.append((place, told))
      case .unreadable: if cause != nil { page.append((place, nil)) }
      case .doubtful:
        passed.append(place)
        if cause != nil { page.append((place, nil)) }
      }
    }
    return (entries.upperBound, false)
  }

  mutating func tellGone(_ log: LogID, _ entries: Range<UInt64>) {
    for index in entries {
      page.append((Place(log: ReadingWorld.number(log), index: Int(index)), nil))
    }
  }
}

/// A reader that keeps what it is told, and its cursor with it.
struct ModelReader {
  var held: [ReadingWorld.Place: (told: ReadingWorld.Told, round: Int)] = [:]
  var cursor: (name: JournalName, walk: ReadingWalk)?
  /// Full comparisons that were begun.
  var round = 0
  var isComparing = true

  var told: [ReadingWorld.Place: ReadingWorld.Told] { held.mapValues(\.told) }

  mutating func take(_ page: [(entry: ReadingWorld.Place, told: ReadingWorld.Told?)]) {
    for (entry, told) in page { held[entry] = told.map { ($0, round) } }
  }

  mutating func beginComparison() {
    cursor = nil
    round += 1
    isComparing = true
  }

  mutating func complete() {
    guard isComparing else { return }
    held = held.filter { $0.value.round == round }
    isComparing = false
  }
}
