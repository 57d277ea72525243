internal import Crypto
internal import Log
internal import Wire

extension LogAudit {
  /// Says whose doing each problem is, now that the checkpoints are compared with the leaves.
  func classify() {
    let signed = claims.filter {
      switch $0.source {
      case .cosignature, .acknowledged: false
      case .checkpoint, .pending: true
      }
    }
    let anchor = signed.last { $0.matches }
    summary.checkpointSize = anchor?.size ?? 0
    classifyRoots(signed)
    classifyProblems(anchor)
    for claim in claims {
      if case .acknowledged = claim.source, let ownRoot = claim.ownRoot, ownRoot != claim.root {
        add(
          .verificationFailed, "journal", nil,
          "acknowledges another tree of \(claim.size) entries than the entries here make")
      }
      guard case .cosignature(let place, let name) = claim.source else { continue }
      checkRoot(claim, "cosignatures", place, "the cosignature of \(name.text)")
    }
    if files.size > 0, anchor == nil {
      notes.append("\(origin): no checkpoint, entries verified by their own signatures only")
    }
  }

  private func checkRoot(_ claim: RootClaim, _ file: String, _ place: UInt64, _ what: String) {
    let stride = file == "checkpoints" ? StoreFormat.checkpointBytes : StoreFormat.cosignatureBytes
    guard let ownRoot = claim.ownRoot else {
      if files.journal != nil, isYoung(claim) {
        ahead.append((what, claim.size))
        return
      }
      if files.isLoose {
        notChecked.append(
          "\(origin): \(what) is over \(claim.size) entries, which are not all here")
        return
      }
      add(
        .verificationFailed, file, place, offset: place * UInt64(stride),
        "\(what) is over \(claim.size) entries, but the log here ends after \(files.size)")
      return
    }
    if ownRoot != claim.root {
      add(
        .verificationFailed, file, place, offset: place * UInt64(stride),
        "\(what) for size \(claim.size) has another root than the entries here, which does not "
          + "prove a fork")
    }
  }

  /// True when a claim may rightly be there before the entries that it is over: a cosignature
  /// reaches a carrier by another way than they do, and a checkpoint may be journaled while bulk
  /// data is not.
  private func isYoung(_ claim: RootClaim) -> Bool {
    switch claim.source {
    case .cosignature, .pending, .acknowledged: true
    case .checkpoint(let place): files.journal?.checkpoints[place] != nil
    }
  }

  // MARK: Checkpoints

  /// A valid checkpoint that contradicts the leaves is a fork if another one, of the same size or
  /// larger, proves that: else nothing shows that the leaves here are the author's.
  private func classifyRoots(_ signed: [RootClaim]) {
    var proofs = 0
    let larger = signed.last { $0.matches }
    let roots = rootsBySize(signed)
    for claim in signed {
      guard case .checkpoint(let place) = claim.source else { continue }
      guard !claim.matches else {
        if claim.contradicts {
          add(
            .verificationFailed, "checkpoints", place,
            offset: place * UInt64(StoreFormat.checkpointBytes),
            "is filed as contradicting the log, and agrees with it")
        }
        continue
      }
      var evidence: ForkProof.Evidence?
      let same = roots[claim.size]?.first { $0.root != claim.root }
      if let same, let a = note(of: same), let b = note(of: claim) {
        evidence = .roots(a, b)
      } else if proofs < AuditLimits.proofsMade, let larger, larger.size > claim.size,
        let ownRoot = claim.ownRoot, let older = note(of: claim), let newer = note(of: larger),
        let proof = try? Tree.consistencyProof(
          from: claim.size, to: larger.size, reader: LeafHashReader(files: files))
      {
        evidence = .prefix(older: older, newer: newer, prefixRoot: ownRoot, proof: proof)
      }
      if let evidence, let proof = try? ForkProof(identity: identity, evidence: evidence) {
        proofs += 1
        add(
          .fork, "checkpoints", place, offset: place * UInt64(StoreFormat.checkpointBytes),
          "the log's key signed another tree of \(claim.size) entries as well",
          proof: proof.encode())
      } else {
        checkRoot(claim, "checkpoints", place, "the checkpoint")
      }
    }
  }

