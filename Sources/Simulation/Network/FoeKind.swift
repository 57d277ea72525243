/// What foes there are. A campaign draws them by their kind; each is a class in Sources/Simulation/Hostile or here.
enum FoeKind: String, CaseIterable {
  /// Announces what it has, and answers no pull.
  case withholding = "foe: offers and never sends"
  /// Two processes with the same keys: each signs its own branch, and shows it to others than the other does.
  case equivocating = "foe: signs two branches of its log"

  /// It is two sites with the same keys.
  var isTwin: Bool { self == .equivocating }

  var occurrence: NetworkOccurrence {
    switch self {
    case .withholding: .foeWithholding
    case .equivocating: .foeEquivocating
    }
  }

  func makeShell() -> any Shell {
    switch self {
    case .withholding: WithholdingFoe()
    case .equivocating: EquivocatingFoe()
    }
  }
}
