import Log
import Replica
import Replication
import Runtime
import Store

// The roster: read again, and given to the parts that go by it.
extension Node {
  func reload() throws(ControlError) -> ReloadReply {
    let change = try membership.reload()
    let reply = change.reply
    publishing.rosterChanged()
    changes.keysChanged()
    giveRoster()
    for name in reply.changed + reply.added {
      guard let name = try? NodeName(name), let entry = membership.roster.entry(name) else {
        continue
      }
      desk.forget(entry.card.identity.id)
    }
    peers.rosterChanged(reply, keeping: change.kept)
    forgetSettled()
    for problem in reply.problems { notices.logger.warning("roster: \(problem)") }
    notices.logger.notice(
      "roster: added \(list(reply.added)), removed \(list(reply.removed)), changed \(list(reply.changed))"
    )
    return reply
  }

  private func list(_ names: [String]) -> String {
    names.isEmpty ? "none" : names.joined(separator: " ")
  }

  /// Drops the warnings that an operator has settled by comparing cards.
  private func forgetSettled() {
    for entry in membership.roster.entries where entry.compared == entry.card.identity {
      notices.settle("followed \(entry.card.identity.id)")
      guard core.epochs.contested(of: entry.card.name) == nil else { continue }
      for log in store.logs where log.origin.name == entry.card.name {
        notices.settle("second-opening \(log.id)")
      }
    }
  }

  /// A roster of which nothing can be used is not an empty one: the core would not wait for
  /// anybody's answer.
  func giveRoster() {
    let roster = membership.roster
    let isUsable = !roster.entries.isEmpty || !roster.hasMembers
    replica.setRoster(roster.partners, isUsable: isUsable)
  }
}
