import Runtime

/// Times of the hub's answers, milliseconds since 1970-01-01.
enum HubTime {
  /// `2026-01-02`
  static func day(_ milliseconds: Int) -> String { String(text(milliseconds).prefix(10)) }

  /// `2026-01-02 03:04 UTC`
  static func minute(_ milliseconds: Int) -> String {
    let text = text(milliseconds)
    return "\(text.prefix(10)) \(text.dropFirst(11).prefix(5)) UTC"
  }

  private static func text(_ milliseconds: Int) -> String {
    UTCTime.text(milliseconds: UInt64(clamping: milliseconds))
  }
}
