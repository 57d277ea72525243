internal import HubInterface
internal import Reading
internal import Runtime
internal import SQL

/// Follows facts that another hub writes, on a thread of its own: what changed for the index in
/// memory, how far they are behind the daemon, and whether alerts have news.
final class FactsFollower: Sendable {
  private let storage: HubStorage
  private let daemon: DaemonClient
  private let start: IndexPosition
  private let stop: StopFlag
  private let tell: @Sendable (FeedEvent) -> Void
  private let tellNews: @Sendable () -> Void

  /// - Parameters:
  ///   - start: what the index in memory has.
  ///   - tellNews: alerts changed.
  init(
    _ storage: HubStorage, _ daemon: DaemonClient, from start: IndexPosition, stop: StopFlag,
    tell: @escaping @Sendable (FeedEvent) -> Void, news tellNews: @escaping @Sendable () -> Void
  ) {
    self.storage = storage
    self.daemon = daemon
    self.start = start
    self.stop = stop
    self.tell = tell
    self.tellNews = tellNews
  }

  /// Until `stop` is set, or the facts are others.
  func run() {
    var position = start
    while !stop.isStopped {
      do {
        var following = try Following(storage, position)
        while !stop.isStopped {
          guard try follow(&following) else { return tell(.replaced) }
          position = following.position
          StopFlag.rest(milliseconds: HubLimits.followMilliseconds)
        }
      } catch {
        tell(.stopped("the facts cannot be read: \(error)"))
        StopFlag.rest(milliseconds: HubLimits.followMilliseconds)
      }
    }
  }

  private struct Following {
    let facts: Facts
    let alerts: AlertReader
    var position: IndexPosition
    var event: Int64 = -1
    var status: ReaderStatus?
    var statusAt: UInt64 = 0

    init(_ storage: HubStorage, _ position: IndexPosition) throws {
      facts = try Facts(storage.facts, cacheKibibytes: HubLimits.alertCacheKibibytes)
      alerts = try AlertReader(storage.alerts)
      self.position = position
    }
  }

  /// - Returns: false where the index has to be loaded anew.
  private func follow(_ following: inout Following) throws -> Bool {
    // Before the facts: what the daemon held then must be in them.
    ask(&following)
    while true {
      guard let step = try following.facts.indexChanges(after: following.position) else {
        return false
      }
      following.position = step.position
      if !step.change.removed.isEmpty || !step.change.added.isEmpty { tell(.changed(step.change)) }
      guard step.isWhole else { continue }
      judge(step, &following)
      break
    }
    let event = try following.alerts.events.last()
    if event != following.event { tellNews() }
    following.event = event
    return true
  }

  /// Also where the daemon is away, what is there is followed.
  private func ask(_ following: inout Following) {
    let now = SystemClock().monotonicMilliseconds
    guard now >= following.statusAt else { return }
    following.statusAt = now &+ HubLimits.statusMilliseconds
    do { following.status = try daemon.status() } catch {
      following.status = nil
      tell(.lost("\(error)"))
    }
  }

  private func judge(_ step: IndexFollowing.Step, _ following: inout Following) {
    guard let status = following.status else { return }
    let seen = FeedStatus(status, told: step.told)
    tell(.met(seen))
    let hasAll = seen.progress.allSatisfy { $0.told >= $0.total }
    tell(.applied(toldAll: hasAll && step.wasToldAll))
    // It is behind: the daemon may hold more than that by now.
    if !hasAll {
      following.statusAt = min(following.statusAt, SystemClock().monotonicMilliseconds &+ 1_000)
    }
  }
}
