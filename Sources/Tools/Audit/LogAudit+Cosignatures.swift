internal import Crypto
internal import Log
internal import Wire

/// A cosignature of a node of a given card, by a key that no given card has.
struct WaitingCosignature {
  let place: UInt64
  let frame: CosignatureFrame
}

extension LogAudit {
  /// Cosignatures by keys of given cards are verified; others of these nodes wait for what their
  /// own logs say (`judgeCosignatures`).
  func checkCosignatureFile(_ cards: [Card]) throws(ReadFailure) {
    let stride = StoreFormat.cosignatureBytes
    let count = min(
      AuditLimits.records,
      files.journal?.head.cosignatureCount ?? (files.cosignatures?.size ?? 0) / UInt64(stride))
    let inFile = files.records(files.cosignatures, stride, atMost: count)
    let pieces = framePieces(
      files.cosignatures, stride, inFile, count, files.journal?.cosignatures)
    var scratch = FrameResult()
    for place in pieces.joined() {
      let bytes = try LogAudit.frame(
        place, inFile, stride, files.cosignatures, files.journal?.cosignatures, "cosignatures",
        &scratch)
      guard let bytes else { continue }
      guard let frame = CosignatureFrame(bytes) else {
        add(
          .verificationFailed, "cosignatures", place, offset: place * UInt64(stride),
          "has a wrong checksum or is malformed")
        continue
      }
      highestTime = max(highestTime, frame.cosignature.time)
      let name = frame.cosignature.name
      claims.append(
        RootClaim(
          size: frame.size, root: frame.root, source: .cosignature(place, name),
          contradicts: false))
      let known = cards.filter { $0.name == name }
      if let card = known.first(where: { frame.isBy($0.cosigning) }) {
        verify(frame, place, card.cosigning)
      } else if known.isEmpty {
        leaveUnchecked("\(name.text), no card given")
      } else {
        waiting.append(WaitingCosignature(place: place, frame: frame))
      }
    }
    emptyFrames += scratch.empty
    for found in scratch.damage {
      add(.verificationFailed, found.file, found.index, offset: found.offset, found.what)
    }
  }

  /// Every log was read: each cosignature is verified with the key that its maker's log brought
  /// into force (Protocols/audit.md, AUD-20).
  func judgeCosignatures(_ rotated: RotatedCards) {
    for cosignature in waiting {
      let frame = cosignature.frame
      let name = frame.cosignature.name
      if let key = rotated.keys(of: name).first(where: { frame.isBy($0) }) {
        verify(frame, cosignature.place, key)
      } else {
        leaveUnchecked("\(name.text), by a key that neither its card nor its log here has")
      }
    }
    waiting = []
    summary.cosigners.sort()
    for (what, count) in unchecked.sorted(by: { $0.key < $1.key }) {
      notChecked.append("\(origin): \(count) cosignatures of \(what)")
    }
  }

  private func leaveUnchecked(_ what: String) { unchecked[what, default: 0] += 1 }

  private func verify(_ frame: CosignatureFrame, _ place: UInt64, _ key: CosigningPublicKey) {
    let name = frame.cosignature.name
    summary.signaturesVerified += 1
    guard frame.verifies(origin: identity.origin, key: key) else {
      add(
        .verificationFailed, "cosignatures", place,
        offset: place * UInt64(StoreFormat.cosignatureBytes),
        "the cosignature of \(name.text) over size \(frame.size) does not verify")
      return
    }
    // A node is no witness of itself.
    guard name != identity.origin.name else { return }
    witnessed.insert(place)
    if !summary.cosigners.contains(name.text) { summary.cosigners.append(name.text) }
  }
}

extension CosignatureFrame {
  /// True when the key id is that of `key`.
  func isBy(_ key: CosigningPublicKey) -> Bool {
    Cosignature.keyID(name: cosignature.name, key: key) == cosignature.keyID
  }
}
