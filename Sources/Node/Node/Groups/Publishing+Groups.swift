import Crypto
import Groups
import JSON
import Log
import Replica
import Sealing
import Store

// Publications to groups, and what a convener and a member say of one: Protocols/records.md,
// REC-63.
extension Publishing {
  /// Does `work` once all that is stored of a convener's groups was read.
  func afterReading(
    _ convener: NodeName?, _ isHeard: @escaping () -> Bool,
    _ failed: @escaping (ControlError) -> Void, _ work: @escaping () throws -> Void
  ) {
    turns.soon { [weak self] in
      guard let self, isHeard() else { return failed(.busy) }
      do {
        var budget = self.desk.newBudget()
        guard try self.groups.refresh(convener, &budget) else {
          return self.afterReading(convener, isHeard, failed, work)
        }
        try work()
      } catch let error as ControlError {
        failed(error)
      } catch {
        failed(.diskFailed(reason: "\(error)"))
      }
    }
  }

  /// The same at the moment of sealing, when little came since.
  func readNow(_ group: GroupName) throws(ControlError) {
    var budget = desk.newBudget()
    let isRead: Bool
    do throws(StoreError) { isRead = try groups.refresh(group.convener, &budget) } catch {
      throw .diskFailed(reason: "\(error)")
    }
    if !isRead { throw .busy }
  }

  func group(_ text: String) throws(ControlError) -> GroupName {
    guard let group = GroupName(text) else {
      throw .refused(
        reason: "\"\(text)\" is no group", hint: "name it as nl:ctf-balkans: convener, colon, name")
    }
    return group
  }

  // MARK: Publishing

  /// - Parameter name: of the group, without its `@`.
  func publish(
    _ request: PublishRequest, toGroup name: String, isHeard: @escaping () -> Bool,
    reply: @escaping (Result<PublishReply, ControlError>) -> Void
  ) {
    do throws(ControlError) {
      let group = try group(name)
      let replicas = try replicas(request.replicas)
      let records = request.records.map(\.bytes)
      let citations = records.map { GroupCitation($0)?.version }
      afterReading(group.convener, isHeard, { reply(.failure($0)) }) { [weak self] in
        guard let self else { return }
        _ = try self.recipients(group, citations)
        let number = self.author.publish(
          Publication(
            records: records, grant: request.grant,
            recipients: { [weak self] () throws(ControlError) in
              guard let self else { throw .busy }
              try self.readNow(group)
              return try self.recipients(group, citations)
            },
            replicas: replicas, expiryDay: UInt16(request.expiryDay ?? 0), isHeard: isHeard,
            reply: reply))
        self.giveUp(number, after: request.timeout)
      }
    } catch {
      reply(.failure(error))
    }
  }

  /// A chunk goes to whom its record will go: that names the version.
  /// - Parameter name: of the group, without its `@`.
  func publish(
    _ request: PublishChunkRequest, toGroup name: String, isHeard: @escaping () -> Bool,
    reply: @escaping (Result<PublishReply, ControlError>) -> Void
  ) {
    do throws(ControlError) {
      let group = try group(name)
      let chunk = try request.chunk()
      afterReading(group.convener, isHeard, { reply(.failure($0)) }) { [weak self] in
        guard let self else { return }
        _ = try self.recipients(group, [])
        let number = self.author.publish(
          Publication(
            records: [chunk], suite: .sealedChunk, grant: request.grant,
            recipients: { [weak self] () throws(ControlError) in
              guard let self else { throw .busy }
              try self.readNow(group)
              return try self.recipients(group, [])
            },
            replicas: 0, expiryDay: UInt16(request.expiryDay ?? 0), isHeard: isHeard,
            reply: reply))
        self.giveUp(number, after: request.timeout)
      }
    } catch {
      reply(.failure(error))
    }
  }

  /// The members that this node seals to, if the records name the version that they are of.
  private func recipients(
    _ group: GroupName, _ citations: [GroupVersion?]
  ) throws(ControlError) -> Recipients {
    let use = try use(of: group)
    for (place, version) in citations.enumerated() where version != use.version {
      let named = version.map { "names \($0.text)" } ?? "names no version of \(group)"
      throw .recordRefused(
        line: place + 1, reason: "\(named), and the newest one is \(use.version.text)",
        hint: "see liaison group show \(group), and publish it again")
    }
    return try addressing.recipients(use.members.map(\.name), of: group)
  }

  func use(of group: GroupName) throws(ControlError) -> GroupUse {
    switch groups.standing(of: group) {
    case .refused(let refusal): throw refusal.error(group)
    case .usable(let use):
      guard use.strangers.isEmpty else {
        let names = use.strangers.map(\.name.text).joined(separator: ", ")
        throw .refused(
          reason: "\(names) of \(group) is not on the roster, or another node has that name now",
          hint: "add it (liaison peer add), or ask \(group.convener) to remove it")
      }
      return use
    }
  }

