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
  private let waiting = Monitor<[Message]>([])
  private let waker: Waker

  init(waker: Waker) {
    self.waker = waker
  }

  /// Any thread. Messages to a loop that has stopped are kept and never handled.
  public func post(_ message: Message) {
    let isFirst = waiting.withLock { messages in
      messages.append(message)
      return messages.count == 1
    }
    if isFirst { waker.wake() }
  }

  func takeAll() -> [Message] {
    waiting.withLock { messages in
      var taken: [Message] = []
      swap(&taken, &messages)
      return taken
    }
  }
}

/// A mailbox as its loop has it.
protocol DrainedMailbox: AnyObject {
  func drain()
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

  var isForsaken: Bool { mailbox == nil }
}
