/// States that a node must remember over a restart to stay safe, and could not write yet: evidence,
/// freezes, that its log is closed, a followed epoch's card, what was taken today. None of them is
/// forgotten: each is tried again until it is written, said in `status`, and tried once more at a
/// clean stop.
package struct Unsaved {
  private struct State {
    let key: String
    /// For operators: `the proof of a fork of be/1`.
    let what: String
    let save: () throws -> Void
    var why: String
  }

  private var states: [State] = []

  var isEmpty: Bool { states.isEmpty }

  /// For `status`, oldest first.
  package var lines: [String] {
    states.map { "NOT SAVED: \($0.what): \($0.why); it is tried again" }
  }

  func contains(_ key: String) -> Bool { states.contains { $0.key == key } }

  /// Writes a state now. One that has the same key takes the place of an earlier one.
  /// - Returns: why it failed; nil when it is written.
  mutating func save(
    _ key: String, _ what: String, _ save: @escaping () throws -> Void
  ) -> String? {
    states.removeAll { $0.key == key }
    do {
      try save()
      return nil
    } catch {
      states.append(State(key: key, what: what, save: save, why: "\(error)"))
      return "\(error)"
    }
  }

  /// Tries all of them.
  /// - Returns: what is written now.
  mutating func retry() -> [String] {
    // A save may lead to another one: that is kept.
    var tried: [State] = []
    swap(&tried, &states)
    var saved: [String] = []
    for var state in tried {
      do {
        try state.save()
        saved.append(state.what)
      } catch {
        state.why = "\(error)"
        if !contains(state.key) { states.append(state) }
      }
    }
    return saved
  }
}
