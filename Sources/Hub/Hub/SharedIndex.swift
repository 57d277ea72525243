internal import Matching
internal import Records
internal import Runtime

/// The index in memory behind a lock: the loop changes it, and any thread asks.
final class SharedIndex: Sendable {
  /// The records that are candidates.
  enum Among: Sendable {
    case all
    /// Those that may act (Protocols/hub.md, HUB-77).
    case acting
    /// Watches that nobody asked for (HUB-75).
    case ownWatches
  }

  struct Flagged: Sendable {
    var acting = RecordSet()
    var ownWatches = RecordSet()

    mutating func insert(_ number: UInt32, _ flags: NameFlags) {
      if flags.contains(.acts) { acting.insert(number) }
      if flags.isWatch { ownWatches.insert(number) }
    }

    func set(_ among: Among) -> RecordSet? {
      switch among {
      case .all: nil
      case .acting: acting
      case .ownWatches: ownWatches
      }
    }
  }

  /// Keys of current persons and organisations, and what some of them are.
  struct Content: Sendable {
    var keys = CandidateIndex()
    var flagged = Flagged()

    /// - Returns: numbers of `keys`, the likeliest first, and how many others are as good as the
    ///   last one.
    func candidates(
      _ asked: [AskedKey], limit: Int, among: Among = .all
    ) -> (numbers: [UInt32], equally: Int?) {
      let found = keys.candidates(asked, limit: limit, among: flagged.set(among))
      return (found.found.map(\.record), found.equallyGood > 0 ? found.equallyGood : nil)
    }
  }

  private let content = Monitor(Content())

  /// The present content, for many questions at once. The next change copies what came since the
  /// last merge.
  var snapshot: Content { content.withLock { $0 } }

  /// A person of this node's own may be watched for.
  var hasOwnWatches: Bool { content.withLock { $0.flagged.ownWatches.count > 0 } }

  var count: Int { content.withLock { $0.keys.count } }
  var bytes: Int { content.withLock { $0.keys.bytes } }

  func change<Result>(_ body: (inout Content) -> Result) -> Result { content.withLock(body) }

  func candidates(
    _ evidence: Evidence, limit: Int, among: Among = .all
  ) -> (numbers: [UInt32], equally: Int?) {
    let asked = evidence.parts.map(\.askedKeys)
    let parts = content.withLock { content in
      asked.map { content.candidates($0, limit: limit, among: among) }
    }
    guard parts.count > 1 else { return parts.first ?? ([], nil) }
    var known: Set<UInt32> = []
    return (
      parts.flatMap(\.numbers).filter { known.insert($0).inserted },
      parts.compactMap(\.equally).max()
    )
  }
}
