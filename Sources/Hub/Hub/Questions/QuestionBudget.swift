/// How much one question may still look at and answer, whoever wrote the records that it meets
/// (Protocols/hub.md, HUB-57).
struct QuestionBudget: Hashable, Sendable {
  /// Rows that were looked at: records, and mentions of a reference.
  private(set) var rows = 0
  /// The records that the answer holds, together.
  private(set) var bytes = 0
  /// Something was left out for want of either.
  private(set) var isSpent = false

  /// - Returns: false when no further row may be looked at.
  mutating func takeRow() -> Bool {
    guard rows < HubLimits.questionRows else {
      isSpent = true
      return false
    }
    rows += 1
    return true
  }

  /// - Returns: false when the answer has no room for so many bytes more.
  mutating func take(bytes count: Int) -> Bool {
    guard bytes <= HubLimits.answerBytes - count else {
      isSpent = true
      return false
    }
    bytes += count
    return true
  }

  /// The next of several questions in one call: it may look at as many rows, and its answer has
  /// what room is left.
  mutating func beginNext() { rows = 0 }
}
