import Crypto
import Log
import Replica
import Replication
import Store

/// A partner's opening that the operator brings as a file (Protocols/card.md, 8): it counts as one
/// that a peer sent.
struct OpeningImport {
  let replica: Replica
  let membership: Membership

  func take(_ request: ImportRequest) throws(ControlError) -> ImportReply {
    let notOne = ControlError.refused(
      reason: "this file is no opening of an epoch",
      hint: "take another copy of the file that \"liaison epoch open\" wrote")
    guard let bytes = Base64.decode(request.opening), bytes.count > EntryLayout.leafBytes,
      bytes.count <= EntryLayout.leafBytes + LogLimits.publicBodyBytes
    else { throw notOne }
    let body = Array(bytes[EntryLayout.leafBytes...])
    guard let genesis = try? Genesis.parse(body), let follows = genesis.follows else {
      throw notOne
    }
    let known = replica.store.logs.filter { $0.origin == follows.origin }
    let keys = membership.held.openingKeys
    guard
      let log = known.first(where: { log in
        keys[log.id].map { genesis.isAuthorised(by: $0, after: log.origin) } == true
      })
    else {
      throw .refused(
        reason:
          "the card of \(follows.origin) that is held here does not authorise \(genesis.card.origin)",
        hint:
          "call the operator of \(genesis.card.name), compare the card by voice, and give it to liaison peer add"
      )
    }
    replica.step(
      .imported(
        HeldOpening(
          predecessor: log.id, leaf: Array(bytes[..<EntryLayout.leafBytes]), body: body)))
    guard replica.core.epochs.openings(after: log.id).contains(body) else {
      throw .refused(
        reason:
          "\(genesis.card.origin) was not taken: a later epoch is followed, two are known already, or it is damaged",
        hint: "see liaison status, and call the operator of \(genesis.card.name)")
    }
    return ImportReply(
      origin: genesis.card.origin.text,
      contested: replica.core.epochs.contested(of: genesis.card.name) != nil
    )
  }
}
