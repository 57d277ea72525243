internal import Crypto
internal import Log
internal import Wire

/// What one thread found in a run of frames.
private struct FrameResult: Sendable {
  var claims: [(size: UInt64, root: Digest, contradicts: Bool, place: UInt64)] = []
  var damage: [ChunkResult.Damage] = []
  var failure: ReadFailure?
}

extension LogAudit {
  private static let framesAtOnce: UInt64 = 256

  /// Signatures of all checkpoints; their roots are compared while the tree grows.
  func checkCheckpointFile() throws(ReadFailure) {
    let stride = StoreFormat.checkpointBytes
    let count =
      files.journal?.head.checkpointCount ?? (files.checkpoints?.size ?? 0) / UInt64(stride)
    let inFile = files.records(files.checkpoints, stride, atMost: count)
    let pieces = Int((count + LogAudit.framesAtOnce - 1) / LogAudit.framesAtOnce)
    let (files, identity) = (self.files, self.identity)
    var failure: ReadFailure?
    var last: UInt64 = 0
    Parallel.inOrder(count: pieces, threads: threads) { piece in
      let first = UInt64(piece) * LogAudit.framesAtOnce
      var result = FrameResult()
      do throws(ReadFailure) {
        for place in first..<min(count, first + LogAudit.framesAtOnce) {
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
      for found in result.damage {
        add(.verificationFailed, found.file, found.index, offset: found.offset, found.what)
      }
      for claim in result.claims {
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

  /// - Returns: the bytes of a frame, from the file or behind its end from the journals.
  private static func frame(
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
    return frame.contains { $0 != 0 } ? frame : nil
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

  /// Cosignatures of nodes whose cards were given.
  func checkCosignatureFile(_ cards: [Card]) throws(ReadFailure) {
    let stride = StoreFormat.cosignatureBytes
    let count =
      files.journal?.head.cosignatureCount ?? (files.cosignatures?.size ?? 0) / UInt64(stride)
    let inFile = files.records(files.cosignatures, stride, atMost: count)
    var unchecked: [String: (count: UInt64, why: String)] = [:]
    var scratch = FrameResult()
    for place in 0..<count {
      let offset = place * UInt64(stride)
      let bytes = try LogAudit.frame(
        place, inFile, stride, files.cosignatures, files.journal?.cosignatures, "cosignatures",
        &scratch)
      guard let bytes else { continue }
      guard let frame = CosignatureFrame(bytes) else {
        add(
          .verificationFailed, "cosignatures", place, offset: offset,
          "has a wrong checksum or is malformed")
        continue
      }
      let name = frame.cosignature.name
      claims.append(
        RootClaim(
          size: frame.size, root: frame.root, source: .cosignature(place, name),
          contradicts: false))
      let known = cards.filter { $0.name == name }
      let card = known.first {
        Cosignature.keyID(name: name, key: $0.cosigning) == frame.cosignature.keyID
      }
      guard let card else {
        let why = known.isEmpty ? "no card given" : "by a key that its card does not have"
        unchecked["\(name.text), \(why)", default: (0, why)].count += 1
        continue
      }
      summary.signaturesVerified += 1
      if frame.verifies(origin: identity.origin, key: card.cosigning) {
        if !summary.cosigners.contains(name.text) { summary.cosigners.append(name.text) }
      } else {
        add(
          .verificationFailed, "cosignatures", place, offset: offset,
          "the cosignature of \(name.text) over size \(frame.size) does not verify")
      }
    }
    summary.cosigners.sort()
    for found in scratch.damage {
      add(.verificationFailed, found.file, found.index, offset: found.offset, found.what)
    }
    for (what, value) in unchecked.sorted(by: { $0.key < $1.key }) {
      notChecked.append("\(origin): \(value.count) cosignatures of \(what)")
    }
  }

  func sortClaims() { claims.sort { $0.size < $1.size } }
}
