package import Log

/// The damage here, as the core and the operator were told.
package struct DamageWatch {
  /// Sent to the core last.
  var asked: [LogID: [Range<UInt64>]] = [:]
  /// No peer has it.
  package internal(set) var lost: [LogID: [Range<UInt64>]] = [:]
  /// Something may have changed since the last look.
  package var isDue = true

  mutating func lose(_ range: Range<UInt64>, of log: LogID) -> Bool {
    if lost[log, default: []].contains(range) { return false }
    lost[log, default: []].append(range)
    return true
  }
}
