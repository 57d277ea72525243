/// Records that fit a watch already, the best first, and how many more: of one that is new, or was
/// changed.
public struct WatchReply: Codable, Hashable, Sendable {
  /// With its number and its state after the change.
  public var watch: Watch
  /// Listed, not raised (HUB-76); at most 200.
  public var fits: [Alert]
  /// How many more fit, which are listed as well.
  public var more: Int
  /// The look that this was.
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
  /// By number; those that were removed are left out.
  public var watches: [Watch]

  public init(watches: [Watch]) {
    self.watches = watches
  }
}

/// Alerts that stand, or what happened.
public struct AlertsReply: Codable, Hashable, Sendable {
  /// Those that nobody took first, then by band; empty beside `after`.
  public var alerts: [Alert]
  /// In order; empty without `after`.
  public var events: [AlertEvent]
  /// The last event: the next call names it in `after`.
  public var next: Int
  /// Its `consultation` is 0 where nothing was shown (HUB-84).
  public var account: LookAccount

  public init(alerts: [Alert], events: [AlertEvent], next: Int, account: LookAccount) {
    self.alerts = alerts
    self.events = events
    self.next = next
    self.account = account
  }
}

/// The alerts as they are after one change of all.
public struct ChangeAlertsReply: Codable, Hashable, Sendable {
  /// In the order in which they were asked for.
  public var alerts: [AlertState]
  /// The look that this was; durable before anything changed (HUB-82).
  public var account: LookAccount

  public init(alerts: [AlertState], account: LookAccount) {
    self.alerts = alerts
    self.account = account
  }
}

/// The offer, durable; nothing changed hands yet.
public struct OfferHandOverReply: Codable, Hashable, Sendable {
  /// With its number.
  public var handOver: HandOver
  /// The look that this was.
  public var account: LookAccount

  public init(handOver: HandOver, account: LookAccount) {
    self.handOver = handOver
    self.account = account
  }
}

/// The alerts are the taker's now.
public struct AcceptHandOverReply: Codable, Hashable, Sendable {
  /// With `acceptedAt`.
  public var handOver: HandOver
  /// The look that this was.
  public var account: LookAccount

  public init(handOver: HandOver, account: LookAccount) {
    self.handOver = handOver
    self.account = account
  }
}

/// Offers that concern the user who asks.
public struct HandOversReply: Codable, Hashable, Sendable {
  /// The newest first, accepted ones too.
  public var handOvers: [HandOver]

  public init(handOvers: [HandOver]) {
    self.handOvers = handOvers
  }
}

/// The event to work on; the same again until it is confirmed.
public struct HookEventReply: Codable, Hashable, Sendable {
  /// Nil: nothing came while it waited.
  public var event: AlertEvent?

  public init(event: AlertEvent? = nil) {
    self.event = event
  }
}
