import Log
import Replication

/// The choices that a seed makes for a run before it begins: how many nodes, how they are joined,
/// and which faults there are.
struct NetworkPlan {
  /// The faults of nodes and links while faults are allowed.
  enum Fault: CaseIterable {
    case lose, halfOpen, block, partition, clog, flip, replay, cycle
    case crash, crashAtEffect, crashInWrite, stop, restore, jump, pause, disk, rot
  }

  /// Above this many nodes messages travel without channels: a handshake and its ciphers take some
  /// 0.6 ms, and a run should not take minutes.
  static let mostWithChannels = 48
  /// As many foes as the fewest honest nodes of a run.
  private static let foesOfRun = 3
  /// Authors of a large run: every entry is verified by every node, at 65 µs.
  static let authorsOfLarge = 6

  let nodes: Int
  let topology: Topology
  let foes: [FoeKind]
  let faults: [Fault]
  /// One step in so many is a fault.
  let faultEvery: Int
  let steps: Int
  let delay: ClosedRange<UInt64>
  let cuts: [ReadCut]
  let size: NetworkStarts.Size
  /// Bodies of bursts and of single entries.
  let bodyBytes: Int
  /// Now and then so long nothing happens that sessions compare what they announced; or once a
  /// whole day.
  let isQuiet: Bool
  let hasQuietDay: Bool
  /// The costs that each peer may cause: now and then so low that a burst reaches them.
  let rates: PeerRates

  var isLarge: Bool { nodes >= 50 }
  /// The nodes behind these are foes.
  var honestNodes: Int { nodes - foes.count }

  func isHonest(_ name: NodeName) -> Bool {
    Int(name.text.dropFirst()).map { $0 < honestNodes } ?? false
  }

  var hasChannels: Bool { nodes <= NetworkPlan.mostWithChannels }

  /// - Parameters:
  ///   - number: of the run: runs that follow each other have other foes.
  ///   - ofGroups: takes the place of the last foe.
  ///   - journals: nil: as small as the nodes allow.
  init(
    _ random: inout SplitMix64, number: UInt64, nodes wanted: Int?, foe: FoeKind?,
    ofGroups: FoeKind?, journals: NetworkStarts.Size?
  ) {
    var nodes = wanted ?? NetworkPlan.drawNodes(&random)
    var foes = NetworkPlan.drawFoes(
      &random, number, room: wanted.map { $0 - 3 } ?? NetworkPlan.mostWithChannels - nodes, foe)
    if foe == nil, let ofGroups, !foes.isEmpty { foes[foes.count - 1] = ofGroups }
    self.foes = foes
    if wanted == nil { nodes += foes.count }
    self.nodes = nodes
    let shapes: [Topology.Shape] = nodes >= 50 ? [.graph] : Topology.Shape.allCases
    topology = Topology(
      shapes[random.below(shapes.count)], nodes: nodes, foes: foes.count,
      degree: nodes >= 50 ? 6 : 2 + random.below(4), &random)
    // A swarm: what is left out here lets the rest go further.
    var faults = Fault.allCases.filter { fault in
      random.oneIn(2) && (nodes < 50 || fault.isOfMessages)
    }
    // The last copy of an entry is not to rot.
    if faults.contains(.rot) { faults.removeAll { $0 == .restore } }
    self.faults = faults
    faultEvery = 1 + random.below(5)
    steps = nodes >= 50 ? 12 : 24 + random.below(40)
    let fastest = UInt64(1 + random.below(20))
    delay = fastest...(fastest + UInt64(1 + random.below(1 << (2 + random.below(8)))))
    let all: [ReadCut] = [.whole, .whole, .whole, .pieces, .pieces, .single]
    cuts = random.oneIn(3) ? [.whole] : all
    size = journals ?? (nodes <= 12 ? .small : .large)
    bodyBytes =
      nodes < 50 && random.oneIn(8)
      ? NetworkPlan.largestBodyBytes : random.oneIn(4) ? 3_000 : 60
    isQuiet = nodes < 50 && random.oneIn(8)
    hasQuietDay = nodes <= 5 && random.oneIn(12)
    var rates = PeerRates()
    if random.oneIn(5) {
      for rate in Rate.allCases where rate != .answeringTime && random.oneIn(2) {
        rates[rate] =
          rate == .receivedMessages ? Limits.leastMessagesPerSecond : Limits.leastBytesPerSecond
      }
    }
    self.rates = rates
  }

  /// One body fits into a commit, as in a real store, else none could be fetched again: a quarter
  /// of the smallest journal.
  static let largestBodyBytes = 11_000
  static let largeBodyBytes = 8_000

  /// Every kind in its turn, three in a run; in a third of the runs none.
  private static func drawFoes(
    _ random: inout SplitMix64, _ number: UInt64, room: Int, _ foe: FoeKind?
  ) -> [FoeKind] {
    if let foe { return [foe] }
    let kinds = FoeKind.drawn
    let first = Int(number % UInt64(kinds.count)) * 3
    guard !random.oneIn(3), room > 0 else { return [] }
    return (0..<min(room, foesOfRun)).map { kinds[(first + $0) % kinds.count] }
  }

  /// Three to a dozen mostly, now and then some tens, seldom hundreds.
  private static func drawNodes(_ random: inout SplitMix64) -> Int {
    switch random.below(100) {
    case 0: 50 + random.below(40)
    case 1: random.oneIn(3) ? 500 : 100 + random.below(100)
    case 2..<7: 13 + random.below(12)
    case 7..<30: 7 + random.below(6)
    default: 3 + random.below(4)
    }
  }
}

extension NetworkPlan.Fault {
  /// True when it means something where there are no channels.
  var isOfMessages: Bool {
    switch self {
    case .lose, .cycle, .crash, .crashAtEffect, .crashInWrite, .stop, .jump, .pause, .disk: true
    case .halfOpen, .block, .partition, .clog, .flip, .replay, .restore, .rot: false
    }
  }
}
