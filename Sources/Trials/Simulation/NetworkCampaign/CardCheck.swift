import Crypto
import Log
import Replica
import Replication
import Store

/// All that are honest believe the same card of each node that is: its own, whatever came first,
/// and whoever was away. Of every log those that hold the same find the same card in force.
struct CardCheck {
  let run: NetworkRun

  /// - Returns: who believes another card; nil: nobody.
  func difference() -> String? {
    for site in run.honest {
      for card in site.folder.cards where run.plan.isHonest(card.name) {
        guard let author = run.honest.first(where: { $0.name == card.name }),
          author.folder.epoch == card.origin.epoch, author.folder.own.serial != card.serial
        else { continue }
        return "\(site.label) has card \(card.serial) of \(card.origin), and it is "
          + "card \(author.folder.own.serial)"
      }
    }
    for log in run.truth.order { if let what = difference(of: log) { return what } }
    return nil
  }

  private struct Ground: Hashable {
    let root: Digest?
    let standsBelow: UInt64
  }

  private func difference(of log: LogID) -> String? {
    var found: [Ground: (site: Site, serial: UInt64)] = [:]
    for site in run.honest {
      guard let process = site.process, process.store.state(log) != nil,
        let size = process.store.durableHead(log)?.size, size > 0
      else { continue }
      let ground = Ground(
        root: try? process.store.root(log, size: size),
        standsBelow: process.core.standsBelow(log))
      // Its first entry may be damaged here.
      guard let serial = process.replica.cardInForce(log)?.serial else { continue }
      guard let other = found.updateValue((site, serial), forKey: ground) else { continue }
      if other.serial != serial {
        return "card \(serial) of \(run.truth.name(log)) is in force at \(site.label), and "
          + "card \(other.serial) at \(other.site.label)"
      }
    }
    return nil
  }
}

extension NodeProcess.RotationStep {
  var occurrence: NetworkOccurrence {
    switch self {
    case .begun: .rotationBegun
    case .durable: .rotationDurable
    case .kept: .rotationKept
    case .card: .rotationDone
    }
  }
}
