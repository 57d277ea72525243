import Crypto
import Log
import Replication
import Store

/// Two honest nodes that hold the same card conclude the same of an author's next epoch, whatever
/// came first. The exception is a node that follows a later epoch already, which no earlier key
/// tells anything (Protocols/sync.md, 9).
struct Conclusions {
  private struct Conclusion: Hashable {
    let openings: Set<[UInt8]>
    let isContested: Bool
    let endsAt: UInt64?
  }

  let run: NetworkRun

  /// - Returns: of which epoch two differ; nil when all are equal.
  func difference() -> String? {
    for log in run.truth.order {
      guard let identity = run.truth.logs[log]?.identity else { continue }
      var first: [OpeningKeyHash: (site: Site, conclusion: Conclusion)] = [:]
      for site in run.honest {
        guard let key = site.folder.openingKeys[log], let own = conclusion(site, identity) else {
          continue
        }
        guard let other = first[key] else {
          first[key] = (site, own)
          continue
        }
        guard own != other.conclusion else { continue }
        return "\(site.label) concludes \(text(own)) of what follows \(identity.origin), and "
          + "\(other.site.label) \(text(other.conclusion))"
      }
    }
    return nil
  }

  /// nil where the log is not kept, or a later epoch is followed.
  private func conclusion(_ site: Site, _ log: LogIdentity) -> Conclusion? {
    guard let process = site.process, process.store.state(log.id) != nil else { return nil }
    let core = process.core
    let next = core.epochs.successor(of: log.id)
    if let next, core.epochs.successor(of: next) != nil { return nil }
    return Conclusion(
      openings: Set(core.epochs.openings(after: log.id)),
      isContested: core.epochs.contested(of: log.origin.name) == log.id,
      endsAt: core.epochs.endsAt(log.id))
  }

  private func text(_ conclusion: Conclusion) -> String {
    "\(conclusion.openings.count) openings, \(conclusion.isContested ? "contested" : "not contested"), "
      + "an end at \(conclusion.endsAt.map { "\($0)" } ?? "nothing")"
  }
}
