public import Log

/// The part of a peer's messages that is left unread: for what belongs together, together.
public enum UnreadPart: Hashable, Sendable {
  /// All that it sends.
  case all
  /// Messages about any log of that node, whoever wrote it.
  case author(NodeName)
  case log(LogID)
}

/// The time that a peer's messages have taken of which nothing came. It outlives sessions.
struct IdleMeter {
  /// The most that it may take of what all peers together may.
  var share = TimeBucket()
  /// One for each log and author that it ever took time for, and one for all.
  private var accounts: [UnreadPart: IdleAccount] = [:]
  /// The authors among them, in order.
  private var authors: [NodeName] = []

  subscript(part: UnreadPart) -> IdleAccount {
    get { accounts[part] ?? IdleAccount() }
    set {
      if accounts[part] == nil, case .author(let name) = part { authors.append(name) }
      accounts[part] = newValue
    }
  }

  /// The part whose messages took most lately, of those that are read: one author's, or what
  /// belongs to none, which is the peer's own.
  private func mostTaking(_ now: UInt64) -> UnreadPart {
    var most = UnreadPart.all
    var time = self[.all].recent.value(now)
    for name in authors {
      let account = self[.author(name)]
      guard account.unread.until <= now else { continue }
      let recent = account.recent.value(now)
      if recent > time { (most, time) = (.author(name), recent) }
    }
    return most
  }

  /// A peer that carries the junk of one author is not left out for it, as long as that author's
  /// part can be: then nobody else is charged for what that took.
  /// - Parameter share: the microseconds a second that `share` refills by.
  mutating func leaveOut(share perSecond: UInt64, _ now: UInt64) -> UnreadPart {
    let part = mostTaking(now)
    guard part != .all else {
      self[.all].bucket.refill()
      share.refill()
      return part
    }
    let taken = self[part].recent.value(now)
    self[part].recent.clear()
    self[.all].bucket.giveBack(taken, perSecond: Limits.idleMicrosecondsOfPeer)
    share.giveBack(taken, perSecond: perSecond)
    return part
  }

  /// The time until which what is about a log is left unread; long past when it is read.
  func unreadUntil(_ log: LogID?, by author: NodeName?) -> UInt64 {
    var until = self[.all].unread.until
    if let log { until = max(until, self[.log(log)].unread.until) }
    if let author { until = max(until, self[.author(author)].unread.until) }
    return until
  }
}

extension UnreadPart {
  /// The time that it may take in a second.
  var idleMicroseconds: UInt64 {
    if case .log = self { Limits.idleMicrosecondsOfLog } else { Limits.idleMicrosecondsOfPeer }
  }

  var counter: Counter {
    switch self {
    case .all: .peersUnread
    case .author: .authorsUnread
    case .log: .logsUnread
    }
  }
}

struct IdleAccount {
  var bucket = TimeBucket()
  var recent = RecentTime()
  var unread = UnreadState()
  /// The time that announcements took of which nothing came yet.
  var promised: UInt64 = 0
}

/// A part of what a peer sends that nobody reads, for `status`.
public struct UnreadReport: Hashable, Sendable {
  public var part: UnreadPart
  /// The time that this part may take in a second.
  public var microsecondsPerSecond: UInt64
  /// Since the start.
  public var times: UInt64
  public var isUnread: Bool
}
