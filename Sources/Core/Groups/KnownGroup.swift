import Crypto
import Log

/// One group, as far as it was read.
struct KnownGroup: Sendable {
  /// The highest version; of two with one number the one with the lower hash, so that the order in
  /// which they came decides nothing.
  private(set) var newest: GroupRecord?
  private(set) var newestPlace: Place?
  /// Numbers and hashes, ascending, the last `GroupLimits.versionsKept`.
  private(set) var versions: [GroupVersion] = []
  /// The last record that says nothing of members that can be read.
  private(set) var broken: (problem: GroupProblem, place: Place)?
  /// The last place at which a version may stand that cannot be read now.
  var awaited: AwaitedVersion?
  var acceptance: GroupAcceptance?

  mutating func take(_ record: GroupRecord, at place: Place) {
    note(record.version)
    if let newest, !(record.isAbove(newest)) {
      // The same record may stand twice: the later place counts.
      if record == newest, let known = newestPlace { newestPlace = max(known, place) }
      return
    }
    newest = record
    newestPlace = place
  }

  mutating func refuse(_ problem: GroupProblem, at place: Place) {
    if let broken, place < broken.place { return }
    broken = (problem, place)
  }

  /// The problem of what stands above the newest version, and is none that can be read.
  var problem: GroupProblem? {
    let found = [broken.map { ($0.problem, $0.place) }, awaited.map { ($0.problem, $0.place) }]
    let above = found.compactMap { $0 }.filter { found in
      newestPlace.map { $0 < found.1 } ?? true
    }
    return above.max { $0.1 < $1.1 }?.0
  }

  private mutating func note(_ version: GroupVersion) {
    guard !versions.contains(version) else { return }
    versions.append(version)
    versions.sort { ($0.number, $0.hash.bytes) < ($1.number, $1.hash.bytes) }
    if versions.count > GroupLimits.versionsKept { versions.removeFirst() }
  }

  /// Two records have this number.
  func isTwofold(_ number: UInt32) -> Bool {
    versions.filter { $0.number == number }.count > 1
  }

  /// The newest version names another one before it than the one that was read.
  var isTornOff: Bool {
    guard let newest, newest.version.number > 1 else { return false }
    let before = versions.filter { $0.number == newest.version.number - 1 }
    return !before.isEmpty && !before.contains { $0.hash == newest.previous }
  }
}

/// A place at which a version of a group may stand, and cannot be read now.
public struct AwaitedVersion: Hashable, Sendable, Comparable {
  let problem: GroupProblem
  let place: Place

  /// - Parameters:
  ///   - epoch: of its convener's log.
  ///   - index: in that log.
  public init(problem: GroupProblem, epoch: UInt32, index: UInt64) {
    self.problem = problem
    place = Place((epoch, index))
  }

  /// By place.
  public static func < (a: AwaitedVersion, b: AwaitedVersion) -> Bool { a.place < b.place }
}

extension GroupRecord {
  fileprivate func isAbove(_ other: GroupRecord) -> Bool {
    (version.number, other.version.hash.bytes) > (other.version.number, version.hash.bytes)
  }
}
