import Groups
import Log
import Replica
import Sealing

// History that this node gives to members of a group: Protocols/sealing.md, 11.
extension Publishing {
  func giveHistory(
    _ request: GiveHistoryRequest, isHeard: @escaping () -> Bool,
    reply: @escaping (Result<GiveHistoryReply, ControlError>) -> Void
  ) {
    do throws(ControlError) {
      let group = try group(request.group)
      afterReading(group.convener, isHeard, { reply(.failure($0)) }) { [weak self] in
        guard let self else { return }
        let use = try self.use(of: group)
        let receivers = try self.receivers(request, use)
        let work = HistoryWork(
          self.desk, self.store, self.author.identity, use.version, since: request.since ?? 0,
          to: receivers)
        self.goOn(work, request, isHeard, reply)
      }
    } catch {
      reply(.failure(error))
    }
  }

  private func receivers(
    _ request: GiveHistoryRequest, _ use: GroupUse
  ) throws(ControlError) -> [AudienceMember] {
    let group = use.version.group
    guard !request.to.isEmpty else {
      throw .refused(reason: "an empty list means nobody", hint: "name members of \(group)")
    }
    var names: [NodeName] = []
    for text in request.to {
      guard let member = use.members.first(where: { $0.name.text == text })?.name,
        !names.contains(member)
      else {
        throw .refused(
          reason:
            "\(text) is no member of \(use.version.text) that this node seals to, or is named twice",
          hint: "see liaison group show \(group)")
      }
      names.append(member)
    }
    let without = names.filter { author.slotSecrets.presharedKey(of: $0) == nil }
    guard without.isEmpty || request.force == true else {
      throw .refused(
        reason:
          "this node has no pre-shared key with \(replica.list(without)): older records would be protected by X25519 alone",
        hint: "exchange keys (liaison peer add --preshared-key), or say --force")
    }
    return try addressing.recipients(names, of: group).members
  }

  private func goOn(
    _ work: HistoryWork, _ request: GiveHistoryRequest, _ isHeard: @escaping () -> Bool,
    _ reply: @escaping (Result<GiveHistoryReply, ControlError>) -> Void
  ) {
    turns.soon { [weak self] in
      guard let self, isHeard() else { return reply(.failure(.busy)) }
      do {
        guard let gift = try work.step() else {
          return self.goOn(work, request, isHeard, reply)
        }
        self.give(gift, request, isHeard, reply)
      } catch let error as ControlError {
        reply(.failure(error))
      } catch {
        reply(.failure(.diskFailed(reason: "\(error)")))
      }
    }
  }

  private func give(
    _ gift: HistoryGift, _ request: GiveHistoryRequest, _ isHeard: @escaping () -> Bool,
    _ reply: @escaping (Result<GiveHistoryReply, ControlError>) -> Void
  ) {
    guard !gift.drafts.isEmpty else {
      return reply(
        .failure(
          .refused(
            reason: "this node sealed nothing to the group from then on that they cannot open",
            hint: "see liaison tail; other authors give their own records")))
    }
    _ = author.publish(
      Publication(
        records: [],
        recipients: { [weak self] () throws(ControlError) in
          guard let self, let group = GroupName(request.group) else { throw .busy }
          // Whoever was removed meanwhile gets nothing.
          try self.readNow(group)
          return Recipients(members: try self.receivers(request, try self.use(of: group)))
        },
        replicas: 0, history: gift, isHeard: isHeard,
        reply: { result in
          reply(
            result.map {
              GiveHistoryReply(
                entries: $0.entries, audiences: gift.audiences, records: gift.records)
            })
        }))
  }
}
