/// The kinds of foes, by which a campaign draws them, and counts how often each did what it is
/// there for.
public enum FoeKind: String, CaseIterable, Sendable {
  // Histories.
  case twin = "foe: two copies of one node sign different entries"
  case deafTwin = "foe: and hear nothing of each other"
  case twoFaced = "foe: shows two halves of its peers different histories"
  case rewinding = "foe: signs another history on an old folder"
  case rewritingCarrier = "foe: a carrier rewrites another's log"
  case badSignatures = "foe: bad inner signatures under a valid checkpoint"
  case brokenRules = "foe: a checkpoint over an entry that breaks a rule"
  case brokenBulk = "foe: and the last entry under it never comes"
  case signatureTwins = "foe: one header with one signature for some, and another for others"
  // Heads.
  case shrinkingHeads = "foe: heads that shrink"
  case wrongHashes = "foe: heads with another hash"
  case inflatedHeads = "foe: heads of more than there is"
  case claims = "foe: heads of more than the peer's own log has"
  case sizesAtBound = "foe: heads of all logs at the bound of sizes"
  case sizesBeyondBound = "foe: heads beyond the bound of sizes"
  // Sources.
  case withholding = "foe: offers and never sends"
  case withheldBodies = "foe: answers that lack a body"
  case unchargedChunks = "foe: compact chunks of nothing, which nobody is charged for"
  case slowSource = "foe: a chunk just before the watchdog"
  case wrongLeaves = "foe: chunks with wrong leaves"
  case wrongBodies = "foe: chunks with wrong bodies"
  case wrongProofs = "foe: chunks with wrong proofs"
  case gaps = "foe: chunks with gaps"
  case wrongRequests = "foe: chunks of other requests"
  case shortChunks = "foe: chunks that are cut"
  case garbled = "foe: bits of messages flip"
  case misplaced = "foe: one log passed off as another"
  // Floods.
  case floodOfPings = "foe: flood of pings"
  case floodOfHeads = "foe: flood of heads"
  case floodOfLists = "foe: flood of lists of logs"
  case floodOfPulls = "foe: flood of pulls"
  case floodOfCredit = "foe: flood of credit"
  case floodOfDigests = "foe: flood of digests"
  case floodOfPrunes = "foe: flood of prunes and grafts"
  case floodOfChunks = "foe: flood of chunks"
  case floodOfLeaves = "foe: flood of leaves"
  case floodOfOpenings = "foe: flood of openings"
  case floodOfProofs = "foe: flood of proofs"
  case floodOfSearches = "foe: flood of searches for a fork"
  case floodOfHellos = "foe: flood of hellos"
  case floodOfCheckpoints = "foe: flood of an old checkpoint"
  case floodOfEnds = "foe: flood of ends"
  case floodOfCosignatures = "foe: flood of cosignatures"
  case floodOfPongs = "foe: flood of pongs"
  case floodOfCopies = "foe: flood of other copies"
  case floodOfAnswers = "foe: flood of answers to searches"
  case floodOfExhibits = "foe: flood of exhibits"
  case floodOfLeaving = "foe: flood of requests that are left"
  // Proofs and signatures.
  case proofOfAnotherLog = "foe: a fork proof of another log"
  case proofOfNothing = "foe: a fork proof of equal entries"
  case proofBadlySigned = "foe: a fork proof with a bad signature"
  case proofTruncated = "foe: a fork proof that is cut"
  case proofOversized = "foe: a fork proof that is too long"
  case proofAgainstHonest = "foe: a fork proof with a forged checkpoint"
  case falseOpenings = "foe: opens another's next epoch"
  case falseCosignatures = "foe: false cosignatures"
  case borrowedNames = "foe: cosignatures in another's name, by its own key"
  case repeatedMessages = "foe: what it said is said again, much later"
  // Connections.
  case oversizedFrames = "foe: frames over the limit"
  case framesAtLimit = "foe: frames at the limit"
  case slowFrames = "foe: frames byte by byte"
  case recordsTwice = "foe: records sent twice"
  case replayedSessions = "foe: sessions played again"
  case wrongRecipients = "foe: sessions played to another"
  case reconnects = "foe: a thousand connections a second"
  case mute = "foe: connections that never speak"
  case handshakes = "foe: handshakes that lead nowhere"
  // Openings.
  case twoOpenings = "foe: opens its next epoch twice, for two halves of its peers"
  case usedRecovery = "foe: opens an epoch again by a used recovery file"
  case strangersOpenings = "foe: passes on a next epoch of nobody's partner"
  // Receipts.
  case falseReceipts = "foe: receipts for what was not erased, or is not there"
  // Keys.
  case falseKeys = "foe: writes keys entries that must not count"
  // Groups.
  case falseHistory = "foe: gives history with keys that are not of what it names"
  case twofoldConvener = "foe: convenes two groups under one version"

