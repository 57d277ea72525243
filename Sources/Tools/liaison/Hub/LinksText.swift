import HubInterface

enum LinksText {
  /// - Parameters:
  ///   - target: the record to which a path was asked for.
  ///   - others: links that were not asked for, by their domain.
  static func text(_ reply: LinksReply, to target: String?, others: Int = 0) -> String {
    let labels = Dictionary(reply.nodes.map { ($0.ref, $0.label) }) { first, _ in first }
    let name = { (ref: String) -> String in
      guard let label = labels[ref], !label.isEmpty, label != ref else { return ref }
      return "\(label.cut(to: 30)) (\(ref))"
    }
    var blocks: [String] = []
    if let target {
      if let path = reply.path {
        let links = path.count == 2 ? "1 link" : "\(max(path.count - 1, 0)) links"
        blocks.append("\(links): \(path.map(name).joined(separator: " - "))".wrapped(indent: 0))
      } else {
        blocks.append("no path to \(target) was found".wrapped(indent: 0))
      }
    }
    blocks.append(reply.edges.isEmpty ? "no links found\n" : table(reply.edges, name))
    var notes = ""
    if reply.cut { notes += "THIS IS NOT ALL: there are more links than are shown.\n" }
    if others > 0 {
      notes += others == 1 ? "1 link of another domain\n" : "\(others) links of other domains\n"
    }
    if !notes.isEmpty { blocks.append(notes) }
    return blocks.joined(separator: "\n")
  }

  private static func table(_ edges: [Edge], _ name: (String) -> String) -> String {
    var table = TextTable(["FROM", "", "TO", "DOMAIN", "WHEN", "GRADE", "BY"])
    for edge in edges {
      table.add(
        [
          name(edge.from), edge.role.cut(to: 24), name(edge.to), edge.domain ?? "", period(edge),
          edge.grade ?? "", edge.entry ?? "judged here",
        ], below: Marks.lines(edge.marks.map(Marks.emphasised), indent: 4))
    }
    return table.text
  }

  private static func period(_ edge: Edge) -> String {
    switch (edge.startDate, edge.endDate) {
    case (let start?, let end?): "\(start) to \(end)"
    case (let start?, nil): "since \(start)"
    case (nil, let end?): "until \(end)"
    case (nil, nil): ""
    }
  }
}
