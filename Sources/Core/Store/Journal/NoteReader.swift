import Crypto
import Log

/// The newest checkpoints and cosignatures of a log, read at start. A frame that is not whole is
/// left out and reported: peers hold checkpoints and cosignatures, too.
struct NoteReader {
  private(set) var notes = KeptNotes()
  private(set) var damage: [Damage] = []
  /// Writes that make zeros of broken frames: nobody knows any more what they were.
  private(set) var emptied: [DiskOperation] = []

  init(_ head: HeadRecord, _ identity: LogIdentity, disk: any Disk) throws(StoreError) {
    if !head.pendingNote.isEmpty {
      notes.pending = try? VerifiedCheckpoint.verify(note: head.pendingNote, identity: identity)
    }
    try readCheckpoints(head, identity, disk)
    let file = StoreFile.log(head.id, .cosignatures)
    try NoteReader.frames(
      file, head.cosignatureCount, Limits.cosignaturesRead, Layout.cosignatureBytes, disk
    ) { bytes, number in
      if let frame = cosignatureFrame(bytes) {
        _ = notes.keep(KeptCosignature(stored: frame.stored, position: number))
      } else {
        leaveOut(number, of: file, Layout.cosignatureBytes, .checksum)
      }
    }
  }

  private mutating func leaveOut(
    _ number: UInt64, of file: StoreFile, _ bytes: Int, _ problem: Damage.Problem
  ) {
    damage.append(Damage(file: file, index: number, problem))
    emptied.append(
      .write(
        file, offset: number * UInt64(bytes), bytes: [UInt8](repeating: 0, count: bytes)))
  }

  private mutating func readCheckpoints(
    _ head: HeadRecord, _ identity: LogIdentity, _ disk: any Disk
  ) throws(StoreError) {
    let file = StoreFile.log(head.id, .checkpoints)
    var frames: [(number: UInt64, frame: CheckpointFrame)] = []
    try NoteReader.frames(
      file, head.checkpointCount, Limits.checkpointsRead, Layout.checkpointBytes, disk
    ) { bytes, number in
      if let frame = checkpointFrame(bytes) {
        frames.append((number, frame))
      } else {
        leaveOut(number, of: file, Layout.checkpointBytes, .checksum)
      }
    }
    // Newest first: of those that agree only the newest needs its signature verified now.
    var kept: [StoredCheckpoint] = []
    for (number, frame) in frames.reversed() {
      var verified: VerifiedCheckpoint?
      if frame.contradicts || notes.newest == nil {
        verified = try? VerifiedCheckpoint.verify(note: frame.note, identity: identity)
        guard verified != nil else {
          leaveOut(number, of: file, Layout.checkpointBytes, .signature)
          continue
        }
      }
      if let verified, !frame.contradicts {
        // Entries below it may be lost: then it is ahead of the log.
        if verified.size <= head.size {
          notes.take(newest: verified, durable: head.size)
        } else if verified.size > notes.pending?.size ?? 0 {
          notes.pending = verified
        }
      }
      kept.append(
        StoredCheckpoint(
          size: frame.size, root: verified?.root, contradicts: frame.contradicts,
          note: frame.note, position: number))
    }
    for checkpoint in kept.reversed() { notes.keep(checkpoint) }
  }

  /// The newest frames that are there: at most `most`, each of `bytes` bytes.
  private static func frames(
    _ file: StoreFile, _ count: UInt64, _ most: UInt64, _ bytes: Int, _ disk: any Disk,
    _ body: ([UInt8], UInt64) -> Void
  ) throws(StoreError) {
    let first = count - min(count, most)
    guard count > 0 else { return }
    let stored: [UInt8]
    do {
      stored = try disk.read(file, at: first * UInt64(bytes), count: Int(count - first) * bytes)
    } catch {
      // A missing file is reported with its length.
      if error == .notFound { return }
      throw .disk(error, file)
    }
    for number in 0..<(stored.count / bytes) {
      let frame = Array(stored[(number * bytes)..<((number + 1) * bytes)])
      // Zeros are no frame: one was there that could not be mended.
      if frame.contains(where: { $0 != 0 }) { body(frame, first + UInt64(number)) }
    }
  }
}

private func checkpointFrame(_ bytes: [UInt8]) -> CheckpointFrame? {
  CheckpointFrame(bytes.span, at: 0)
}

private func cosignatureFrame(_ bytes: [UInt8]) -> CosignatureFrame? {
  CosignatureFrame(bytes.span, at: 0)
}
