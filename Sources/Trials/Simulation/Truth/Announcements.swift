import Log
import Replication
import Store

/// The words of honest sites on each session: which log each position of their lists means, and how
/// much of it they showed.
struct Announcements {
  private struct Page {
    var positions: [LogID?] = []
    var sizes: [LogID: UInt64] = [:]
  }

  private var pages: [SessionID: Page] = [:]

  /// A session's list names logs by ids that are salted with the handshake's hash.
  mutating func list(_ saltedIDs: [[UInt8]], on session: SessionID, by process: NodeProcess) {
    guard let opening = process.sessions[session] else { return }
    var known: [[UInt8]: LogID] = [:]
    for log in process.store.logs { known[log.id.salted(opening.handshakeHash)] = log.id }
    pages[session, default: Page()].positions += saltedIDs.map { known[$0] }
  }

  func log(at position: Int, on session: SessionID) -> LogID? {
    guard let positions = pages[session]?.positions, position < positions.count else { return nil }
    return positions[position]
  }

  /// A head was shown.
  /// - Returns: the size that was shown before.
  mutating func show(_ size: UInt64, of log: LogID, on session: SessionID) -> UInt64 {
    pages[session]?.sizes.updateValue(size, forKey: log) ?? 0
  }
}
