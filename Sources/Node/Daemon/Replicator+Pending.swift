import Log
import Replication

extension Replicator {
  var answeredPeers: [NodeName] { progressOfPeers().map(\.name) }
  func endsAt(_ log: LogID) -> UInt64? { nil }
}
