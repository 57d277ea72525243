package import Log
package import Store

package enum Importance {
  case notice, warning, error
}

/// News of a replica for its host besides the core's events: of its state, and for an operator.
package enum ReplicaNews {
  /// A line of the log.
  case line(Importance, String)
  /// A line that a peer can bring about: now and then one of each kind.
  case repeated(Importance, kind: String, String)
  /// An operator must look into it; the newest of each key stays in `status` for a day.
  case warning(key: String, String)
  /// A warning's matter is settled.
  case settled(key: String)
  case count(String, UInt64)
  /// Entries were staged, own ones or others'.
  case staged(EntryBatch, of: LogID)
  case damageFound(Damage)
  case mended(Damage)
  /// Bodies are hidden, erased, expired or back.
  case bodiesChanged(LogID)
  /// These entries read otherwise: damage came or went, or nobody has them.
  case readsOtherwise(LogID, [Range<UInt64>])
  /// Entries that are read again may be other than they were.
  case readAgain(LogID)
  /// Somebody who waits for entries may find more.
  case moreToRead
  /// The store takes entries, or does not: `full` and back, `failed` for ever.
  case condition(StoreCondition)
}
