internal import HubInterface
internal import Records
internal import SQL

/// The network of links: breadth first from one reference, each reference and each record once, so
/// that links in circles come to an end (Protocols/hub.md, 6).
struct Network {
  let questions: Questions
  private var edges: [Edge] = []
  private var known: Set<Edge> = []
  private var labels: [String: LinkNode] = [:]
  private var order: [String] = []
  private var read: Set<Int64> = []
  /// The edge by which each reference was reached first: the shortest path back.
  private var reachedBy: [String: String] = [:]
  private var isCut = false

  struct Found {
    var edges: [Edge]
    var nodes: [LinkNode]
    var path: [String]?
    var isCut: Bool
  }

  init(_ questions: Questions) { self.questions = questions }

  mutating func run(from start: String, to end: String?, depth: Int) throws -> Found {
    var front = [start]
    reachedBy[start] = start
    try name(start)
    var depth = depth
    while depth > 0, !front.isEmpty, !isCut {
      depth -= 1
      var next: [String] = []
      for ref in front { try expand(ref, &next) }
      if let end, reachedBy[end] != nil { break }
      front = next
    }
    let found = end.flatMap { path(to: $0) }
    if let found { keepOnly(found) }
    return Found(
      edges: edges, nodes: order.compactMap { labels[$0] }, path: found,
      isCut: isCut || questions.isCut)
  }

  private mutating func expand(_ ref: String, _ next: inout [String]) throws {
    for judgement in try questions.desk.judgements(of: ref) {
      let other = judgement.left == ref ? judgement.right : judgement.left
      add(
        Edge(
          from: ref, to: other, role: judgement.judgement, entry: nil,
          marks: ["a judgement of \(judgement.user)"]))
      try reach(other, from: ref, &next)
    }
    var records = try questions.mentions(ref).map(\.entry)
    if let own = try questions.find(ref) { records.append(own.number) }
    for number in records where read.insert(number).inserted {
      guard edges.count < HubLimits.edges, !questions.budget.isSpent else {
        isCut = true
        return
      }
      guard let stored = try questions.visible(number) else { continue }
      try take(stored, ref, &next)
    }
  }

  private mutating func take(
    _ stored: StoredRecord, _ ref: String, _ next: inout [String]
  ) throws {
    let record = stored.read()
    let found = EdgesOfRecord(stored, record)
    guard !found.edges.isEmpty else { return }
    questions.show(stored)
    for node in found.nodes where !node.isRecord && labels[node.ref] == nil {
      labels[node.ref] = LinkNode(ref: node.ref, type: nil, label: node.label)
      order.append(node.ref)
    }
    for edge in found.edges { add(edge) }
    // A trip or an account joins those that it names: they are one step from here, through it.
    for end in found.edges.flatMap({ [$0.from, $0.to] }) { try reach(end, from: ref, &next) }
  }

  private mutating func add(_ edge: Edge) {
    guard edges.count < HubLimits.edges,
      questions.hasRoom(edge.marks.reduce(HubLimits.edgeBytes) { $0 + $1.utf8.count })
    else {
      isCut = true
      return
    }
    if known.insert(edge).inserted { edges.append(edge) }
  }

  private mutating func reach(
    _ ref: String, from: String, _ next: inout [String]
  ) throws {
    guard reachedBy[ref] == nil else { return }
    reachedBy[ref] = from
    next.append(ref)
    try name(ref)
  }

  private mutating func name(_ ref: String) throws {
    guard labels[ref] == nil else { return }
    var node = LinkNode(ref: ref, type: nil, label: ref)
    if let stored = questions.visible(try questions.find(ref)) {
      node.type = stored.type
      node.label = stored.label(stored.read())
    }
    labels[ref] = node
    order.append(ref)
  }

  private func path(to end: String) -> [String]? {
    guard reachedBy[end] != nil else { return nil }
    var path = [end]
    while let last = path.last, let before = reachedBy[last], before != last {
      path.append(before)
    }
    return path.reversed()
  }

  private mutating func keepOnly(_ path: [String]) {
    let on = Set(path)
    edges.removeAll { !on.contains($0.from) && !on.contains($0.to) }
    let named = on.union(edges.flatMap { [$0.from, $0.to] })
    order.removeAll { !named.contains($0) }
  }
}
