package import Log
package import Replication
package import Store

/// A state that a node must remember over a restart to stay safe.
package enum SafeState {
  /// Its own log takes no more entries, for this reason.
  case closed(Origin, because: String)
  case proof(ForkProof)
  case fault(LogID, AuthorFault)
  /// A second, different opening after an epoch.
  case opening(Opening)
  /// The first card of a log: it alone says which key opens the next epoch.
  case heldCard(Card)
  /// The card takes the place of `after` on the roster.
  case followed(Card, after: Card)
  case token(RollbackToken)
  /// How much was taken of each log today.
  case taken(DayBudgets)
}
