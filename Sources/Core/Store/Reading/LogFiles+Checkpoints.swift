import Crypto
import Log

// Checkpoints that are kept in memory or in the file (Protocols/store.md, 4.7).
extension LogFiles {
  /// A kept checkpoint of exactly `size` that agrees with the stored tree. Older than the newest 16
  /// it is looked for in the file.
  func checkpoint(size: UInt64) throws(StoreError) -> VerifiedCheckpoint? {
    if let newest = log.notes.newest, newest.size == size { return newest }
    if let kept = log.notes.checkpoints.last(where: { $0.size == size && !$0.contradicts }) {
      return try? VerifiedCheckpoint.verify(note: kept.note, identity: log.identity)
    }
    let perRead = UInt64(Limits.readBytes / Layout.checkpointBytes)
    var position: UInt64 = 0
    while position < log.written.checkpointCount {
      let end = min(position + perRead, log.written.checkpointCount)
      let bytes = try exactly(.checkpoints, position..<end)
      for number in 0..<Int(end - position) {
        guard let frame = CheckpointFrame(bytes.span, at: number * Layout.checkpointBytes),
          frame.size == size, !frame.contradicts
        else { continue }
        return try? VerifiedCheckpoint.verify(note: frame.note, identity: log.identity)
      }
      position = end
    }
    return nil
  }

  /// The smallest kept checkpoint that contradicts the stored tree, as far as that can be read.
  func contradiction() -> VerifiedCheckpoint? {
    let kept = log.notes.checkpoints.filter { $0.contradicts && $0.size <= log.state.size }
    for frame in kept.sorted(by: { $0.size < $1.size }) {
      guard
        let checkpoint = try? VerifiedCheckpoint.verify(note: frame.note, identity: log.identity),
        let own = try? root(size: checkpoint.size), own != checkpoint.root
      else { continue }
      return checkpoint
    }
    return nil
  }
}
