public import Crypto
public import Log

/// Which epoch a recovery file opens, and what it follows: the rules, without any file
/// (Protocols/card.md, 8).
public struct EpochPlan: Hashable, Sendable {
  /// The epoch that is opened.
  public let origin: Origin
  /// The epoch before, and the size at which it ends.
  public let predecessor: Genesis.Predecessor

  /// - Parameters:
  ///   - recovery: the origin that the recovery file names.
  ///   - key: the opening key in it.
  ///   - waived: peers whose claims to hold more than is here the operator does not believe, or
  ///     will not wait for.
  ///   - isUnasked: the operator opens the epoch although peers could not be asked, or claim more
  ///     than is here.
  public init(
    recovery: String, key: OpeningPublicKey, name: NodeName, _ epochs: EpochsReply,
    waived: Set<String> = [], isUnasked: Bool
  ) throws(IdentityError) {
    guard let origin = try? Origin(recovery), origin.name == name else {
      throw IdentityError(
        .refused, "this is the recovery file of \(recovery), and the node is \(name)",
        hint: "name the file that \"liaison init\" or the last \"epoch open\" wrote for this node")
    }
    try EpochPlan.checkNames(waived, epochs)
    if !isUnasked { try EpochPlan.checkAsked(epochs) }
    // A log without an entry is what an opening that broke off left: it was shown to nobody.
    let known = epochs.epochs.filter { $0.size > 0 }
    let (highest, epoch) = try EpochPlan.highest(known)
    guard origin.epoch > epoch else {
      throw IdentityError(
        .refused, "this is the recovery file of \(origin), which was opened already",
        hint: "use the recovery file that was written when \(highest.origin) was opened")
    }
    guard !highest.opening.isEmpty else {
      throw IdentityError(
        .refused, "the first entry of \(highest.origin) is not here yet",
        hint: "wait until liaison status shows it, and try again")
    }
    // Two openings of one epoch commit to two keys: the file says whose line it goes on with.
    let wanted = key.commitment.description
    guard
      let report = known.first(where: { $0.origin == highest.origin && $0.opening == wanted }),
      let followed = try? Origin(report.origin),
      let leafHash = Hex.decode(report.leafHash).flatMap({ Digest($0) }),
      let root = Hex.decode(report.root).flatMap({ Digest($0) })
    else {
      throw IdentityError(
        .refused, "this file does not hold the key that the card of \(highest.origin) commits to",
        hint: "partners would not follow it: find the recovery file that was written with "
          + "\(highest.origin); without it, make a new node and compare cards by voice")
    }
    if !isUnasked { try EpochPlan.checkClaims(report, waived) }
    self.origin = origin
    predecessor = Genesis.Predecessor(
      origin: followed, size: report.size, leafHash: leafHash, root: root)
  }

  private static func checkNames(
    _ waived: Set<String>, _ epochs: EpochsReply
  ) throws(IdentityError) {
    let unknown = waived.subtracting(epochs.answered).subtracting(epochs.unanswered).sorted()
    guard let first = unknown.first else { return }
    throw IdentityError(
      .refused, "--without names \(first), which is not on the roster",
      hint: "see liaison peer list")
  }

  /// A peer may claim entries that it does not have. Its claim can hold up the operator, who waives
  /// it without waiving anybody else's.
  private static func checkClaims(
    _ report: EpochReport, _ waived: Set<String>
  ) throws(IdentityError) {
    let claims = report.claims.filter { !waived.contains($0.peer) }
    guard let first = claims.first else { return }
    let shown = claims.map {
      "peer \($0.peer) shows \($0.size) entries of \(report.origin), which it has not delivered"
    }
    throw IdentityError(
      .refused, shown.joined(separator: "; ") + "; \(report.size) are here",
      hint: "wait until they are back, or they will count as late; if that peer does not deliver "
        + "them, --without \(first.peer) opens the epoch in spite of what it shows")
  }

  private static func checkAsked(_ epochs: EpochsReply) throws(IdentityError) {
    guard epochs.answered.isEmpty, !epochs.unanswered.isEmpty else { return }
    throw IdentityError(
      .refused, "no peer has answered, so that nobody was asked for later epochs of this node",
      hint: "wait until liaison status shows a peer connected; --unasked opens the epoch all the "
        + "same, and two different openings of one epoch are frozen by everybody")
  }

  private static func highest(
    _ epochs: [EpochReport]
  ) throws(IdentityError) -> (report: EpochReport, epoch: UInt32) {
    var found: (report: EpochReport, epoch: UInt32)?
    for report in epochs {
      guard let origin = try? Origin(report.origin) else { continue }
      if origin.epoch > found?.epoch ?? 0 { found = (report, origin.epoch) }
    }
    guard let found else {
      throw IdentityError(
        .missing, "no log of this node can be read here", hint: "run liaison fsck")
    }
    return found
  }
}

extension Origin {
  /// The epoch after this one.
  public func next() throws(IdentityError) -> Origin {
    let (epoch, isBeyond) = self.epoch.addingReportingOverflow(1)
    guard !isBeyond else {
      throw IdentityError(
        .refused, "\(text) is the last epoch that there can be",
        hint: "make the node anew, and have partners compare its card by voice")
    }
    return Origin(name: name, epoch: epoch)
  }
}
