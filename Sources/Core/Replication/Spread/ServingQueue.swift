import Log

/// A peer's pull, as we serve it.
struct ServedPull {
  let request: UInt32
  let log: LogID
  var next: UInt64
  let to: UInt64
  var credit: Int
  let form: PullForm
  /// The puller asked for all that there was.
  let isToEnd: Bool
}

/// The pulls that a peer has open here, in the order in which they are served. Logs have their
/// turns; requests for one log are answered one after the other.
struct ServingQueue {
  private(set) var pulls: [ServedPull] = []

  func contains(_ request: UInt32) -> Bool { pulls.contains { $0.request == request } }
  func contains(log: LogID) -> Bool { pulls.contains { $0.log == log } }

  /// One that used up its credit gives way.
  /// - Returns: false when there is no room.
  mutating func makeRoom() -> Bool {
    if pulls.count >= Limits.openRequestsOfPeer,
      let left = pulls.firstIndex(where: { $0.credit <= 0 })
    {
      pulls.remove(at: left)
    }
    return pulls.count < Limits.openRequestsOfPeer
  }

  mutating func add(_ pull: ServedPull) { pulls.append(pull) }
  mutating func remove(_ request: UInt32) { pulls.removeAll { $0.request == request } }

  /// - Returns: the credit after it; nil for a request that is not open.
  mutating func credit(_ request: UInt32, _ bytes: UInt32) -> Int? {
    guard let index = pulls.firstIndex(where: { $0.request == request }) else { return nil }
    pulls[index].credit += Int(bytes)
    return pulls[index].credit
  }

  /// The first request of each log that has credit.
  var turns: [ServedPull] {
    var logs: Set<LogID> = []
    return pulls.filter { $0.credit > 0 && logs.insert($0.log).inserted }
  }

  /// Entries before `next` went, as so many bytes: the log's requests go behind those of the other
  /// logs.
  mutating func sent(_ served: ServedPull, before next: UInt64, _ bytes: Int) {
    guard let index = pulls.firstIndex(where: { $0.request == served.request }) else { return }
    if next < served.to {
      pulls[index].next = next
      pulls[index].credit -= bytes
    } else {
      pulls.remove(at: index)
    }
    let ofLog = pulls.filter { $0.log == served.log }
    pulls.removeAll { $0.log == served.log }
    pulls += ofLog
  }
}
