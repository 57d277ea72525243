import Log
import Replica
import Replication
import Secrets
import Store

// Rotating the own keys (Protocols/card.md, 9).
extension NodeProcess {
  /// The steps after which a machine may stop.
  enum RotationStep: CaseIterable {
    case begun, durable, kept, card
  }

  /// Rotations of one epoch here.
  private static let most: UInt64 = 5

  /// - Parameter crash: the machine stops after this step.
  /// - Returns: whether it began.
  func rotate(_ crash: RotationStep?) throws(Violation) -> Bool {
    guard replica.signingObstacle == nil, site.folder.own.begun == nil, replica.adopting == nil,
      let state = store.state(identity.id), state.frozenAt == nil, store.condition == .running,
      site.folder.own.serial < NodeProcess.most
    else { return false }
    let next = max(site.folder.own.serial, site.folder.own.kept) + 1
    site.folder.own.begun = next
    world.say("\(site.label) rotates its keys: card \(next)")
    rotationCrash = crash
    guard try goesOn(after: .begun) else { return true }
    let card = try site.keys.card(identity.origin.epoch, serial: next)
    let secrets = site.keys.secrets(identity.origin.epoch)
    var builder = EntryBuilder(state: state)
    builder.append(
      kind: .keys, time: site.wallClock(world.now), body: KeysChange(card: card).encode())
    let batch = builder.finish { secrets.log.sign($0) }
    rotationIndex = batch.first
    try attempt("a rotation") { try store.append(try state.accept(batch)) }
    guard store.state(identity.id)?.size == batch.end else {
      (site.folder.own.begun, rotationIndex) = (nil, nil)
      return false
    }
    try act { $0.replica.didStage(batch, of: $0.identity.id) }
    return true
  }

  /// The keys entry is durable.
  func finishRotation(_ head: LogHead) throws(Violation) {
    guard let index = rotationIndex, index < head.size, let next = site.folder.own.begun else {
      return
    }
    rotationIndex = nil
    guard try goesOn(after: .durable) else { return }
    site.folder.own.kept = next
    guard try goesOn(after: .kept) else { return }
    site.folder.own.serial = next
    guard try goesOn(after: .card) else { return }
    site.folder.own.begun = nil
    replica.rotated(to: try site.keys.card(identity.origin.epoch, serial: next))
  }

  private func goesOn(after step: RotationStep) throws(Violation) -> Bool {
    guard rotationCrash == step else { return true }
    rotationCrash = nil
    rotationIndex = nil
    try world.observer.rotationBroke?(self, step)
    return false
  }

  /// A start after a rotation that broke off: the own log says whether anybody has seen its card.
  static func settleRotation(_ site: Site, _ store: Store) throws(Violation) {
    guard let begun = site.folder.own.begun else { return }
    let card = try site.keys.card(site.folder.epoch, serial: begun)
    if Replica.ownCard(card.identity, in: store) == card {
      site.folder.own.kept = max(site.folder.own.kept, begun)
      site.folder.own.serial = begun
    }
    site.folder.own.begun = nil
  }
}
