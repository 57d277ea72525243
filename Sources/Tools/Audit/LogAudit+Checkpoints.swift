internal import Crypto
internal import Log
internal import Wire

/// The findings of one thread in a run of frames.
struct FrameResult: Sendable {
  var claims: [(size: UInt64, root: Digest, contradicts: Bool, place: UInt64)] = []
  var damage: [ChunkResult.Damage] = []
  /// Frames that are zeros.
  var empty: UInt64 = 0
  var failure: ReadFailure?
}

extension LogAudit {
  private static let framesAtOnce: UInt64 = 256

  /// Signatures of all checkpoints; their roots are compared while the tree grows.
  func checkCheckpointFile() throws(ReadFailure) {
    let stride = StoreFormat.checkpointBytes
    let count = min(
      AuditLimits.records,
      files.journal?.head.checkpointCount ?? (files.checkpoints?.size ?? 0) / UInt64(stride))
    let inFile = files.records(files.checkpoints, stride, atMost: count)
    let pieces = framePieces(files.checkpoints, stride, inFile, count, files.journal?.checkpoints)
    let (files, identity) = (self.files, self.identity)
    var failure: ReadFailure?
    var last: UInt64 = 0
    Parallel.inOrder(count: pieces.count, threads: threads) { piece in
      var result = FrameResult()
      do throws(ReadFailure) {
        for place in pieces[piece] {
          let frame = try LogAudit.frame(
            place, inFile, stride, files.checkpoints, files.journal?.checkpoints, "checkpoints",
            &result)
          guard let frame else { continue }
          LogAudit.verify(frame, place, identity, &result)
        }
      } catch {
        result.failure = error
      }
      return result
    } consume: { result in
      failure = result.failure
      emptyFrames += result.empty
      for found in result.damage {
        add(.verificationFailed, found.file, found.index, offset: found.offset, found.what)
      }
      for claim in result.claims {
        contradictions += claim.contradicts ? 1 : 0
        if !claim.contradicts {
          if claim.size <= last {
            add(
              .verificationFailed, "checkpoints", claim.place,
              offset: claim.place * UInt64(stride),
              "is for size \(claim.size), the one before for \(last)")
          }
          last = max(last, claim.size)
        }
        claims.append(
          RootClaim(
            size: claim.size, root: claim.root, source: .checkpoint(claim.place),
            contradicts: claim.contradicts))
      }
      return failure == nil
    }
    if let failure { throw failure }
    summary.signaturesVerified += UInt64(claims.count)
    checkPending()
  }

  private func checkPending() {
    if let head = files.journal?.head, head.anchorSize > 0 {
      claims.append(
        RootClaim(
          size: head.anchorSize, root: head.anchorRoot, source: .acknowledged, contradicts: false))
    }
    guard let note = files.journal?.head.pendingNote, !note.isEmpty else { return }
    do throws(NoteError) {
      let checkpoint = try VerifiedCheckpoint.verify(note: note, identity: identity)
      claims.append(
        RootClaim(
          size: checkpoint.size, root: checkpoint.root, source: .pending, contradicts: false))
      summary.signaturesVerified += 1
    } catch {
      add(
        .verificationFailed, "journal", nil,
        "the checkpoint kept for later does not verify: \(error)")
    }
  }

  /// The places of frames, some at a time: those of the file, but for its holes, which are counted
  /// as emptied frames, and behind its end those of the journals.
  func framePieces(
    _ file: ReadOnlyFile?, _ stride: Int, _ inFile: UInt64, _ count: UInt64,
    _ journaled: [UInt64: [UInt8]]?
  ) -> [[UInt64]] {
    var pieces: [[UInt64]] = []
    var next: UInt64 = 0
    while let file, next < inFile {
      let data = file.data(from: next * UInt64(stride)) ?? file.size
      let first = min(inFile, max(next, data / UInt64(stride)))
      emptyFrames += first - next
      let end = min(inFile, first + LogAudit.framesAtOnce)
      if first < end { pieces.append(Array(first..<end)) }
      next = end
    }
    let rest = (journaled ?? [:]).keys.filter { $0 >= inFile && $0 < count }.sorted()
    if !rest.isEmpty { pieces.append(rest) }
    return pieces
  }

  /// - Returns: the bytes of a frame, from the file or behind its end from the journals.
  static func frame(
    _ place: UInt64, _ inFile: UInt64, _ stride: Int, _ file: ReadOnlyFile?,
    _ journal: [UInt64: [UInt8]]?, _ name: String, _ result: inout FrameResult
  ) throws(ReadFailure) -> [UInt8]? {
    let journaled = journal?[place]
    guard let file, place < inFile else { return journaled }
    let frame = try file.read(at: place * UInt64(stride), count: stride)
    if let journaled, journaled != frame {
      result.damage.append(
        ChunkResult.Damage(
          file: name, index: place, offset: place * UInt64(stride),
          what: "is not the frame that the journal acknowledged"))
    }
    // Zeros are no frame: one was there that was damaged.
    if frame.contains(where: { $0 != 0 }) { return frame }
    result.empty += 1
    return nil
  }

  private static func verify(
    _ bytes: [UInt8], _ place: UInt64, _ identity: LogIdentity, _ result: inout FrameResult
  ) {
    let offset = place * UInt64(StoreFormat.checkpointBytes)
    func damage(_ what: String) {
      result.damage.append(
        ChunkResult.Damage(file: "checkpoints", index: place, offset: offset, what: what))
    }
    guard let frame = CheckpointFrame(bytes) else {
      damage("has a wrong checksum or is malformed")
      return
    }
    do throws(NoteError) {
      let checkpoint = try VerifiedCheckpoint.verify(note: frame.note, identity: identity)
      guard checkpoint.note == frame.note else {
        damage("holds more than the checkpoint and its log's signature")
        return
      }
      guard checkpoint.size == frame.size else {
        damage("is filed under size \(frame.size), the checkpoint says \(checkpoint.size)")
        return
      }
      result.claims.append((checkpoint.size, checkpoint.root, frame.contradicts, place))
    } catch {
      damage("is no valid checkpoint of this log: \(error)")
    }
  }

  func sortClaims() { claims.sort { $0.size < $1.size } }
}
