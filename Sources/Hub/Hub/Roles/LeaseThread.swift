internal import Runtime
internal import SQL

/// The part of a hub among those that share its tables.
enum HubRole: String, Sendable {
  case writes
  /// Another hub writes.
  case reads
}

/// Proves again and again that this hub writes, or finds out whether it may.
final class LeaseThread: Sendable {
  enum Event: Sendable {
    case held(Held)
    /// The database does not answer.
    case away(String)
  }

  /// The database's answer.
  struct Held: Sendable {
    var state: Lease.State
    var writer: String
    /// The one that writes has all that its daemon can read.
    var isWriterComplete: Bool

    var role: HubRole { state.isHeld ? .writes : .reads }
  }

  private struct Wish {
    var isComplete = false
    /// The lease is let go, and not asked for before this moment.
    var notBefore: UInt64 = 0
  }

  private let server: Server
  private let holder: String
  private let stop = StopFlag()
  private let wish = Monitor(Wish())
  private let tell: @Sendable (Event) -> Void

  init(_ server: Server, holder: String, tell: @escaping @Sendable (Event) -> Void) {
    self.server = server
    self.holder = holder
    self.tell = tell
  }

  /// When nothing is written any more.
  func close() { stop.stop() }

  /// Other hubs are told it with the next proof.
  func note(isComplete: Bool) { wish.withLock { $0.isComplete = isComplete } }

  /// This hub cannot write now: another may, for a while.
  func letGo() {
    let now = SystemClock().monotonicMilliseconds
    wish.withLock { $0.notBefore = now &+ HubLimits.leaseLetGoMilliseconds }
  }

  /// Until `close`; tells each time what it found.
  func run() {
    var lease: Lease?
    while !stop.isStopped {
      do throws(SQLError) {
        if lease == nil { lease = try Lease(server, holder: holder) }
        guard let open = lease else { return }
        tell(.held(try ask(open)))
      } catch {
        // A session that was lost is begun again by the next attempt.
        tell(.away("\(error)"))
      }
      StopFlag.rest(milliseconds: HubLimits.leaseMilliseconds)
    }
    try? lease?.end()
  }

  private func ask(_ lease: Lease) throws(SQLError) -> Held {
    let wish = wish.withLock { $0 }
    let state: Lease.State
    if SystemClock().monotonicMilliseconds < wish.notBefore {
      try lease.end()
      state = try lease.look()
    } else {
      state = try lease.hold(isComplete: wish.isComplete)
    }
    let writer = try lease.writer()
    return Held(state: state, writer: writer.name, isWriterComplete: writer.isComplete)
  }
}
