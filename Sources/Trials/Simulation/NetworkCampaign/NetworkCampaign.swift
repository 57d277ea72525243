public import Crypto
import Log
import Store

/// Seeded runs of whole nodes on a network that fails, with the shipped replication core, store and
/// transport.
public struct NetworkCampaign {
  /// With fewer runs some things do not occur, and none is asked for.
  public static let coveredFrom = 150

  /// The first run's; each run has the next.
  public let seed: UInt64
  /// So many are done, unless one fails.
  public let runs: Int
  /// So many nodes in each run, whatever the seed says.
  public var nodes: Int?
  /// Planted, to show that the campaign would find it.
  public var bug: NetworkBug?
  /// One foe of this kind in each run.
  public var foe: FoeKind?
  /// Takes each line of what happens.
  public var trace: ((String) -> Void)?
  /// Takes the number of runs done.
  public var progress: ((Int) -> Void)?

  /// - Parameter seed: of the first run.
  public init(seed: UInt64, runs: Int) {
    self.seed = seed
    self.runs = runs
  }

  /// The findings of a campaign.
  public struct Outcome: Sendable {
    /// The campaign's, not a run's.
    public let seed: UInt64
    /// Runs that were done, the one that failed included.
    public let runs: Int
    /// Over all runs, as are the sums below.
    public let nodes: Int
    /// Entries of all logs that were signed.
    public let entries: Int
    /// Messages that were handed to a channel.
    public let messages: Int
    /// Bytes on the wires, handshakes included.
    public let bytes: Int
    /// On the clock of the worlds.
    public let virtualSeconds: UInt64
    /// Over all runs.
    public let tally: Tally<NetworkOccurrence>
    /// How often foes did what they are there for.
    public let misdeeds: Tally<FoeKind>
    /// Covers all messages, effects on disks and final states.
    public let digest: Digest
    /// The first run that failed; nil: none did.
    public let failure: Failure?

    /// A run that broke what must hold.
    public struct Failure: Sendable {
      /// The run's own: alone it fails again.
      public let seed: UInt64
      /// The violation, in one line.
      public let text: String
    }

    /// Occurrences and foes that were never seen; none asked for below `coveredFrom` runs.
    public var missing: [String] {
      runs < NetworkCampaign.coveredFrom ? [] : tally.missing + misdeeds.missing
    }

    /// Nothing failed, and all that must occur did.
    public var isGood: Bool { failure == nil && missing.isEmpty }
  }

  /// Ends with the first run that fails.
  public func run() -> Outcome {
    let chronicle = Chronicle()
    chronicle.trace = trace
    let starts = NetworkStarts()
    var sum = NetworkSum()
    var failure: Outcome.Failure?
    var done = 0
    while done < runs, failure == nil {
      let seed = seed &+ UInt64(done)
      do throws(Violation) {
        let run = try NetworkRun(
          seed: seed, nodes: nodes, foe: foe, starts: starts, chronicle: chronicle, bug: bug)
        do throws(Violation) {
          try run.run()
        } catch {
          failure = Outcome.Failure(seed: seed, text: error.description)
        }
        run.note(in: chronicle)
        sum.add(run)
        run.world.end()
      } catch {
        failure = Outcome.Failure(seed: seed, text: error.description)
      }
      done += 1
      progress?(done)
    }
    return Outcome(
      seed: seed, runs: done, nodes: sum.nodes, entries: sum.entries, messages: sum.messages,
      bytes: sum.bytes, virtualSeconds: sum.milliseconds / 1_000, tally: sum.tally,
      misdeeds: sum.misdeeds, digest: chronicle.digest, failure: failure)
  }
}

/// The totals of all runs.
private struct NetworkSum {
  var nodes = 0
  var entries = 0
  var messages = 0
  var bytes = 0
  var milliseconds: UInt64 = 0
  var tally = Tally<NetworkOccurrence>()
  var misdeeds = Tally<FoeKind>()

  mutating func add(_ run: NetworkRun) {
    nodes += run.plan.nodes
    entries += run.truth.order.reduce(0) { $0 + (run.truth.logs[$1]?.leaves.count ?? 0) }
    messages += run.messages
    bytes += run.wires?.bytesSent ?? 0
    milliseconds += run.world.now
    tally.add(run.tally)
    misdeeds.add(run.misdeeds)
  }
}

extension NetworkRun {
  /// The outcome, for the digest.
  func note(in chronicle: Chronicle) {
    chronicle.note(world.now, UInt64(messages), UInt64(wires?.bytesSent ?? 0))
    for site in sites {
      for log in site.process?.store.logs ?? [] {
        chronicle.note(log.origin.text)
        let head = site.process?.store.durableHead(log.id) ?? .empty
        chronicle.note(head.size)
        chronicle.note(head.leafHash.array)
      }
    }
  }
}
