internal import HubInterface
internal import Matching
internal import Records

/// All that is known of one person or thing.
struct DossierQuestion {
  let questions: Questions

  func run(_ name: String) throws -> DossierReply {
    let subject = try questions.record(name)
    questions.show(subject)
    var reply = DossierReply(
      versions: [], same: [], mentions: [], similar: [], judgements: [], account: .none)
    reply.versions = try versions(of: subject).map(\.found)
    let cluster = try questions.sameMatter(subject.name)
    for other in cluster.dropFirst() {
      guard let stored = questions.visible(try questions.find(other)),
        questions.hasRoom(stored.record.count)
      else { continue }
      questions.show(stored)
      reply.same.append(stored.found)
    }
    reply.mentions = try mentions(cluster)
    reply.judgements = try questions.desk.judgements(of: subject.name)
    reply.similar = try similar(to: subject, but: cluster)
    return reply
  }

  private func versions(of subject: StoredRecord) throws -> [StoredRecord] {
    guard let ref = subject.ref.flatMap({ RecordReference($0) }) else { return [subject] }
    let versions = try questions.facts.versions(ref).compactMap { questions.visible($0) }
    if versions.count == HubLimits.versions {
      questions.note("\(subject.name) has \(versions.count) versions or more: not all are shown")
    }
    // The one that is shown comes first, then the newest of the others.
    let ordered = versions.filter(\.isCurrent) + versions.filter { !$0.isCurrent }
    let kept = ordered.filter { questions.hasRoom($0.record.count) }
    for version in kept { questions.show(version) }
    return kept
  }

  private func mentions(_ names: [String]) throws -> [Mention] {
    var found: [Mention] = []
    for name in names {
      for (number, field) in try questions.mentions(name) {
        guard found.count < HubLimits.mentions else {
          questions.note("more than \(HubLimits.mentions) records name it: not all are shown")
          return found
        }
        guard let stored = try questions.visible(number), questions.hasRoom(stored.record.count)
        else { continue }
        questions.show(stored)
        found.append(Mention(found: stored.found, field: field))
      }
    }
    return found
  }

  /// Others who may be the same person, by name and date, that nobody has judged yet.
  private func similar(to subject: StoredRecord, but cluster: [String]) throws -> [Hit] {
    let read = subject.read()
    guard let evidence = Evidence(of: read) else { return [] }
    let judged = Set(
      try questions.desk.judgements(of: subject.name).flatMap { [$0.left, $0.right] } + cluster)
    var hits: [Hit] = []
    let candidates = try NameCandidates(questions: questions, evidence: evidence).find(
      least: RecordMatch.review, limit: HubLimits.usualHits
    ) { $0.number != subject.number && !judged.contains($0.name) }
    for candidate in candidates.found { hits.append(Hit(candidate)) }
    let kept = hits.sorted(by: Hit.isBefore).prefix(HubLimits.usualHits)
      .filter { questions.hasRoom($0.found.record.utf8.count) }
    for hit in kept { questions.show(entry: hit.found.entry) }
    return kept
  }
}

extension LookAccount {
  /// Filled in when the look has its place in the consultation log.
  static let none = LookAccount(
    consultation: 0, complete: false, hidden: 0, hiddenFrom: [], notes: [])
}
