import Log
import Secrets

@testable import Node

extension HostedNode {
  /// Opens the next epoch as `liaison epoch open` does, with recovery files that cost no time, and
  /// waits until the node has begun again.
  /// - Returns: the new card.
  @discardableResult
  func openEpoch(isUnasked: Bool = false) throws -> Card {
    let own = try card()
    let next = try own.origin.next().epoch
    let file = try NextEpoch.readRecovery(
      next == 2 ? folder.defaultRecovery : folder.defaultRecovery(of: next),
      passphrase: NodeTemplates.guardedPassphrase)
    let epochs: EpochsReply = try call("Epochs", EpochsRequest())
    let plan = try EpochPlan(
      recovery: file.origin, key: file.key.publicKey, name: own.name, epochs, isUnasked: isUnasked)
    let after = try plan.origin.next().epoch
    let commitment = try NextEpoch.writeRecovery(
      folder.defaultRecovery(of: after), after: plan.origin, folder,
      passphrase: NodeTemplates.guardedPassphrase, cost: NodeTemplates.cheap)
    let prepared = try NextEpoch.prepare(
      plan, key: file.key, commitment: commitment, credential: nil, in: folder)
    let _: AdoptReply = try call("AdoptEpoch", AdoptRequest(origin: prepared.card.origin.text))
    while node?.card != prepared.card { try pass(seconds: 0.01) }
    return prepared.card
  }
}