  /// For each size one claim, or two with different roots where there are two.
  private func rootsBySize(_ signed: [RootClaim]) -> [UInt64: [RootClaim]] {
    var roots: [UInt64: [RootClaim]] = [:]
    for claim in signed {
      let known = roots[claim.size, default: []]
      if known.isEmpty || known.count == 1 && known[0].root != claim.root {
        roots[claim.size, default: []].append(claim)
      }
    }
    return roots
  }

  /// The signed note of a checkpoint.
  private func note(of claim: RootClaim) -> [UInt8]? {
    switch claim.source {
    case .cosignature, .acknowledged: return nil
    case .pending: return files.journal?.head.pendingNote
    case .checkpoint(let place):
      let stride = StoreFormat.checkpointBytes
      let inFile = files.records(files.checkpoints, stride, atMost: .max)
      let bytes =
        place < inFile
        ? try? files.checkpoints?.read(at: place * UInt64(stride), count: stride)
        : files.journal?.checkpoints[place]
      return bytes.flatMap { CheckpointFrame($0) }?.note
    }
  }

  // MARK: Entries

  private func classifyProblems(_ anchor: RootClaim?) {
    let anchored = anchor?.size ?? 0
    let anchorNote = anchor.flatMap { note(of: $0) }
    var proofs = 0
    for problem in problems {
      let kind = kind(of: problem, anchored)
      var proof: [UInt8]?
      if kind != .verificationFailed, proofs < AuditLimits.proofsMade, let anchorNote {
        proof = evidence(for: problem, anchored, anchorNote)
        proofs += proof == nil ? 0 : 1
      }
      add(
        kind, "entries", problem.index, offset: problem.index * UInt64(EntryLayout.leafBytes),
        problem.what, proof: proof)
    }
    guard problemsLeftOut > 0, let lastProblem else { return }
    // They are in ascending order: if the last is its author's doing, all are.
    add(
      kind(of: lastProblem, anchored), "entries", lastProblem.index,
      offset: lastProblem.index * UInt64(EntryLayout.leafBytes),
      "is the last of \(problemsLeftOut) more entries with problems: \(lastProblem.what)")
  }

  private func kind(of problem: LeafProblem, _ anchored: UInt64) -> FindingClass {
    let isAuthors = problem.index < anchored
    return switch problem.kind {
    case .rule: isAuthors ? .authorFault : .verificationFailed
    case .defect(.signature): isAuthors ? .defect : .verificationFailed
    case .defect: isAuthors || problem.isSigned ? .defect : .verificationFailed
    }
  }

  private func evidence(
    for problem: LeafProblem, _ anchored: UInt64, _ note: [UInt8]
  ) -> [UInt8]? {
    guard problem.index < anchored else { return nil }
    func included(_ index: UInt64) -> IncludedLeaf? {
      guard let leaf = try? files.leaves(index..<index + 1),
        let path = try? Tree.inclusionProof(
          index: index, size: anchored, reader: LeafHashReader(files: files))
      else { return nil }
      return IncludedLeaf(leaf: leaf, position: index, path: path, checkpoint: note)
    }
    guard let exhibit = included(problem.index) else { return nil }
    switch problem.kind {
    case .rule(let rule):
      let predecessor =
        rule == .previous && problem.index > 0
        ? included(problem.index - 1).map { Exhibit.included($0) } : nil
      return try? AuthorFault(
        identity: identity, rule: rule, exhibit: exhibit, predecessor: predecessor
      ).encode()
    case .defect(.signature):
      return try? DefectProof(identity: identity, exhibit: exhibit).encode()
    case .defect:
      return nil
    }
  }
}
