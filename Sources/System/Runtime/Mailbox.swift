internal import CLinux
internal import Glibc

/// Wakes a loop from any thread (eventfd).
final class Waker: Sendable {
  let descriptor: Descriptor

  init() throws(SystemError) {
    descriptor = Descriptor(owning: try check(liaison_eventfd(), "eventfd"))
  }

  /// A counter that is full wakes as well, so that the result does not matter.
  func wake() { _ = liaison_eventfd_add(descriptor.raw) }

  func clear() { _ = liaison_eventfd_take(descriptor.raw) }
}

/// How other threads speak to a loop: messages arrive in the order of each sender, on the loop's
/// thread, in the handler given to `EventLoop.makeMailbox`. It holds what was posted and not yet
/// handled; senders bound that themselves (`WorkerPool` by its queue, `DiskThread` by batches
/// outstanding).
public final class Mailbox<Message: Sendable>: Sendable {
  private struct Waiting {
    var messages: [Message] = []
    /// Results of work that was given away.
    var expected = 0
  }

  private let waiting = Monitor(Waiting())
  private let waker: Waker

  init(waker: Waker) {
    self.waker = waker
  }

  /// Any thread. Messages to a loop that has stopped are kept and never handled.
  public func post(_ message: Message) {
    let isFirst = waiting.withLock { waiting in
      waiting.messages.append(message)
      return waiting.messages.count == 1
    }
    if isFirst { waker.wake() }
  }

  /// One more message is to come, of a thread that was given work.
  func expect() { waiting.withLock { $0.expected += 1 } }

  var isExpecting: Bool { waiting.withLock { $0.expected > 0 } }

  func takeAll() -> [Message] {
    waiting.withLock { waiting in
      var taken: [Message] = []
      swap(&taken, &waiting.messages)
      waiting.expected -= min(waiting.expected, taken.count)
      return taken
    }
  }
}

/// A mailbox as its loop has it.
protocol DrainedMailbox: AnyObject {
  func drain()
  /// Work was given to a thread, and its result was not handled yet.
  var isExpecting: Bool { get }
  /// Nobody is left who could post, and all that was posted is handled.
  var isForsaken: Bool { get }
}

final class MailboxDrain<Message: Sendable>: DrainedMailbox {
  private var mailbox: Mailbox<Message>?
  private let handler: (Message) -> Void

  init(_ mailbox: Mailbox<Message>, _ handler: @escaping (Message) -> Void) {
    self.mailbox = mailbox
    self.handler = handler
  }

  func drain() {
    // Looked at before it is emptied: what is posted afterwards has somebody who posts it.
    let isAlone = isKnownUniquelyReferenced(&mailbox)
    for message in mailbox?.takeAll() ?? [] { handler(message) }
    if isAlone { mailbox = nil }
  }

  var isExpecting: Bool { mailbox?.isExpecting == true }
  var isForsaken: Bool { mailbox == nil }
}
