import Crypto
import Log

// Frames of `checkpoints` and `cosignatures`, and of the journals (Protocols/store.md, 7.5).
extension Store {
  func scrubCheckpoints(
    _ cursor: inout ScrubCursor, _ mending: inout Mending, maxBytes: Int
  ) {
    let log = mending.log
    scrubFrames(
      .checkpoints, Layout.checkpointBytes, log.written.checkpointCount, &cursor, &mending,
      maxBytes, isWhole: { CheckpointFrame($0.span, at: 0) != nil },
      kept: { position in
        log.checkpoints.first { $0.position == position }.map {
          CheckpointFrame(size: $0.size, contradicts: $0.contradicts, note: $0.note).encode()
        }
      })
    if cursor.next >= log.written.checkpointCount { cursor.begin(.cosignatures) }
  }

  func scrubCosignatures(
    _ cursor: inout ScrubCursor, _ mending: inout Mending, maxBytes: Int
  ) {
    let log = mending.log
    scrubFrames(
      .cosignatures, Layout.cosignatureBytes, log.written.cosignatureCount, &cursor, &mending,
      maxBytes, isWhole: { CosignatureFrame($0.span, at: 0) != nil },
      kept: { position in
        log.cosignatures.first { $0.position == position }.map {
          CosignatureFrame($0.stored).encode()
        }
      })
    if cursor.next >= log.written.cosignatureCount { finish(log, &cursor) }
  }

  /// A frame that is not whole is written again if it is in memory; else its place is emptied.
  private func scrubFrames(
    _ name: LogFile, _ stride: Int, _ count: UInt64, _ cursor: inout ScrubCursor,
    _ mending: inout Mending, _ maxBytes: Int, isWhole: ([UInt8]) -> Bool,
    kept: (UInt64) -> [UInt8]?
  ) {
    let first = cursor.next
    let end = min(count, first + UInt64(max(1, maxBytes / stride)))
    guard first < end else { return }
    let file = mending.file(name)
    let bytes = readWhatThereIs(
      file, at: first * UInt64(stride), count: Int(end - first) * stride)
    for position in first..<end {
      let start = Int(position - first) * stride
      let frame = Array(bytes[min(start, bytes.count)..<min(start + stride, bytes.count)])
      let isThere = frame.count == stride
      guard !isThere || (!isWhole(frame) && frame.contains { $0 != 0 }) else { continue }
      mending.write(
        name, at: position * UInt64(stride), kept(position) ?? Array(repeating: 0, count: stride),
        Damage(file: file, index: position, .checksum))
    }
    cursor.next = end
  }
}
