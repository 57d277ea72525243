import Node
import Runtime

/// The last lines of `status`: how well what is stored is known to be whole.
enum ScrubText {
  static func lines(_ report: StatusReport, now: UInt64) -> String {
    let scrub = report.scrub
    var text = "scrub: "
    if let began = scrub.passStartedAt {
      text +=
        "\(scrub.scrubbedEntries) of \(scrub.entries) entries, begun "
        + "\(StatusVerb.duration(from: began, to: now)) ago"
    } else {
      text += "resting"
    }
    if let ended = scrub.lastEndedAt {
      text += "; the last whole one ended \(StatusVerb.duration(from: ended, to: now)) ago"
    }
    if scrub.unverifiedEntries > 0 { text += "; \(scrub.unverifiedEntries) not verified yet" }
    text += "\ndamage: \(scrub.damageFound) found, \(scrub.damageMended) mended\n"
    text += "expiry: "
    if scrub.expiryTime == 0 {
      return text + "fewer than three cosigners, nothing expires\n"
    }
    let day = UTCTime.text(
      milliseconds: UInt64(clamping: min(scrub.expiryTime, .max / 1_000)) * 1_000
    ).prefix(16)
    return text + "by \(day.replacing("T", with: " ")) UTC\n"
  }
}