  // MARK: What is known

  func list(
    _ request: GroupsRequest, isHeard: @escaping () -> Bool,
    reply: @escaping (Result<GroupsReply, ControlError>) -> Void
  ) {
    do throws(ControlError) {
      let wanted = try request.group.map { text throws(ControlError) in try group(text) }
      afterReading(wanted?.convener, isHeard, { reply(.failure($0)) }) { [weak self] in
        guard let self else { return }
        let names = self.groups.groups.names.filter { wanted == nil || $0 == wanted }
        reply(.success(GroupsReply(groups: names.map(self.report))))
      }
    } catch {
      reply(.failure(error))
    }
  }

  private func report(_ group: GroupName) -> GroupReport {
    var report = GroupReport(group: group.text)
    let known = groups.groups
    if let newest = known.newest(of: group) {
      report.version = newest.version.number
      report.hash = newest.version.hash.description
      report.title = newest.title
      report.purpose = newest.purpose
      report.members = newest.members.map(\.name.text)
    }
    report.mode = known.acceptance(of: group)?.mode.rawValue
    report.accepted = known.acceptance(of: group)?.version.number
    report.contradictions = known.contradictions(of: group)
    switch groups.standing(of: group) {
    case .usable(let use):
      report.sealedTo = use.members.map(\.name.text)
      report.waiting = use.waiting.map(\.name.text)
      report.strangers = use.strangers.map(\.name.text)
    case .refused(let refusal):
      report.why = refusal.reason(group)
      report.help = refusal.hint(group)
    }
    return report
  }

  func accept(
    _ request: AcceptGroupRequest, isHeard: @escaping () -> Bool,
    reply: @escaping (Result<GroupReport, ControlError>) -> Void
  ) {
    do throws(ControlError) {
      let group = try group(request.group)
      guard let mode = GroupAcceptance.Mode(rawValue: request.mode),
        let version = UInt32(exactly: request.version)
      else {
        throw .refused(
          reason: "mode \(request.mode), version \(request.version)",
          hint: "the mode is ask, auto or left; the version that of liaison group show")
      }
      afterReading(group.convener, isHeard, { reply(.failure($0)) }) { [weak self] in
        guard let self else { return }
        try self.groups.accept(group, mode, version: version)
        reply(.success(self.report(group)))
      }
    } catch {
      reply(.failure(error))
    }
  }

  // MARK: What a convener says

  func convene(
    _ request: ConveneRequest, isHeard: @escaping () -> Bool,
    reply: @escaping (Result<PublishReply, ControlError>) -> Void
  ) {
    do throws(ControlError) {
      let group = try group(request.group)
      guard group.convener == replica.card.name else {
        throw .refused(
          reason: "\(group) is convened by \(group.convener)",
          hint: "this node convenes groups of its own name, \(replica.card.name):…")
      }
      let replicas = try replicas(request.replicas)
      afterReading(group.convener, isHeard, { reply(.failure($0)) }) { [weak self] in
        guard let self else { return }
        let version = try self.nextVersion(of: group, request)
        let number = self.author.publish(
          Publication(
            records: [version.record.bytes],
            recipients: { [weak self] () throws(ControlError) in
              guard let self else { throw .busy }
              try self.readNow(group)
              // Whoever was removed from the roster meanwhile, or convened another version.
              guard try self.nextVersion(of: group, request) == version else { throw .busy }
              var recipients = try self.addressing.recipients(version.members, of: group)
              recipients.isNewVersion = true
              return recipients
            },
            replicas: replicas, isHeard: isHeard, reply: reply))
        self.giveUp(number, after: request.timeout)
      }
    } catch {
      reply(.failure(error))
    }
  }

  private struct NextVersion: Equatable {
    let record: Record
    let members: [NodeName]
  }

  private func nextVersion(
    of group: GroupName, _ request: ConveneRequest
  ) throws(ControlError) -> NextVersion {
    let newest = groups.groups.newest(of: group)
    guard !groups.groups.isAwaited(group) else { throw .busy }
    guard Int(newest?.version.number ?? 0) == request.after else {
      throw .refused(
        reason: newest.map { "\($0.version.text) is the newest version" }
          ?? "there is no version of \(group)",
        hint: "see liaison group show \(group)")
    }
    let members = try addressing.groupMembers(request.members)
    let others = members.map(\.name).filter { $0 != group.convener }
    guard !others.isEmpty else {
      throw .refused(
        reason: "\(group) would have no member but \(group.convener)",
        hint: "name at least one other node")
    }
    let record = GroupRecord.text(
      group, number: UInt32(request.after) + 1, title: request.title, purpose: request.purpose,
      members: members, after: newest)
    do throws(JSONProblem) {
      return NextVersion(record: try Record(checking: record), members: others)
    } catch {
      throw .refused(
        reason: "the version \(error.reason)", hint: "name fewer members, or a shorter title")
    }
  }
}
