public import Crypto

/// Publishes in a random graph of nodes that run the shipped core and store: how far the bodies
/// travel, how fast they are everywhere, and what else is said about them.
public struct SpreadCampaign {
  /// Draws graph, delays and publishes.
  public let seed: UInt64
  /// In the graph.
  public let nodes: Int
  /// Neighbours of a node: half as many cycles lead through all nodes.
  public let degree: Int
  /// Publishes of a phase, and the milliseconds over which they are spread.
  public var publishes: Int
  /// Milliseconds of virtual time.
  public var span: UInt64 = 10_000
  /// True when each link has a delay of its own.
  public var hasDrawnDelays = false
  /// True when links and nodes go down between two measured phases.
  public var hasTrouble = false
  /// Takes each line of what happens.
  public var trace: ((String) -> Void)?

  /// The delay of all links, in milliseconds; the mean of those that are drawn.
  public static let linkMilliseconds: UInt64 = 50
  static let drawnMilliseconds: ClosedRange<UInt64> = 10...90
  /// Nodes that publish: with more logs than these a node of a large graph takes too long.
  static let authors = 50
  static let authorsOfLarge = 8
  /// Graphs of so many nodes have fewer authors and publishes.
  public static let largeNodes = 100
  /// Bytes of a sealed body of a record of 512 bytes; a node stores it with its leaf for each
  /// entry.
  static let bodyBytes = 600
  static let leafBytes = 216

  /// - Parameter degree: even, since each cycle gives a node two neighbours.
  public init(seed: UInt64, nodes: Int, degree: Int) {
    self.seed = seed
    self.nodes = nodes
    self.degree = degree
    publishes = nodes >= SpreadCampaign.largeNodes ? 80 : 1_000
  }

  var authorCount: Int {
    nodes >= SpreadCampaign.largeNodes
      ? SpreadCampaign.authorsOfLarge : min(nodes, SpreadCampaign.authors)
  }

  /// Copies of each body that a node may receive, and link delays that p99 of the deliveries may
  /// take.
  public static let goalCopies = 1.1
  /// Copies of all bytes of transport that a small graph may take.
  public static let goalTotalCopies = 1.3
  /// Link delays that p99 of the deliveries may take.
  public var goalDelays: Double { nodes >= SpreadCampaign.largeNodes ? 6 : 4 }

  /// The figures of one phase.
  public struct Phase: Sendable {
    /// As the report has it.
    public let name: String
    /// Copies of each body that a node received.
    public let copies: Double
    /// Bytes of transport, in copies of what is stored of the entries; until all had all, and until
    /// the last set of cosignatures was out.
    public let totalCopies: Double
    /// As `totalCopies`, until nothing more was said.
    public let totalCopiesInTheEnd: Double
    /// Delays of the deliveries, in link delays.
    public let p50: Double
    /// As `p50`: a goal.
    public let p99: Double
    /// The delay of the last node of each publish.
    public let slowestP99: Double
    /// Bytes of transport of a mean node, by type of message.
    public let bytesOfNode: [(name: String, bytes: Int)]
  }

  /// The findings of a campaign.
  public struct Outcome: Sendable {
    /// In order; none where the run broke off.
    public var phases: [Phase] = []
    /// Covers all messages and effects on disks.
    public var digest: Digest
    /// The first goal that was missed, or what must never happen; nil: none.
    public var failure: String?
  }

  /// Ends with what must never happen; a goal that is missed is told at the end.
  public func run() -> Outcome {
    let chronicle = Chronicle()
    chronicle.trace = trace
    var outcome = Outcome(digest: chronicle.digest)
    do throws(Violation) {
      let run = try SpreadRun(self, chronicle)
      outcome.phases = try run.run()
      run.world.end()
      outcome.failure = failure(of: outcome.phases)
    } catch {
      outcome.failure = error.description
    }
    outcome.digest = chronicle.digest
    return outcome
  }

  private func failure(of phases: [Phase]) -> String? {
    for phase in phases {
      if phase.copies > SpreadCampaign.goalCopies {
        return "\(phase.name): \(phase.copies) copies of each body at a node"
      }
      if phase.p99 > goalDelays { return "\(phase.name): p99 of \(phase.p99) link delays" }
      // In the large graph there are too few publishes for what is said once a minute.
      if nodes < SpreadCampaign.largeNodes, phase.totalCopies > SpreadCampaign.goalTotalCopies {
        return "\(phase.name): \(phase.totalCopies) copies of all bytes"
      }
    }
    return nil
  }
}
