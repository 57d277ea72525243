internal import HubInterface
internal import Log
internal import Records

/// Requests for information and how far they are answered (Protocols/hub.md, 14).
struct RequestQuestion {
  let questions: Questions
  /// This node's name.
  let own: String
  /// Unix milliseconds.
  let now: Int64

  /// One request, whatever its state.
  /// - Throws: `.notFound` for what is no request, too.
  func one(_ name: String) throws -> InformationRequest {
    let stored = try questions.record(name)
    guard let request = try report(stored) else { throw HubError.notFound(name) }
    return request
  }

  /// - Parameters:
  ///   - direction: `in` or `out`; nil: all of them.
  ///   - all: also those that are answered or closed.
  func list(
    direction: String?, all: Bool, limit: Int
  ) throws -> (requests: [InformationRequest], isCut: Bool) {
    let numbers = try questions.facts.requests(limit: HubLimits.requests)
    var found: [InformationRequest] = []
    for number in numbers {
      guard let stored = try questions.visible(number) else { continue }
      if let direction, self.direction(stored, stored.read()) != direction { continue }
      guard found.count < limit, questions.hasRoom(stored.record.count) else {
        return (found, true)
      }
      guard let request = try report(stored), all || request.state == "open" else { continue }
      found.append(request)
    }
    return (found, numbers.count == HubLimits.requests || questions.isCut)
  }

  /// - Returns: nil for a record of another type.
  private func report(_ stored: StoredRecord) throws -> InformationRequest? {
    let read = stored.read()
    guard case .rfi(let request) = read.body else { return nil }
    let askedAt = try firstTime(stored)
    let due = request.due(asked: askedAt)
    let answers = try answers(to: stored.name, asked: request.to)
    let parts = answers.filter(\.counts).map { ExchangedPart($0) }
    let nodes = AskedState.each(of: request.to, parts, due: due, now: now)
    let isClosed = request.state?.value == .closed
    let isAnswered = nodes.allSatisfy { $0.finalAt != nil }
    questions.show(stored)
    return InformationRequest(
      found: stored.found(read), direction: direction(stored, read),
      kind: request.kind?.text ?? RequestKind.information.rawValue, urgency: request.urgency?.text,
      askedAt: Int(askedAt), dueAt: due.map { Int($0) },
      state: isClosed ? "closed" : isAnswered ? "answered" : "open",
      overdue: !isClosed && nodes.contains { $0.late && $0.finalAt == nil }, asked: nodes,
      answers: answers)
  }

  private func direction(_ stored: StoredRecord, _ read: SharedRecord) -> String {
    if stored.node == own { return "out" }
    guard case .rfi(let request) = read.body else { return "other" }
    return request.to.contains { $0.text == own } ? "in" : "other"
  }

  /// The time of the first version that can be read (REC-66).
  private func firstTime(_ stored: StoredRecord) throws -> Int64 {
    guard let ref = stored.ref.flatMap({ RecordReference($0) }) else { return stored.time }
    let versions = try questions.facts.versions(ref).filter { $0.type == stored.type }
    return versions.filter(\.state.stands).min { $0.order < $1.order }?.time ?? stored.time
  }

  private func answers(to name: String, asked: [NodeName]) throws -> [AnswerPart] {
    var parts: [AnswerPart] = []
    for (number, field) in try questions.mentions(name) where field == "rfi" {
      guard let stored = try questions.visible(number) else { continue }
      let read = stored.read()
      guard case .answer(let answer) = read.body, questions.hasRoom(stored.record.count) else {
        continue
      }
      questions.show(stored)
      parts.append(
        AnswerPart(
          found: stored.found(read), number: answer.number ?? 0, final: answer.isFinal ?? false,
          result: answer.result?.text ?? "?", reason: answer.reason,
          refs: read.common.refs.map(\.text),
          counts: stored.state.stands && asked.contains { $0.text == stored.node }))
    }
    return parts.sorted {
      ($0.found.author, $0.number, $0.found.time) < ($1.found.author, $1.number, $1.found.time)
    }
  }
}

/// The state of each node that a request asks (HUB-111).
enum AskedState {
  /// - Parameters:
  ///   - due: from then on an answer is late; nil: never.
  ///   - now: Unix milliseconds.
  static func each(
    of nodes: [NodeName], _ answers: [ExchangedPart], due: Int64?, now: Int64
  ) -> [AskedNode] {
    nodes.map { node in
      let parts = answers.filter { $0.author == node.text }
      guard let last = parts.filter(\.isFinal).min(by: { $0.order < $1.order }) else {
        return AskedNode(
          node: node.text, state: parts.isEmpty ? "waiting" : "part",
          late: due.map { now >= $0 } ?? false)
      }
      return AskedNode(
        node: node.text,
        state: last.result == AnswerResult.refused.rawValue ? "refused" : "answered",
        finalAt: Int(last.time), late: due.map { last.time >= $0 } ?? false)
    }
  }
}

/// One part of an answer, as far as it tells whether a request is answered.
struct ExchangedPart: Hashable, Sendable {
  let author: String
  /// Entries of one node are ordered by nothing else (REC-61).
  let order: EntryOrder
  /// Unix milliseconds, its author's claim.
  let time: Int64
  let isFinal: Bool
  /// A word of REC-61, or what stands in its place.
  let result: String
}

extension ExchangedPart {
  fileprivate init(_ part: AnswerPart) {
    let place = part.found.entry.split(separator: "/").dropFirst().map { Int64($0) ?? 0 }
    self.init(
      author: part.found.author, order: EntryOrder(epoch: place.first ?? 0, place: place.last ?? 0),
      time: Int64(part.found.time), isFinal: part.final, result: part.result)
  }
}

/// The order of one node's entries: by epoch and index.
struct EntryOrder: Hashable, Sendable, Comparable {
  let epoch: Int64
  let place: Int64

  static func < (a: EntryOrder, b: EntryOrder) -> Bool {
    (a.epoch, a.place) < (b.epoch, b.place)
  }
}

extension StoredRecord {
  /// Epoch and index, as they stand in its name.
  fileprivate var order: (epoch: UInt64, place: Int64) {
    (origin.split(separator: "/").last.flatMap { UInt64($0) } ?? 0, place)
  }
}
