package import Log
import Store

/// The expiry clock as it was computed last.
struct ClockWatch {
  var at: UInt64 = 0
  /// Cosignatures or cards came since.
  var isStale = true
  var value: ExpiryClock?
}

extension Replica {
  package func expiryClock() -> ExpiryClock {
    if let value = clock.value,
      !clock.isStale || host.now < clock.at + ReplicaLimits.expiryClockMilliseconds
    {
      return value
    }
    let value = computeExpiryClock()
    clock = ClockWatch(at: host.now, isStale: false, value: value)
    return value
  }

  private func computeExpiryClock() -> ExpiryClock {
    let names = Set(partners.map(\.card.name) + [card.name])
    return ExpiryClock(
      cosignatures: store.logs.lazy.flatMap { log in
        // A node is no witness of itself.
        self.store.cosignatures(log.id).map(\.cosignature).filter { $0.name != log.origin.name }
      },
      of: names)
  }
}
