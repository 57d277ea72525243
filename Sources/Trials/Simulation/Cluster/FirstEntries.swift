import Log
import Store

extension DiskImage {
  /// A store that holds the first entries of logs.
  static func holding(
    _ genesis: [VerifiedBatch], _ limits: StoreLimits
  ) throws(Violation) -> DiskImage {
    let disk = SimulatedDisk()
    try must("a store to begin with") { () throws in
      try Store.create(on: disk, salt: StoreCampaign.salt, limits: limits)
      let store = try Store.open(on: disk, limits: limits)
      for batch in genesis {
        try store.addLog(batch.after.identity)
        try store.append(batch)
      }
      try store.flush()
    }
    return disk.image
  }
}

extension VerifiedBatch {
  /// The token of the node that signed these last.
  var token: RollbackToken {
    RollbackToken(
      origin: after.identity.origin, size: after.head.size, leafHash: after.head.leafHash)
  }
}
