public import Varlink

/// A new watch: it tells from now on, and of what fits already. One of name, document and phone is
/// there.
public struct AddWatchRequest: Codable, Hashable, Sendable, CallParameters {
  /// `look` is required.
  public static let names = [
    "look", "name", "birth", "nationality", "document", "phone", "threshold", "until",
  ]

  /// Recorded before the watch is made; its purpose is the watch's.
  public var look: Look
  /// In any script.
  public var name: String?
  /// A date as records write it: `1987`, `1987-03-02`, `1987~` (REC-20).
  public var birth: String?
  /// A code or a name of a country (REC-19).
  public var nationality: String?
  /// Folded as REC-30 has it; spaces and dashes make no difference.
  public var document: String?
  /// International or national (REC-32).
  public var phone: String?
  /// `alert` or `review`; nil: `review`.
  public var threshold: String?
  /// The last day, `2026-12-31`, at most five years ahead; nil: 365 days from now.
  public var until: String?

  public init(
    look: Look, name: String? = nil, birth: String? = nil, nationality: String? = nil,
    document: String? = nil, phone: String? = nil, threshold: String? = nil, until: String? = nil
  ) {
    self.look = look
    self.name = name
    self.birth = birth
    self.nationality = nationality
    self.document = document
    self.phone = phone
    self.threshold = threshold
    self.until = until
  }
}

/// Change: remove, pause or resume; a watch that is resumed lists what fits by now.
public struct ChangeWatchRequest: Codable, Hashable, Sendable, CallParameters {
  /// All are required.
  public static let names = ["look", "number", "change"]

  /// Recorded before anything changes.
  public var look: Look
  /// As `Watch.number`.
  public var number: Int
  /// `remove`, `pause` or `resume`.
  public var change: String

  public init(look: Look, number: Int, change: String) {
    self.look = look
    self.number = number
    self.change = change
  }
}

/// Alerts that stand; with all, the closed, retracted and listed ones, too; with after, what has
/// happened since that event, for which it waits so many seconds if there is nothing. next: the
/// last event.
public struct AlertsRequest: Codable, Hashable, Sendable, CallParameters {
  /// None is required.
  public static let names = ["alert", "all", "after", "wait", "limit"]

  /// One alert by its number, whatever its state; nil: all that the others name.
  public var alert: Int?
  /// True: closed, retracted and listed ones too.
  public var all: Bool?
  /// An event's number.
  public var after: Int?
  /// At most 60 seconds; counts only beside `after`.
  public var wait: Int?
  /// 1 to 200; nil: 200.
  public var limit: Int?

  public init(
    alert: Int? = nil, all: Bool? = nil, after: Int? = nil, wait: Int? = nil, limit: Int? = nil
  ) {
    self.alert = alert
    self.all = all
    self.after = after
    self.wait = wait
    self.limit = limit
  }
}

/// Change: take, release, close, confirm or reopen; outcome, of close: true or false.
public struct ChangeAlertsRequest: Codable, Hashable, Sendable, CallParameters {
  /// `alerts` and `change` are required.
  public static let names = ["alerts", "change", "outcome", "reason"]

  /// 1 to 500.
  public var alerts: [Int]
  /// `take`, `release`, `close`, `confirm` or `reopen`.
  public var change: String
  /// `true` or `false`; needed by `close` alone.
  public var outcome: String?
  /// Free text; needed by `close`.
  public var reason: String?

  public init(alerts: [Int], change: String, outcome: String? = nil, reason: String? = nil) {
    self.alerts = alerts
    self.change = change
    self.outcome = outcome
    self.reason = reason
  }
}

/// Alerts: those that one took; without it all of them.
public struct OfferHandOverRequest: Codable, Hashable, Sendable, CallParameters {
  /// `to` and `reason` are required.
  public static let names = ["to", "alerts", "reason"]

  /// A user of this machine, other than who offers.
  public var to: String
  /// Numbers that the user took; nil: all of them.
  public var alerts: [Int]?
  /// Free text, recorded.
  public var reason: String

  public init(to: String, alerts: [Int]? = nil, reason: String) {
    self.to = to
    self.alerts = alerts
    self.reason = reason
  }
}

/// Takes what another user offered to this one.
public struct AcceptHandOverRequest: Codable, Hashable, Sendable, CallParameters {
  /// Required.
  public static let names = ["number"]

  /// As `HandOver.number`; offered to the user who asks.
  public var number: Int

  public init(number: Int) {
    self.number = number
  }
}

/// The next event that this hook has not confirmed, for which it waits so many seconds.
public struct HookEventRequest: Codable, Hashable, Sendable, CallParameters {
  /// `hook` is required.
  public static let names = ["hook", "wait"]

  /// A word that the unit chose; a new one begins at the last event (HUB-85).
  public var hook: String
  /// At most 60 seconds.
  public var wait: Int?

  public init(hook: String, wait: Int? = nil) {
    self.hook = hook
    self.wait = wait
  }
}

/// Confirms an event: the hook has done its work.
public struct HookDoneRequest: Codable, Hashable, Sendable, CallParameters {
  /// All are required.
  public static let names = ["hook", "event"]

  /// As in `HookEventRequest`.
  public var hook: String
  /// The number that `HookEvent` gave.
  public var event: Int

  public init(hook: String, event: Int) {
    self.hook = hook
    self.event = event
  }
}

/// Tells that the hook failed again and again at an event, and why.
public struct HookFailedRequest: Codable, Hashable, Sendable, CallParameters {
  /// All are required.
  public static let names = ["hook", "event", "reason"]

  /// As in `HookEventRequest`.
  public var hook: String
  /// The number that `HookEvent` gave.
  public var event: Int
  /// One sentence, for the status.
  public var reason: String

  public init(hook: String, event: Int, reason: String) {
    self.hook = hook
    self.event = event
    self.reason = reason
  }
}
