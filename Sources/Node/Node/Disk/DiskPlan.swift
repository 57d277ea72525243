import Runtime
import Store

/// Which disk work the loop does itself, and which waits.
///
/// A thread of its own costs two wake-ups, as long as the sync of a fast disk takes. So a small
/// group commit is written and synced by the loop while the disk is fast; a disk that was slow once
/// has its own thread until it was fast some times in a row, so that it holds the loop up once and
/// not for long.
struct DiskPlan {
  private var fastInARow = NodeLimits.fastCommits
  private var committedAt: UInt64 = 0
  private var settledAt: UInt64 = 0

  /// True when the loop executes these itself.
  func isForLoop(_ operations: [DiskOperation]) -> Bool {
    guard fastInARow >= NodeLimits.fastCommits, operations.count == 2,
      case .write(.journal(let written), _, let bytes) = operations[0],
      case .sync(.journal(let synced)) = operations[1]
    else { return false }
    return written == synced && bytes.count <= NodeLimits.commitOfLoopBytes
  }

  /// Work that only tidies up waits for a pause between commits, but not for ever.
  func maySettle(at now: UInt64) -> Bool {
    now >= committedAt + NodeLimits.settleAfterMilliseconds
      || now >= settledAt + NodeLimits.settleAtLeastMilliseconds
  }

  /// When work that waits is to be looked at again.
  func settlesIn(at now: UInt64) -> UInt64 {
    let due = committedAt + NodeLimits.settleAfterMilliseconds
    return due > now ? due - now : 1
  }

  mutating func executed(_ operations: [DiskOperation], in nanoseconds: UInt64, at now: UInt64) {
    guard
      operations.contains(where: { if case .write(.journal, _, _) = $0 { true } else { false } })
    else {
      settledAt = now
      return
    }
    committedAt = now
    fastInARow =
      nanoseconds > NodeLimits.slowCommitNanoseconds
      ? 0 : min(fastInARow + 1, NodeLimits.fastCommits)
  }
}
