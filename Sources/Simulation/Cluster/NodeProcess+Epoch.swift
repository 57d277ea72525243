import Crypto
import Log
import Replication
import Store

// Next epochs: partners', which are followed, and the own one, which the operator opens.
extension NodeProcess {
  func follow(_ opening: Opening) throws(Violation) {
    if site.folder.openingKeys[opening.identity.id] == nil {
      site.folder.openingKeys[opening.identity.id] = opening.card.opening
    }
    guard opening.identity.origin.name != site.name else {
      _ = try keepGenesis(opening)
      return
    }
    world.say("\(site.label) follows \(opening.identity.origin)")
    if try keepGenesis(opening) { return try finishFollowing(opening) }
    openings[opening.identity.id] = opening
  }

  /// - Returns: whether the genesis is durable already.
  private func keepGenesis(_ opening: Opening) throws(Violation) -> Bool {
    let id = opening.identity.id
    if store.durableHead(id)?.size ?? 0 > 0 { return true }
    try attempt("a partner's next epoch") {
      try store.addLog(opening.identity)
      if store.state(id)?.size == 0 { try store.append(opening.batch) }
    }
    return false
  }

  func finishFollowing(_ opening: Opening) throws(Violation) {
    guard let place = site.folder.cards.firstIndex(where: { $0.name == opening.card.name }),
      opening.card.isNewer(than: site.folder.cards[place])
    else { return }
    site.folder.cards[place] = opening.card
    try begin()
  }

  // MARK: The operator

  /// Whether `liaison epoch open` would go on: somebody answered, and nobody holds more of the own log than is here.
  /// - Parameter isWaived: whose claims the operator does not wait for.
  func canOpenEpoch(without isWaived: (NodeName) -> Bool = { _ in false }) -> Bool {
    adopting == nil && store.condition == .running && !core.answeredPeers.isEmpty
      && core.claims(of: identity.id).allSatisfy { isWaived($0.peer) }
      && store.state(identity.id)?.size == store.durableHead(identity.id)?.size
  }

  /// Opens the epoch after the own one, with the opening key from the recovery file.
  /// - Parameter size: where the own one ends; nil: with what is here.
  func openEpoch(endingAt size: UInt64? = nil) throws(Violation) {
    guard var head = store.durableHead(identity.id), head.size > 0 else { return }
    if let size, size < head.size {
      let hash = try must("the last entry") { try store.leafHash(identity.id, size - 1) }
      head = LogHead(size: size, leafHash: hash)
    }
    let epoch = identity.origin.epoch + 1
    let root = try must("the root of the own log") {
      try store.root(identity.id, size: head.size)
    }
    let follows = Genesis.Predecessor(
      origin: identity.origin, size: head.size, leafHash: head.leafHash, root: root)
    let batch = try site.keys.genesis(epoch, follows: follows)
    let next = batch.after.identity
    world.say("the operator of \(site.label) opens \(next.origin) after \(head.size) entries")
    try step(.close(because: "\(next.origin) was opened after it"))
    // A crash came between the genesis and the card: what was prepared then is adopted now.
    if let head = store.durableHead(next.id), head.size > 0 {
      adopting = next
      return try finishAdoption(head)
    }
    try attempt("the next epoch") {
      try store.addLog(next)
      try store.append(batch)
      adopting = next
    }
    work()
  }

  /// The genesis is durable: card and token take their places, and the node begins again.
  func finishAdoption(_ head: LogHead) throws(Violation) {
    guard let next = adopting else { return }
    adopting = nil
    site.folder.epoch = next.origin.epoch
    site.token = RollbackToken(origin: next.origin, size: head.size, leafHash: head.leafHash)
    let site = site
    world.schedule(0) { (world) throws(Violation) in
      try world.stop(site, isClean: true)
      try world.start(site)
    }
  }
}
