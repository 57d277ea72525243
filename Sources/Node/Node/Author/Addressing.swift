import Groups
import Log
import Replica
import Replication
import Sealing
import Store

/// Finds whom a publication is meant for: names that a client gives become members of an audience,
/// by the roster and by what is known against their keys.
struct Addressing {
  let replica: Replica
  let files: StateFiles
  let notices: Notices

  private var roster: LiveRoster { files.membership.roster }

  func recipients(_ names: [String]) throws(ControlError) -> Recipients {
    if names == ["all"] {
      // Records sealed now can never be sealed again to a member that was left out.
      if let problem = roster.problems.first {
        throw .refused(
          reason: "'all' would leave somebody out: \(problem)",
          hint: "mend the roster (see liaison peer list), or name the nodes")
      }
      guard !roster.entries.isEmpty else {
        throw .refused(
          reason: "'all' would be nobody: the roster is empty",
          hint:
            "add peers first (liaison peer add), or publish --to \(replica.card.name) for this node alone"
        )
      }
      // A member that contests itself, or waits for its card to be compared, stops nobody's 'all'.
      let meant = roster.entries.filter { sealingRefusal($0) == nil }
      var contested: [NodeName] = []
      if let refusal = roster.entries.lazy.compactMap(sealingRefusal).first {
        guard !meant.isEmpty else { throw refusal }
        contested = roster.entries.filter { sealingRefusal($0) != nil }.map(\.card.name)
        notices.warn(
          "left-out-of-all",
          "'all' is not \(replica.list(contested)): contested, or not compared yet; liaison peer list says which, and a card compared by voice mends it"
        )
      }
      return Recipients(
        members: meant.map(member), scope: .everybody, contested: contested)
    }
    guard !names.isEmpty else {
      throw .refused(reason: "an empty audience means nobody", hint: "name the nodes, or 'all'")
    }
    var members: [AudienceMember] = []
    for text in names {
      if text == replica.card.name.text { continue }
      guard let name = try? NodeName(text), let entry = roster.entry(name) else {
        throw .unknownNode(text)
      }
      if let refusal = sealingRefusal(entry) { throw refusal }
      members.append(member(entry))
    }
    return Recipients(members: members)
  }

  /// Members of a group. One that is contested, or waits to be compared, stops nobody else's.
  func recipients(
    _ names: [NodeName], of group: GroupName
  ) throws(ControlError) -> Recipients {
    var members: [AudienceMember] = []
    var refused: [(name: NodeName, why: ControlError)] = []
    for name in names {
      guard let entry = roster.entry(name) else { throw .unknownNode(name.text) }
      if let refusal = sealingRefusal(entry) {
        refused.append((name, refusal))
      } else {
        members.append(member(entry))
      }
    }
    if members.isEmpty, let first = refused.first { throw first.why }
    return Recipients(members: members, scope: .group(group), contested: refused.map(\.name))
  }

  /// Nodes of the roster as members of a group of this node's, this node among them.
  func groupMembers(_ names: [String]) throws(ControlError) -> [GroupMember] {
    var members = [GroupMember(name: replica.card.name, log: replica.identity.id)]
    for text in names where text != replica.card.name.text {
      guard let name = try? NodeName(text), let entry = roster.entry(name) else {
        throw .unknownNode(text)
      }
      guard !members.contains(where: { $0.name == name }) else {
        throw .refused(reason: "\(name) is named twice", hint: "name each node once")
      }
      members.append(GroupMember(name: name, log: entry.card.identity.id))
    }
    guard members.count <= GroupLimits.members else {
      throw .refused(
        reason: "\(members.count) members", hint: "a group has at most \(GroupLimits.members)")
    }
    return members.sorted()
  }

  /// Recipients by the roster as it is when the records are sealed.
  func recipientsAtLast(_ names: [String]) throws(ControlError) -> Recipients {
    do throws(ControlError) { return try recipients(names) } catch {
      guard case .unknownNode(let name) = error else { throw error }
      throw .refused(
        reason: "\(name) was removed from the roster while this waited to be sealed",
        hint: "nothing of it was published: publish it to the others, if it is still meant for them"
      )
    }
  }

  private func member(_ entry: LivePeer) -> AudienceMember {
    AudienceMember(name: entry.card.name, key: entry.card.sealing)
  }

  /// Why nothing is sealed to this peer now.
  private func sealingRefusal(_ peer: LivePeer) -> ControlError? {
    let name = peer.card.name
    if let contested = replica.core.epochs.contested(of: name) {
      return .refused(
        reason:
          "\(replica.name(of: contested)) has two next epochs, both opened by its key: one is a thief's",
        hint:
          "call the operator of \(name), compare the card of the right one by voice, and give it to "
          + "liaison peer add")
    }
    if replica.store.logs.contains(where: {
      $0.origin.name == name && files.faults.unreadableOpenings.contains($0.id)
    }) {
      return .refused(
        reason: "evidence that \(name) has two next epochs cannot be read (\(files.faults.path))",
        hint:
          "look at what liaison status says of it, and bring the file back from a copy of the folder"
      )
    }
    guard peer.waitsForConfirmation else { return nil }
    return .refused(
      reason: "\(peer.card.origin) was followed, and its card was not compared (follow = confirm)",
      hint:
        "call the operator of \(name), compare the card by voice, and give it to liaison peer add")
  }
}
