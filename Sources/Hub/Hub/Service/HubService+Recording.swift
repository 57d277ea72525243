internal import HubInterface
internal import Records

// Looks of calls that need no purpose, or whose answer comes from another thread.
extension HubService {
  /// - Throws: why nothing may be looked at now.
  func mustRecord() throws(HubError) -> LookRecorder {
    if let recorder { return recorder }
    if let recorderProblem { throw .diskFailed(reason: recorderProblem) }
    throw .refused(
      reason: "the hub has not met its daemon yet",
      hint: "look at liaison hub status, and start liaisond")
  }

  /// The purposes that a user may look for, as bits.
  func allowedPurposes(_ user: String) throws(HubError) -> Int64 {
    let allowed = Purpose.allCases.filter { (try? users.check(user, $0)) != nil }
    guard !allowed.isEmpty else {
      throw .notAllowed(
        reason: "\(user) may look for no purpose", hint: "ask who runs this hub for access")
    }
    return allowed.reduce(0) { $0 | $1.bit }
  }

  /// Records one look for each purpose, then calls `answer` with the place of the last, durable.
  /// - Parameter shown: entries by purpose; with none, nothing is recorded and the place is 0.
  func record(
    _ user: String, verb: String, asked: String, reason: String, _ shown: [Purpose: [String]],
    _ answer: @escaping (Result<LookAccount, HubError>) -> Void
  ) {
    let looks = shown.sorted { $0.key.rawValue < $1.key.rawValue }.map { purpose, entries in
      ConsultationText(
        CheckedLook(user: user, purpose: purpose, reason: reason, caseNumber: nil), verb: verb,
        asked: String(asked.prefix(HubLimits.questionBytes)),
        returned: Array(entries.prefix(HubLimits.returned)), hidden: 0)
    }
    record(looks, hidden: [], from: [], notes: [], answer)
  }

  func record(
    _ looks: [ConsultationText], hidden: Set<Int64>, from authors: Set<String>, notes: [String],
    _ answer: @escaping (Result<LookAccount, HubError>) -> Void
  ) {
    let progress = progress
    func account(_ index: UInt64) -> LookAccount {
      LookAccount(
        consultation: Int(clamping: index), complete: progress.isComplete, hidden: hidden.count,
        hiddenFrom: authors.sorted(), notes: notes + (progress.note.map { [$0] } ?? []))
    }
    guard let last = looks.last else { return answer(.success(account(0))) }
    guard let recorder else {
      return answer(.failure(.diskFailed(reason: "there is no consultation log")))
    }
    var failure: HubError?
    for look in looks.dropLast() {
      recorder.record(look) { if case .failure(let error) = $0 { failure = error } }
    }
    recorder.record(last) { result in
      answer(result.flatMap { failure.map(Result.failure) ?? .success(account($0)) })
    }
  }

  /// Alerts, or why there are none.
  func mustHaveAlerts() throws(HubError) -> AlertDesk {
    guard let alerts else {
      throw .refused(reason: "this hub has no alerts", hint: "start liaison-hub")
    }
    if let trouble = alerts.trouble { throw .diskFailed(reason: trouble) }
    return alerts
  }
}

extension HubSession.Call {
  /// Goes on where the look is durable.
  func proceed(_ account: Result<LookAccount, HubError>, _ act: (LookAccount) -> Void) {
    switch account {
    case .success(let account): act(account)
    case .failure(let error): fail(error)
    }
  }

  func finish<Reply: Encodable>(_ result: Result<Reply, HubError>) {
    switch result {
    case .success(let reply): finish(reply)
    case .failure(let error): fail(error)
    }
  }
}
