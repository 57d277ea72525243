/// How far the token outside the data folder is behind the log.
package struct TokenWatch {
  var isDue = false
  /// The time of the first failure by the steady clock; nil: the last write succeeded.
  package var failingSince: UInt64?
  var why: String?
}
