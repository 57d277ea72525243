/// The operator's limits for all logs of a peer together (`peers/NAME.conf`).
package struct LogAllowance: Hashable, Sendable {
  package var maxBytes: UInt64?
  package var maxEntries: UInt64?
  package var maxBytesPerDay: UInt64?
  /// The bytes that count where the operator said nothing of them.
  package var defaultBytes: UInt64?

  /// The bytes that they may have; nil: as many as there can be.
  package var bytes: UInt64? { maxBytes ?? defaultBytes }

  package init(maxBytes: UInt64? = nil, maxEntries: UInt64? = nil, maxBytesPerDay: UInt64? = nil) {
    self.maxBytes = maxBytes
    self.maxEntries = maxEntries
    self.maxBytesPerDay = maxBytesPerDay
  }
}
