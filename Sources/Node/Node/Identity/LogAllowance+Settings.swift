import Replica

extension LogAllowance {
  /// The limits that `peers/NAME.conf` sets.
  init(_ settings: PeerSettings) {
    self.init(
      maxBytes: settings.maxBytes, maxEntries: settings.maxEntries,
      maxBytesPerDay: settings.maxBytesPerDay)
  }
}
