import Crypto
import Log
import Replica
import Replication
import Runtime
import Store

/// The epochs of this node's own name: what is known of them, and signing in the next one.
final class OwnEpochs {
  private let replica: Replica
  private let membership: Membership
  private let folder: NodeFolder
  private let token: TokenFile
  private let notices: Notices
  /// The next epoch on its way into the store.
  private var adoption: Adoption?
  /// Ends this run and begins another, with the next epoch.
  var beginAgain: () -> Void = {}

  private struct Adoption {
    let prepared: NextEpoch
    let reply: (Result<AdoptReply, ControlError>) -> Void
  }

  init(_ replica: Replica, _ files: StateFiles, _ notices: Notices) {
    self.replica = replica
    membership = files.membership
    folder = files.folder
    token = files.token
    self.notices = notices
  }

  private var card: Card { membership.card }
  private var store: Store { replica.store }
  private var own: [LogIdentity] { store.logs.filter { $0.origin.name == card.name } }

  func report(_ request: EpochsRequest) -> EpochsReply {
    let answered = replica.core.answeredPeers
    let highest = own.filter { store.durableHead($0.id)?.size ?? 0 > 0 }
      .map(\.origin.epoch).max()
    return EpochsReply(
      own: card.origin.text, answered: answered.map(\.text),
      unanswered: membership.roster.entries.map { $0.card.name }.filter { !answered.contains($0) }
        .map(\.text),
      epochs: own.map { log in
        let head = head(of: log, endingAt: log.origin.epoch == highest ? request.endsAt : nil)
        return EpochReport(
          origin: log.origin.text, id: log.id.description, size: head.size,
          leafHash: head.size == 0 ? "" : Hex.encode(head.leafHash.array),
          root: head.size == 0
            ? "" : (try? store.root(log.id, size: head.size))?.description ?? "",
          opening: replica.genesis(of: log)?.card.opening.description ?? "",
          claims: replica.core.claims(of: log.id).map {
            EpochClaim(peer: $0.peer.text, size: $0.size)
          })
      })
  }

  /// The durable head of a log; as it was at `size`, if it has had so many entries.
  private func head(of log: LogIdentity, endingAt size: UInt64?) -> LogHead {
    let head = store.durableHead(log.id) ?? .empty
    guard let size, (1..<max(1, head.size)).contains(size),
      let hash = try? store.leafHash(log.id, size - 1)
    else { return head }
    return LogHead(size: size, leafHash: hash)
  }

  // MARK: Adopting

  func adopt(
    _ request: AdoptRequest, reply: @escaping (Result<AdoptReply, ControlError>) -> Void
  ) {
    do throws(ControlError) {
      guard adoption == nil else { throw .busy }
      let prepared = try prepared(request.origin)
      try checkFollows(prepared, endingAt: request.endsAt)
      let identity = prepared.card.identity
      let head = store.durableHead(identity.id) ?? .empty
      guard head.size == 0 || prepared.isStored(in: store) else {
        throw .refused(
          reason: "\(identity.origin) was opened elsewhere, with another first entry",
          hint: "open the epoch after it, with the recovery file that was written there")
      }
      notices.logger.warning("the operator opens \(prepared.card.origin)")
      adoption = Adoption(prepared: prepared, reply: reply)
      do {
        try replica.adopt(try prepared.verified())
      } catch {
        adoption = nil
        throw ControlError.refused(
          reason: "the genesis of \(prepared.card.origin) was not stored: \(error)",
          hint: "make room or look at the disk, and open the epoch again")
      }
    } catch {
      reply(.failure(error))
    }
  }

  private func prepared(_ origin: String) throws(ControlError) -> NextEpoch {
    do throws(IdentityError) {
      guard let prepared = try NextEpoch.load(folder), prepared.card.origin.text == origin else {
        throw IdentityError(
          .missing, "\(origin) is not prepared in \(folder.next)", hint: "use liaison epoch open")
      }
      try prepared.checkKeys(folder)
      return prepared
    } catch {
      throw .refused(reason: error.reason, hint: error.hint)
    }
  }

  /// Its predecessor is the highest epoch known here, at the size that it has here or that the
  /// operator named, and committed to its key.
  private func checkFollows(
    _ prepared: NextEpoch, endingAt size: UInt64?
  ) throws(ControlError) {
    guard let follows = prepared.genesis.follows else {
      throw .refused(reason: "\(prepared.card.origin) follows nothing", hint: "use a recovery file")
    }
    // A log without an entry is what an opening that broke off left.
    let others = own.filter {
      $0.id != prepared.card.identity.id && store.durableHead($0.id)?.size ?? 0 > 0
    }
    let highest = others.map(\.origin.epoch).max() ?? 0
    guard follows.origin.epoch == highest, prepared.card.origin.epoch > highest else {
      throw .refused(
        reason: "\(prepared.card.origin) follows \(follows.origin), and epoch \(highest) is known",
        hint: "open the epoch again with the recovery file that was written with epoch \(highest)")
    }
    let found = others.first { log in
      log.origin == follows.origin
        && head(of: log, endingAt: size)
          == LogHead(size: follows.size, leafHash: follows.leafHash)
        && (size == follows.size || store.state(log.id)?.size == follows.size)
        && (try? store.root(log.id, size: follows.size)) == follows.root
    }
    guard let found else { throw .epochMoved(follows.origin.text) }
    guard let genesis = replica.genesis(of: found), prepared.genesis.isAuthorised(by: genesis.card)
    else {
      throw .refused(
        reason: "the card of \(found.origin) does not commit to the key that opened "
          + "\(prepared.card.origin)",
        hint: "use the recovery file that was written with \(found.origin)")
    }
  }

  /// The genesis is durable: files into their places, and the node begins again.
  func adopted(_ outcome: Result<LogHead, DiskError>) {
    guard let adoption else { return }
    self.adoption = nil
    switch outcome {
    case .success(let head): finish(adoption, head)
    case .failure(let error): adoption.reply(.failure(.diskFailed(reason: "\(error)")))
    }
  }

  private func finish(_ adoption: Adoption, _ head: LogHead) {
    do throws(IdentityError) {
      try adoption.prepared.finish(folder, token, head: head)
    } catch {
      notices.logger.error(
        "\(adoption.prepared.card.origin) is stored, and not adopted: \(error.reason)")
      return adoption.reply(
        .failure(
          .refused(
            reason: error.reason, hint: "look at the disk, then restart liaisond: it goes on there")
        ))
    }
    notices.logger.notice("adopted \(adoption.prepared.card.origin): beginning again")
    adoption.reply(.success(AdoptReply(origin: adoption.prepared.card.origin.text)))
    beginAgain()
  }
}
