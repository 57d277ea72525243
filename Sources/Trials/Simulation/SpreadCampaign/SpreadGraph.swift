/// A random graph in which every node has the same number of neighbours, or nearly: cycles through
/// all nodes, each in a random order, so that it is connected.
struct SpreadGraph {
  /// Pairs, the lower number first; none twice.
  private(set) var links: [(a: Int, b: Int)] = []
  private(set) var neighbours: [[Int]]

  /// - Precondition: more nodes than neighbours, at least three.
  init(nodes: Int, degree: Int, _ random: inout SplitMix64) {
    neighbours = Array(repeating: [], count: nodes)
    for _ in 0..<(degree / 2) { addCycle(&random) }
  }

  private mutating func addCycle(_ random: inout SplitMix64) {
    var order = Array(neighbours.indices)
    random.shuffle(&order)
    for place in order.indices {
      let a = order[place]
      let b = order[(place + 1) % order.count]
      guard !neighbours[a].contains(b) else { continue }
      neighbours[a].append(b)
      neighbours[b].append(a)
      links.append((min(a, b), max(a, b)))
    }
  }
}
