import Crypto
import Log

extension StoredLog {
  /// Reads the newest checkpoints and cosignatures, at start.
  func loadNotes(from disk: any Disk) throws(StoreError) {
    try loadCheckpoints(from: disk)
    try loadCosignatures(from: disk)
    guard !durable.pendingNote.isEmpty else { return }
    pending = try? VerifiedCheckpoint.verify(note: durable.pendingNote, identity: identity)
  }

  private func loadCheckpoints(from disk: any Disk) throws(StoreError) {
    let count = min(durable.checkpointCount, Layout.checkpointsRead)
    let first = durable.checkpointCount - count
    let file = StoreFile.log(id, .checkpoints)
    let bytes = try disk.readExactly(
      file, at: first * UInt64(Layout.checkpointBytes),
      count: Int(count) * Layout.checkpointBytes)
    var frames: [CheckpointFrame] = []
    for number in 0..<Int(count) {
      guard let frame = CheckpointFrame(bytes.span, at: number * Layout.checkpointBytes) else {
        throw .damaged(Damage(file: file, index: first + UInt64(number), .checksum))
      }
      frames.append(frame)
    }
    let newestNumber = frames.lastIndex { !$0.contradicts }
    for (number, frame) in frames.enumerated() {
      var verified: VerifiedCheckpoint?
      if frame.contradicts || number == newestNumber {
        verified = try? VerifiedCheckpoint.verify(note: frame.note, identity: identity)
        guard verified != nil else {
          throw .damaged(Damage(file: file, index: first + UInt64(number), .signature))
        }
      }
      if number == newestNumber { newest = verified }
      keep(
        StoredCheckpoint(
          size: frame.size, root: verified?.root, contradicts: frame.contradicts,
          note: frame.note))
    }
  }

  private func loadCosignatures(from disk: any Disk) throws(StoreError) {
    let count = min(durable.cosignatureCount, Layout.cosignaturesRead)
    let first = durable.cosignatureCount - count
    let file = StoreFile.log(id, .cosignatures)
    let bytes = try disk.readExactly(
      file, at: first * UInt64(Layout.cosignatureBytes),
      count: Int(count) * Layout.cosignatureBytes)
    for number in 0..<Int(count) {
      guard let frame = CosignatureFrame(bytes.span, at: number * Layout.cosignatureBytes) else {
        throw .damaged(Damage(file: file, index: first + UInt64(number), .checksum))
      }
      _ = keep(frame.stored)
    }
  }
}
