internal import Matching
internal import Records
internal import SQL

/// The records that a name may mean, the likeliest first. All candidates are scored by their
/// fields; only those that are shown are read and explained.
struct NameCandidates {
  private let questions: Questions
  private let evidence: Evidence

  init(questions: Questions, evidence: Evidence) {
    self.questions = questions
    self.evidence = evidence.readied()
  }

  struct Candidate {
    var stored: StoredRecord
    var read: SharedRecord
    var match: ExplainedMatch
  }

  private struct Scored {
    var entry: Int64
    var evidence: Evidence
    var points: Int
  }

  /// - Parameters:
  ///   - least: points of a hit.
  ///   - limit: how many are wanted; more come where they are as good as the last of these.
  ///   - takes: whether a record is looked for at all.
  /// - Returns: and how many others may be as good as the last candidate.
  func find(
    least: Int, limit: Int, where takes: (StoredRecord) -> Bool
  ) throws -> (found: [Candidate], equally: Int?) {
    let candidates = questions.index.candidates(evidence, limit: HubLimits.candidates)
    var found: [Candidate] = []
    var lastPoints = 0
    for scored in try score(candidates.numbers, least) {
      if found.count >= limit, scored.points < lastPoints { break }
      guard let stored = try questions.read(scored.entry), takes(stored),
        let seen = questions.visible(stored)
      else { continue }
      lastPoints = scored.points
      found.append(
        Candidate(
          stored: seen, read: seen.read(), match: ExplainedMatch(evidence, scored.evidence)))
    }
    return (found, candidates.equally)
  }

  private func score(_ numbers: [UInt32], _ least: Int) throws(SQLError) -> [Scored] {
    var all: [Scored] = []
    all.reserveCapacity(numbers.count)
    for candidate in try questions.facts.compared(numbers)
    where candidate.fields.kind == evidence.kind {
      let other = candidate.fields.evidence
      let points = points(evidence, other)
      if points >= least {
        all.append(Scored(entry: candidate.entry, evidence: other, points: points))
      }
    }
    return all.sorted { ($1.points, $0.entry) < ($0.points, $1.entry) }
  }
}
