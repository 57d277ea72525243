import Crypto
import Log
import Replica
import Replication
import Secrets

/// A peer as the running node needs it: the card, where to dial, and the pre-shared key in guarded
/// memory.
struct LivePeer {
  let card: Card
  let address: String?
  let presharedKey: Held<PresharedKey>?
  let allowance: LogAllowance
  let rates: PeerRates
  /// The card that an operator compared by voice last.
  let comparedCard: Card
  let follow: PeerSettings.Follow

  var partner: Partner {
    Partner(
      card: card, rates: rates, allowance: allowance, compared: comparedCard,
      confirmsCards: follow == .confirm)
  }

  var compared: LogIdentity { comparedCard.identity }

  /// True when the present card was followed by itself, and its operator wants to compare it before
  /// anything is sealed to it.
  var waitsForConfirmation: Bool { follow == .confirm && compared != card.identity }

  /// True when a session that was made by the one entry is as good as one made by the other.
  func isReachedAs(_ other: LivePeer) -> Bool {
    card.identity == other.card.identity && card.transport == other.card.transport
      && address == other.address && hasSamePresharedKey(as: other)
  }

  /// True when a session made with the one key is as good as one made with the other.
  func hasSamePresharedKey(as other: LivePeer) -> Bool {
    guard let own = presharedKey, let others = other.presharedKey else {
      return presharedKey == nil && other.presharedKey == nil
    }
    return own.secret.withBytes { own in
      others.secret.withBytes { Bytes32(own) == Bytes32($0) }
    }
  }
}

/// The outcome of reading the roster again.
struct RosterChange {
  let reply: ReloadReply
  /// Changed members whose sessions go on: their cards name other keys, and the same transport key.
  let kept: Set<String>
}

/// The roster with its keys loaded. Made anew at each reload; what did not change is compared, not
/// touched.
struct LiveRoster {
  /// Sorted by name.
  let entries: [LivePeer]
  let problems: [String]
  /// Every key that was ever exchanged with a node's operator and is kept, the present one first;
  /// also of nodes that were removed, whose logs can still be read.
  let presharedKeys: [NodeName: [Held<PresharedKey>]]
  private let byName: [NodeName: Int]
  private let byTransport: [TransportPublicKey: Int]

  static func load(_ folder: NodeFolder) throws(IdentityError) -> LiveRoster {
    let roster = try Roster.load(folder)
    var problems = roster.problems
    var entries: [LivePeer] = []
    for member in roster.members {
      var key: Held<PresharedKey>?
      if member.hasPresharedKey {
        do throws(IdentityError) {
          key = Held(try Roster.presharedKey(with: member.name, folder))
        } catch {
          // Without its key the peer would be spoken to with less protection than its operator
          // asked for.
          problems.append("\(member.name) is left out: \(error.reason)")
          continue
        }
      }
      entries.append(
        LivePeer(
          // A card's own address is a note for operators: only `peer add --address` makes it
          // dialled.
          card: member.card, address: member.settings.address, presharedKey: key,
          allowance: LogAllowance(member.settings), rates: member.settings.rates,
          comparedCard: member.compared, follow: member.settings.follow))
    }
    var keys: [NodeName: [Held<PresharedKey>]] = [:]
    for name in roster.members.map(\.name) + roster.removed {
      do throws(IdentityError) {
        keys[name] = try PresharedKeys.all(with: name, folder)
      } catch {
        problems.append("earlier keys of \(name) are not used: \(error.reason)")
      }
    }
    return LiveRoster(entries, problems, keys)
  }

  private init(
    _ entries: [LivePeer], _ problems: [String], _ keys: [NodeName: [Held<PresharedKey>]]
  ) {
    self.entries = entries
    self.problems = problems
    presharedKeys = keys
    var byName: [NodeName: Int] = [:]
    var byTransport: [TransportPublicKey: Int] = [:]
    for (position, entry) in entries.enumerated() {
      byName[entry.card.name] = position
      byTransport[entry.card.transport] = position
    }
    self.byName = byName
    self.byTransport = byTransport
  }

  /// True when somebody is on it, if only with a card or a key that cannot be used now.
  var hasMembers: Bool { !entries.isEmpty || !problems.isEmpty }

  var partners: [Partner] { entries.map(\.partner) }

  func entry(_ name: NodeName) -> LivePeer? { byName[name].map { entries[$0] } }
  func entry(transport key: TransportPublicKey) -> LivePeer? {
    byTransport[key].map { entries[$0] }
  }

  /// Members that this roster has, has not, or has otherwise than the one before.
  func difference(from old: LiveRoster) -> RosterChange {
    var kept: Set<String> = []
    var reply = ReloadReply(problems: problems)
    for entry in entries {
      guard let before = old.entry(entry.card.name) else {
        reply.added.append(entry.card.name.text)
        continue
      }
      if before.card != entry.card || before.address != entry.address
        || !entry.hasSamePresharedKey(as: before)
      {
        reply.changed.append(entry.card.name.text)
        if entry.isReachedAs(before) { kept.insert(entry.card.name.text) }
      }
    }
    for entry in old.entries where self.entry(entry.card.name) == nil {
      reply.removed.append(entry.card.name.text)
    }
    return RosterChange(reply: reply, kept: kept)
  }
}