  /// It is two sites with the same keys.
  var isTwin: Bool { self == .twin || self == .deafTwin }

  /// The name on command lines.
  public var name: String { "\(self)" }

  /// - Parameter seed: of what is drawn once.
  func makeMask(seed: Int) -> any Mask {
    switch self {
    case .twin: TwinFoe(self, isDeaf: false)
    case .deafTwin: TwinFoe(self, isDeaf: true)
    case .twoFaced: TwoFacedFoe(self, seed: seed)
    case .rewinding: RewindingFoe(self)
    case .rewritingCarrier: RewritingCarrierFoe(self, seed: seed)
    case .badSignatures: BadSignatureFoe(self, seed: seed)
    case .brokenBulk: BrokenBulkFoe(self, seed: seed)
    case .brokenRules: RuleBreakingFoe(self, seed: seed)
    case .signatureTwins: SignatureTwinFoe(self, seed: seed)
    case .shrinkingHeads, .wrongHashes, .inflatedHeads, .claims, .sizesAtBound, .sizesBeyondBound:
      LyingFoe(self)
    case .withholding: WithholdingFoe(self)
    case .withheldBodies: BodyWithholdingFoe(self)
    case .unchargedChunks: UnchargedFoe(self)
    case .repeatedMessages: RepeatingFoe(self)
    case .slowSource: SlowSourceFoe(self)
    case .wrongLeaves, .wrongBodies, .wrongProofs, .gaps, .wrongRequests, .shortChunks:
      SpoilingFoe(self)
    case .garbled: GarblingFoe(self)
    case .misplaced: MisplacingFoe(self)
    case .floodOfPings, .floodOfHeads, .floodOfLists, .floodOfPulls, .floodOfCredit,
      .floodOfDigests, .floodOfPrunes, .floodOfChunks, .floodOfLeaves, .floodOfOpenings,
      .floodOfProofs, .floodOfSearches, .floodOfHellos, .floodOfCheckpoints, .floodOfEnds,
      .floodOfCosignatures, .floodOfPongs, .floodOfCopies, .floodOfAnswers, .floodOfExhibits,
      .floodOfLeaving:
      FloodingFoe(self)
    case .proofOfAnotherLog, .proofOfNothing, .proofBadlySigned, .proofTruncated, .proofOversized,
      .proofAgainstHonest:
      ForgingFoe(self)
    case .falseOpenings: FalseOpeningFoe(self)
    case .twoOpenings: TwoOpeningsFoe(self)
    case .usedRecovery: UsedRecoveryFoe(self, seed: seed)
    case .strangersOpenings: StrangerOpeningFoe(self)
    case .falseReceipts: FalseReceiptFoe(self)
    case .falseKeys: FalseKeysFoe(self)
    case .falseHistory: FalseHistoryFoe(self)
    case .twofoldConvener: TwofoldConvenerFoe(self)
    case .falseCosignatures, .borrowedNames: FalseCosignatureFoe(self)
    case .oversizedFrames, .framesAtLimit, .slowFrames: FrameFoe(self)
    case .recordsTwice, .replayedSessions, .wrongRecipients: ReplayingFoe(self)
    case .reconnects, .mute, .handshakes: ConnectingFoe(self)
    }
  }
}

extension FoeKind {
  /// Drawn where groups are (`GroupDraw`).
  static let ofGroups: [FoeKind] = [.falseHistory, .twofoldConvener]
  /// Drawn in every run.
  static let drawn = allCases.filter { !ofGroups.contains($0) }

  /// The types of the messages that it sends very often (Protocols/sync.md, 1): a test fails where
  /// one has no foe.
  var floods: [SyncType] {
    switch self {
    case .floodOfPings: [.ping]
    case .floodOfHeads: [.heads]
    case .floodOfLists: [.logs]
    case .floodOfPulls: [.pull]
    case .floodOfCredit: [.credit]
    case .floodOfDigests: [.digest]
    case .floodOfPrunes: [.prune, .graft]
    case .floodOfChunks: [.chunk]
    case .floodOfLeaves: [.entry]
    case .floodOfOpenings: [.opening]
    case .floodOfProofs: [.proof]
    case .floodOfSearches: [.probe]
    case .floodOfHellos: [.hello]
    case .floodOfCheckpoints: [.checkpoint]
    case .floodOfEnds: [.end]
    case .floodOfCosignatures: [.cosignatures]
    case .floodOfPongs: [.pong]
    case .floodOfCopies: [.copy]
    case .floodOfAnswers: [.probed]
    case .floodOfExhibits: [.exhibit]
    case .floodOfLeaving: [.leave]
    default: []
    }
  }
}
