import Log
import Replication

extension Replicator {
  func endsAt(_ log: LogID) -> UInt64? { nil }
}
