internal import SQL

/// How far the alerts went through the facts, before either is used.
enum AlertCursor {
  /// An older or a younger `alerts.db` was put beside these facts: rows of `touched` that it has
  /// not gone through are gone, or there are fewer than it went through.
  static func isLost(facts: SQLPlace, alerts: SQLPlace) throws -> Bool {
    guard try facts.isMade(), try alerts.isMade() else {
      return false
    }
    let (one, two) = (try Database(facts, .reading), try Database(alerts, .reading))
    // Files of another version are made anew, or refused, elsewhere.
    guard let shown = try? MetaRows(one), let done = try? MetaRows(two),
      let made = try done.text("made"), try shown.text("made") == made,
      let cursor = try done.integer("cursor")
    else { return false }
    let last = try Facts(facts, cacheKibibytes: HubLimits.deskCacheKibibytes).lastTouched()
    return try cursor > last || cursor < shown.integer("forgotten") ?? 0
  }
}
