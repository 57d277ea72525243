import Log
import Replica
import Runtime

/// The files beside the store that the safety of this node, or of others, depends on.
struct StateFiles {
  let folder: NodeFolder
  let token: TokenFile
  let faults: FaultFolder
  let membership: Membership

  /// Synced when it returns.
  /// - Returns: where it is, for an operator.
  func write(_ state: SafeState) throws -> String {
    switch state {
    case .closed(let origin, let reason):
      try ClosedMark(origin: origin, reason: reason).save(folder)
      return folder.closed
    case .proof(let proof): return try faults.keep(proof)
    case .fault(let log, let fault):
      return try faults.write(fault.encode(), of: log, "\(fault.position).fault")
    case .opening(let opening): return try faults.keep(opening)
    case .heldCard(let card):
      try membership.hold(card)
      return folder.cards
    case .followed(let next, let known):
      try Roster.follow(next, after: known, folder)
      return folder.peers
    case .token(let newest):
      try token.save(newest)
      return token.path
    case .taken(let budgets):
      try budgets.save(folder)
      return folder.taken
    }
  }
}
