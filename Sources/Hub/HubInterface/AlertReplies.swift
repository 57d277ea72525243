/// Records that fit a watch already, the best first, and how many more: of one that is new, or was
/// changed.
public struct WatchReply: Codable, Hashable, Sendable {
  public var watch: Watch
  public var fits: [Alert]
  public var more: Int
  public var account: LookAccount

  public init(watch: Watch, fits: [Alert], more: Int, account: LookAccount) {
    self.watch = watch
    self.fits = fits
    self.more = more
    self.account = account
  }
}

/// The watches that the user may see.
public struct WatchesReply: Codable, Hashable, Sendable {
  public var watches: [Watch]

  public init(watches: [Watch]) {
    self.watches = watches
  }
}

public struct AlertsReply: Codable, Hashable, Sendable {
  public var alerts: [Alert]
  public var events: [AlertEvent]
  /// The last event: the next call names it in `after`.
  public var next: Int
  public var account: LookAccount

  public init(alerts: [Alert], events: [AlertEvent], next: Int, account: LookAccount) {
    self.alerts = alerts
    self.events = events
    self.next = next
    self.account = account
  }
}

public struct ChangeAlertsReply: Codable, Hashable, Sendable {
  public var alerts: [AlertState]
  public var account: LookAccount

  public init(alerts: [AlertState], account: LookAccount) {
    self.alerts = alerts
    self.account = account
  }
}

public struct OfferHandOverReply: Codable, Hashable, Sendable {
  public var handOver: HandOver
  public var account: LookAccount

  public init(handOver: HandOver, account: LookAccount) {
    self.handOver = handOver
    self.account = account
  }
}

public struct AcceptHandOverReply: Codable, Hashable, Sendable {
  public var handOver: HandOver
  public var account: LookAccount

  public init(handOver: HandOver, account: LookAccount) {
    self.handOver = handOver
    self.account = account
  }
}

public struct HandOversReply: Codable, Hashable, Sendable {
  public var handOvers: [HandOver]

  public init(handOvers: [HandOver]) {
    self.handOvers = handOvers
  }
}

public struct HookEventReply: Codable, Hashable, Sendable {
  public var event: AlertEvent?

  public init(event: AlertEvent? = nil) {
    self.event = event
  }
}
