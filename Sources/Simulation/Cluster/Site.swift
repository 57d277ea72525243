import Crypto
import Log
import Replication
import Store

/// A data folder: what a copy of it brings along.
struct Folder {
  var image: DiskImage
  /// node.card and node.key.
  var epoch: UInt32
  /// peers/*.card, in the order of their names.
  var cards: [Card]
  /// faults/*.fork: of each log the lowest.
  var proofs: [LogID: ForkProof] = [:]
  /// cards/*.card: which key opens the epoch after each log that was ever known.
  var openingKeys: [LogID: OpeningKeyHash] = [:]
  /// faults/*.opening: after each log the one that contests its epoch.
  var openings: [LogID: HeldOpening] = [:]
  /// DIR/closed.
  var closed: ClosedMark?

  static let empty = Folder(image: DiskImage(), epoch: 1, cards: [], closed: nil)

  struct ClosedMark {
    let origin: Origin
    let reason: String
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
  /// For how long its node has run before this start, in minutes: the file `running`; and when this start was.
  var runningMinutes: UInt64 = 0
  var startedAt: UInt64 = 0
  /// Its process does nothing before.
  var pausedUntil: UInt64 = 0
  /// What its operator lets each peer cost.
  var rates = PeerRates()
  /// A mistake that is planted: the token is not asked.
  var ignoresToken = false
  /// Stands between its process and the network: what a foe is.
  private(set) var shell: (any Shell)?
  private(set) var ways: FoeWays?

  init(number: Int, keys: NodeKeys, folder: Folder, token: RollbackToken?) {
    self.number = number
    self.keys = keys
    self.folder = folder
    self.token = token
  }

  var name: NodeName { keys.name }
  /// For traces: the second copy of a node has another number.
  var label: String { "\(name)#\(number)" }
  var isHonest: Bool { shell?.isFoe != true }

  /// Makes a foe of it, or lets go of the foe.
  func wear(_ shell: (any Shell)?, _ ways: FoeWays?) {
    self.shell = shell
    self.ways = ways
  }

  func runningMinute(_ now: UInt64) -> UInt32 {
    UInt32(clamping: runningMinutes + (now - min(now, startedAt)) / 60_000)
  }

  func isPaused(at now: UInt64) -> Bool { pausedUntil > now }

  func wallClock(_ now: UInt64) -> UInt64 { UInt64(clamping: Int64(now) &+ clockOffset) }
}
