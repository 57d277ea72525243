/// The links between the nodes of a run.
struct Topology {
  enum Shape: CaseIterable {
    case mesh, ring, chain, graph, star, carriers

    var occurrence: NetworkOccurrence {
      switch self {
      case .mesh: .mesh
      case .ring: .ring
      case .chain: .chain
      case .graph: .graph
      case .star: .star
      case .carriers: .carriers
      }
    }
  }

  let shape: Shape
  /// Pairs of nodes, the lower number first.
  private(set) var pairs: [(a: Int, b: Int)] = []
  /// Nodes that carry and publish nothing.
  private(set) var carriers: Set<Int> = []

  /// - Parameter foes: the last so many nodes; without them the others are connected still.
  init(_ shape: Shape, nodes: Int, foes: Int, degree: Int, _ random: inout SplitMix64) {
    self.shape = shape
    let honest = nodes - foes
    switch shape {
    case .mesh:
      for a in 0..<honest { for b in (a + 1)..<max(honest, a + 1) { add(a, b) } }
    case .ring:
      for a in 0..<honest { add(a, (a + 1) % honest) }
    case .chain:
      for a in 1..<honest { add(a - 1, a) }
    case .star:
      for a in 1..<honest { add(0, a) }
    case .graph:
      for a in 1..<honest { add(a, random.below(a)) }
      for _ in 0..<(honest * max(0, degree - 2) / 2) {
        add(random.below(honest), random.below(honest))
      }
    case .carriers:
      // Two groups that know each other by one or two in the middle alone.
      let middle = honest > 4 ? 2 : 1
      carriers = Set(0..<middle)
      for a in middle..<honest {
        for carrier in 0..<middle { add(carrier, a) }
        for b in middle..<a where (a - b) % 2 == 0 { add(a, b) }
      }
    }
    // A foe is linked with some of the honest, mostly with several: it may show each something
    // else.
    for foe in honest..<max(honest, nodes) {
      let first = random.below(honest)
      for place in 0...(1 + random.below(2)) { add(foe, (first + place) % honest) }
    }
  }

  /// The partners of a foe's second process: others than those of the first, if there are any.
  func partners(ofTwinOf foe: Int, honest: Int) -> [Int] {
    let known = Set(pairs.filter { $0.b == foe }.map(\.a))
    let others = (0..<honest).filter { !known.contains($0) }
    return others.isEmpty ? [0] : Array(others.prefix(2))
  }

  private mutating func add(_ a: Int, _ b: Int) {
    guard a != b, !pairs.contains(where: { $0 == (min(a, b), max(a, b)) }) else { return }
    pairs.append((min(a, b), max(a, b)))
  }
}
