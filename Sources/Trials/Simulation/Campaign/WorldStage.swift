import Crypto
import Log
import Store

/// A campaign under way whose pieces are runs of nodes, each in a world of its own.
final class WorldStage<Totals: CampaignTotals>: CampaignStage {
  private(set) var totals = Totals()
  private(set) var done = 0
  private(set) var current: Int
  private let chronicle: Chronicle
  private let draw: (_ number: Int) throws(Violation) -> any WorldRun<Totals>

  init(
    _ pieces: Pieces, _ chronicle: Chronicle,
    draw: @escaping (_ number: Int) throws(Violation) -> any WorldRun<Totals>
  ) {
    current = pieces.start
    self.chronicle = chronicle
    self.draw = draw
  }

  /// Runs that begin with one of `starts`, and draw from their own part of the seed.
  convenience init(
    _ pieces: Pieces, seed: UInt64, from starts: [RunStart], _ chronicle: Chronicle,
    draw: @escaping (RunStart, SplitMix64) throws(Violation) -> any WorldRun<Totals>
  ) {
    self.init(pieces, chronicle) { (number) throws(Violation) in
      var random = SplitMix64(seed: seed, part: UInt64(number))
      let start = starts[random.below(starts.count)]
      return try draw(start, random)
    }
  }

  func advance() throws(Violation) {
    if done > 0 { current += 1 }
    done += 1
    let run = try draw(current)
    defer {
      run.note(in: chronicle)
      run.add(to: &totals)
      run.world.end()
    }
    try run.run()
  }
}

/// One run of nodes.
protocol WorldRun<Totals>: AnyObject {
  associatedtype Totals: CampaignTotals

  var world: World { get }
  func run() throws(Violation)
  /// The outcome, for the digest.
  func note(in chronicle: Chronicle)
  func add(to totals: inout Totals)
}

extension WorldRun {
  func noteHeads(in chronicle: Chronicle) {
    for site in world.sites {
      for log in site.process?.store.logs ?? [] {
        chronicle.note(log.origin.text)
        let head = site.process?.store.durableHead(log.id) ?? .empty
        chronicle.note(head.size)
        chronicle.note(head.leafHash.array)
      }
    }
  }
}
