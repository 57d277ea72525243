import Log
import Readability
import Reading

/// The place of the reader of one `Changes`.
package final class ReaderPlace {
  /// The cursor that was asked for; nil once it was looked at, or for a full comparison.
  var asked: ReadingCursor?
  var walk: ReadingWalk?
  /// Logs that the reader knows and this node does not: they are told gone, once.
  var strangers: [LogID] = []
  /// Which log is looked at first.
  var turn = 0
  /// Made, and not to be given before the journal is on the disk up to `neededEnd`.
  var held: (page: ReadingPage, neededEnd: UInt64)?
  /// The reader waits, and is told empty pages of nothing.
  package let follow: Bool
  /// The number of the last page that was given.
  var given: UInt64?
  /// The last page said that nothing is left.
  var wasComplete = false

  init(_ request: ChangesRequest) {
    asked = request.cursor
    follow = request.follow == true
  }
}
