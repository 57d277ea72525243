/// Lines of the log that peers can bring about as often as they like: one of a kind in a minute,
/// and the next says how many there were.
struct LogLineLimit {
  private var kinds: [String: (at: UInt64, leftOut: UInt64)] = [:]

  /// - Parameters:
  ///   - kind: the event and whom it is about.
  ///   - now: by the steady clock.
  /// - Returns: the line; nil when it is left out.
  mutating func line(_ kind: String, _ text: String, at now: UInt64) -> String? {
    func isRecent(_ at: UInt64) -> Bool { now - min(now, at) < NodeLimits.lineEveryMilliseconds }
    if let last = kinds[kind], isRecent(last.at) {
      kinds[kind] = (last.at, last.leftOut + 1)
      return nil
    }
    let leftOut = kinds[kind]?.leftOut ?? 0
    if kinds.count >= NodeLimits.lineKindsKept { kinds = kinds.filter { isRecent($0.value.at) } }
    // More kinds than that in a minute are not limited: the memory of kinds has a bound.
    if kinds.count < NodeLimits.lineKindsKept { kinds[kind] = (now, 0) }
    return leftOut == 0 ? text : "\(text) (\(leftOut) more like it since the last line)"
  }
}
