/// A word of a closed list, as it is written. A word that is not in the list stays text: later
/// versions may know it.
public struct Term<Value: RawRepresentable<String> & CaseIterable & Sendable>: Sendable {
  /// As it is written.
  public let text: String
  /// nil: not in the list.
  public let value: Value?

  init(_ text: String) {
    self.text = text
    value = Value(rawValue: text)
  }
}

extension Term: Hashable, Equatable {
  /// By the word as it is written, known or not.
  public static func == (a: Term, b: Term) -> Bool { a.text == b.text }
  /// The word alone, as `==` compares it.
  public func hash(into hasher: inout Hasher) { hasher.combine(text) }
}

extension Optional {
  /// The value, where the field is there and its word is known.
  public func known<Value>() -> Value? where Wrapped == Term<Value> { self?.value }
}
