/// An object that the loop calls when a descriptor is ready.
protocol EventHandler: AnyObject {
  func handle(_ readiness: Readiness)
}

/// One thread's loop over epoll, timers and mailboxes. Everything but `Mailbox.post` is called on
/// its thread, and every callback comes on its thread.
///
/// One round: wait; descriptors; mailboxes; timers; `onClosed` of connections closed so far;
/// `afterEvents`; output of the round leaves. Docs: docs/decisions/0001-event-loop.md.
public final class EventLoop {
  /// The loop's timers go by its monotonic clock.
  public let clock: SystemClock
  /// Called once a round, after all its events: the place for a group commit and for filling
  /// outputs.
  public var afterEvents: (() -> Void)?

  private var poller: Poller
  private let waker: Waker
  private var handlers: [UInt64: any EventHandler] = [:]
  private var made: UInt64 = 0
  private var timers = TimerQueue()
  private var mailboxes: [any DrainedMailbox] = []
  private var unflushed: [Connection] = []
  private var closed: [Connection] = []
  private var isStopping = false
  let readBuffer = ReadBuffer(bytes: Limits.readBufferBytes)
  var resolver: Resolver?
  /// Look-ups of names that are under way at once: `DescriptorBudget.lookUps`.
  public var lookUpsAtOnce = Limits.resolverThreads

  private static let wakerID: UInt64 = 0

  /// - Throws: when the system gives no descriptor for epoll or eventfd.
  public init(clock: SystemClock = SystemClock()) throws(SystemError) {
    self.clock = clock
    poller = try Poller()
    waker = try Waker()
    try poller.add(
      waker.descriptor, id: Self.wakerID, mask: Poller.mask(reading: true, writing: false))
  }

  /// Runs until `stop`.
  public func run() throws(SystemError) {
    isStopping = false
    while !isStopping { try turn(waitingAtMost: nil) }
  }

  /// Ends `run` after the round under way. From another thread post a message whose handler calls
  /// this.
  public func stop() { isStopping = true }

  /// One round, for tests and for a clean stop that still has output to send.
  /// - Returns: false when there was nothing to do, and nothing is left for the next round.
  @discardableResult
  public func turn(waitingAtMost milliseconds: UInt64?) throws(SystemError) -> Bool {
    try poller.wait(timeoutMilliseconds: timeout(atMost: milliseconds))
    for index in 0..<poller.ready {
      let (id, readiness) = poller.event(index)
      if id == Self.wakerID {
        waker.clear()
      } else {
        handlers[id]?.handle(readiness)
      }
    }
    var hasWorked = poller.ready > 0
    var hasGone = false
    for mailbox in mailboxes {
      mailbox.drain()
      hasGone = hasGone || mailbox.isForsaken
    }
    if hasGone { mailboxes.removeAll { $0.isForsaken } }
    let now = clock.monotonicMilliseconds
    let newest = timers.newest
    while let body = timers.takeDue(now: now, madeUpTo: newest) {
      hasWorked = true
      body()
    }
    reportClosed()
    afterEvents?()
    flush()
    return hasWorked || !closed.isEmpty || !unflushed.isEmpty
  }

  /// When the next timer is due, by `clock`; nil: there is none.
  public var nextDeadline: UInt64? { timers.nextDeadline() }

  /// A thread was given work and has not posted its result, or nobody has handled that yet.
  public var awaitsThreads: Bool { mailboxes.contains { $0.isExpecting } }

  /// A mailbox whose messages go to `handler` on this thread. It lives as long as somebody may post
  /// to it.
  public func makeMailbox<Message: Sendable>(
    of type: Message.Type = Message.self, _ handler: @escaping (Message) -> Void
  ) -> Mailbox<Message> {
    let mailbox = Mailbox<Message>(waker: waker)
    mailboxes.append(MailboxDrain(mailbox, handler))
    return mailbox
  }

  /// Calls `body` once, not before so many milliseconds from now.
  @discardableResult
  public func schedule(
    afterMilliseconds milliseconds: UInt64, _ body: @escaping () -> Void
  ) -> TimerID {
    // One more than the clock's value, which is rounded down: never early.
    timers.schedule(
      at: clock.monotonicMilliseconds &+ milliseconds &+ (milliseconds > 0 ? 1 : 0), body)
  }

  /// A timer that ran or was cancelled already is ignored.
  public func cancel(_ timer: TimerID) { timers.cancel(timer) }

  /// Descriptors the loop watches, for the status and for tests.
  public var watchedDescriptors: Int { handlers.count }

  /// Sends now what would leave at the end of the round: for answers that somebody waits for,
  /// before the round's other work.
  public func flushOutputs() { flush() }

  // MARK: for connections and listeners

  func nextID() -> UInt64 {
    made += 1
    return made
  }

  func add(
    _ handler: any EventHandler, _ descriptor: Descriptor, id: UInt64, reading: Bool, writing: Bool
  ) throws(SystemError) {
    try poller.add(descriptor, id: id, mask: Poller.mask(reading: reading, writing: writing))
    handlers[id] = handler
  }

  func change(
    _ descriptor: Descriptor, id: UInt64, reading: Bool, writing: Bool
  ) throws(SystemError) {
    try poller.change(
      descriptor, id: id, mask: Poller.mask(reading: reading, writing: writing))
  }

  func remove(_ descriptor: Descriptor, id: UInt64) {
    if handlers.removeValue(forKey: id) != nil { poller.remove(descriptor) }
  }

  /// The connection has output, or a reason to close, for the end of the round.
  func needsFlush(_ connection: Connection) { unflushed.append(connection) }

  func didClose(_ connection: Connection) { closed.append(connection) }

  // MARK: parts of a round

  private func timeout(atMost milliseconds: UInt64?) -> Int32 {
    if !closed.isEmpty || !unflushed.isEmpty { return 0 }
    var wait = milliseconds
    if let deadline = timers.nextDeadline() {
      let now = clock.monotonicMilliseconds
      let untilDue = deadline > now ? deadline - now : 0
      wait = min(wait ?? .max, untilDue)
    }
    guard let wait else { return -1 }
    return Int32(min(wait, UInt64(Int32.max)))
  }

  private func reportClosed() {
    var batch: [Connection] = []
    swap(&batch, &closed)
    for connection in batch { connection.reportClosed() }
  }

  private func flush() {
    var batch: [Connection] = []
    swap(&batch, &unflushed)
    for connection in batch { connection.flushAtEndOfRound() }
  }
}

/// The bytes of one `recv`, shared by all connections of a loop.
final class ReadBuffer {
  var bytes: [UInt8]

  init(bytes count: Int) {
    bytes = Array(repeating: 0, count: count)
  }
}
