internal import HubInterface
internal import Log
internal import Records

/// One version of a request or of a part of an answer that counts for somebody.
struct ExchangedVersion: Hashable, Sendable {
  let author: String
  let order: EntryOrder
  /// Unix milliseconds, its author's claim.
  let time: Int64
  let id: String
  /// The nodes that it was sealed to, its author among them.
  let members: Set<String>
  let body: RecordBody
}

/// Requests of one node to another and how they were answered, by what both can open alone
/// (Protocols/hub.md, HUB-120). Pure: both of them compute the same.
struct PairRequests {
  let asker: String
  let asked: String
  /// Unix milliseconds.
  let now: Int64

  struct Outcome: Hashable, Sendable {
    enum State: Hashable, Sendable { case inTime, late, refused, open, overdue, closed }

    let quarter: Quarter
    let state: State
    /// From the request to the end of its answer; nil: it was not answered.
    let milliseconds: Int64?
  }

  /// - Parameter versions: any; those that are not for both, or of neither, count for nothing.
  func outcomes(_ versions: [ExchangedVersion]) -> [Outcome] {
    let shared = versions.filter { $0.members.contains(asker) && $0.members.contains(asked) }
    let answers = newest(of: shared.filter { $0.author == asked })
    let parts = Dictionary(grouping: answers, by: \.answered)
    let asking = shared.filter { $0.author == asker && $0.isRequest }
    let requests = Dictionary(grouping: asking, by: \.id)
    return requests.compactMap { id, versions in
      outcome(versions, parts["\(asker):\(id)"] ?? [])
    }
  }

  /// The newest version of each record: those before say nothing any more.
  private func newest(of versions: [ExchangedVersion]) -> [ExchangedVersion] {
    Dictionary(grouping: versions, by: \.id).values.compactMap { versions in
      versions.max { $0.order < $1.order }
    }
  }

  private func outcome(
    _ versions: [ExchangedVersion], _ parts: [ExchangedVersion]
  ) -> Outcome? {
    guard let first = versions.min(by: { $0.order < $1.order }),
      let last = versions.max(by: { $0.order < $1.order }), case .rfi(let request) = last.body,
      let node = request.to.first(where: { $0.text == asked }),
      let found = AskedState.each(
        of: [node], parts.compactMap { $0.part }, due: request.due(asked: first.time), now: now
      ).first
    else { return nil }
    let isAnswered = found.state == "answered"
    return Outcome(
      quarter: Quarter(milliseconds: first.time),
      state: state(found, isClosed: request.state?.value == .closed),
      milliseconds: found.finalAt.flatMap {
        isAnswered ? max(0, Int64($0).subtractingReportingOverflow(first.time).partialValue) : nil
      })
  }

  private func state(_ found: AskedNode, isClosed: Bool) -> Outcome.State {
    switch found.state {
    case "answered": found.late ? .late : .inTime
    case "refused": .refused
    default: isClosed ? .closed : found.late ? .overdue : .open
    }
  }
}

extension ExchangedVersion {
  fileprivate var isRequest: Bool {
    if case .rfi = body { true } else { false }
  }

  /// The request that it answers, `nl:rfi-1`.
  fileprivate var answered: String? {
    if case .answer(let answer) = body { answer.rfi?.text } else { nil }
  }

  fileprivate var part: ExchangedPart? {
    guard case .answer(let answer) = body else { return nil }
    return ExchangedPart(
      author: author, order: order, time: time, isFinal: answer.isFinal ?? false,
      result: answer.result?.text ?? "?")
  }
}
