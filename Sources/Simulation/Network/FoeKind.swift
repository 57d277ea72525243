/// What foes there are. A campaign draws them by their kind; each is a class in Sources/Simulation/Hostile or here.
enum FoeKind: String, CaseIterable {
  /// Announces what it has, and answers no pull.
  case withholding = "foe: offers and never sends"

  var occurrence: NetworkOccurrence {
    switch self {
    case .withholding: .foeWithholding
    }
  }

  func makeShell() -> any Shell {
    switch self {
    case .withholding: WithholdingFoe()
    }
  }
}
