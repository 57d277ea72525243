import Crypto
import Groups
import Log
import Replica
import Replication
import Store

/// A data folder: what a copy of it brings along.
struct Folder {
  var image: DiskImage
  /// node.card and node.key.
  var epoch: UInt32
  /// peers/*.card, in the order of their names.
  var cards: [Card]
  /// The own cards: node.card, and what is kept of their secrets.
  var own = OwnCards()
  /// peers/*.compared, where another card took the place of the one that was compared.
  var compared: [NodeName: Card] = [:]
  /// faults/*.fork: of each log the lowest.
  var proofs: [LogID: ForkProof] = [:]
  /// cards/*.card: which key opens the epoch after each log that was ever known.
  var openingKeys: [LogID: OpeningKeyHash] = [:]
  /// faults/*.opening: after each log the one that contests its epoch.
  var openings: [LogID: HeldOpening] = [:]
  /// DIR/closed.
  var closed: ClosedMark?
  /// groups/*.group: no backup has them.
  var acceptances: [GroupAcceptance] = []
  /// DIR/taken.
  var taken = DayBudgets()

  static let empty = Folder(image: DiskImage(), epoch: 1, cards: [], closed: nil)

  struct ClosedMark {
    let origin: Origin
    let reason: String
  }

  /// Why the log `origin` takes no more entries; nil: nothing was noted.
  func closedBecause(_ origin: Origin) -> String? {
    closed.flatMap { $0.origin == origin ? $0.reason : nil }
  }
}

/// One installation of a node: its folder, the token beside it, and the process, if it runs.
final class Site {
  let number: Int
  let keys: NodeKeys
  var folder: Folder
  var token: RollbackToken?
  var process: NodeProcess?
  /// The machine, the network and the operator let it run.
  var isWanted = true
  /// Entries that were lost with an earlier folder may be signed again here.
  var isRestored = false
  /// How many times a process was started.
  var starts: UInt16 = 0

  /// Answers a call of the disk instead of the disk; nil: the disk is sound.
  var diskFault: ((SimulatedDisk, DiskOperation) -> DiskFault?)?
  /// Bits rot on its disk: damage is found and mended, and nothing wrong with it.
  var isRotten = false
  /// It got an answer without a body: what is absent is asked for elsewhere.
  var lacksBodies = false
  /// Something of its folder may have to be fetched again.
  var mends: Bool { isRotten || lacksBodies }
  /// How far its wall clock is from everybody's, in milliseconds.
  var clockOffset: Int64 = 0
  /// Minutes that its node has run before this start: the file `running`; and the time of this
  /// start.
  var runningMinutes: UInt64 = 0
  var startedAt: UInt64 = 0
  /// Its process does nothing before.
  var pausedUntil: UInt64 = 0
  /// The rates that its operator allows each peer.
  var rates = PeerRates()
  /// A mistake that is planted: the token is not asked.
  var ignoresToken = false
  /// Stands between its process and the network: what a foe is.
  private(set) var mask: (any Mask)?
  private(set) var ways: FoeWays?

  init(number: Int, keys: NodeKeys, folder: Folder, token: RollbackToken?) {
    self.number = number
    self.keys = keys
    self.folder = folder
    self.token = token
  }

  var name: NodeName { keys.name }
  /// The name in traces: the second copy of a node has another number.
  var label: String { "\(name)#\(number)" }
  var isHonest: Bool { mask?.isFoe != true }

  /// Makes a foe of it, or lets go of the foe.
  func wear(_ mask: (any Mask)?, _ ways: FoeWays?) {
    self.mask = mask
    self.ways = ways
  }

  /// The roster.
  var partners: [Partner] {
    folder.cards.map { Partner(card: $0, rates: rates, compared: folder.compared[$0.name] ?? $0) }
  }

  /// The first card of a log counts.
  func hold(_ card: Card) {
    if folder.openingKeys[card.identity.id] == nil {
      folder.openingKeys[card.identity.id] = card.opening
    }
  }

  /// Holds the cards of the roster, and of its own epochs.
  func holdCards() throws(Violation) {
    for card in folder.cards { hold(card) }
    for epoch in 1...folder.epoch { hold(try keys.card(epoch)) }
  }

  /// As `Roster.follow` does it.
  func follow(_ next: Card, after known: Card) {
    guard let place = folder.cards.firstIndex(of: known) else { return }
    if folder.compared[known.name] == nil { folder.compared[known.name] = known }
    folder.cards[place] = next
  }

  func runningMinute(_ now: UInt64) -> UInt32 {
    UInt32(clamping: runningMinutes + (now - min(now, startedAt)) / 60_000)
  }

  func isPaused(at now: UInt64) -> Bool { pausedUntil > now }

  /// A clock that was set before 1970 begins there, and goes on.
  func wallClock(_ now: UInt64) -> UInt64 { UInt64(exactly: Int64(now) &+ clockOffset) ?? now }
}
