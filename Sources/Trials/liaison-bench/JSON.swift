/// The output of the benchmark: JSON whose members stay in the order in which they were written.
enum JSON {
  case text(String)
  case count(Int)
  /// Printed with about four significant digits.
  case figure(Double)
  case object([(String, JSON)])
  case list([JSON])

  /// - Parameter indented: one member a line; otherwise all on one line.
  func encode(indented: Bool) -> String {
    var text = ""
    write(to: &text, indented ? 0 : nil)
    return text + "\n"
  }

  private func write(to text: inout String, _ depth: Int?) {
    switch self {
    case .text(let value): text += "\"\(JSON.escaped(value))\""
    case .count(let value): text += "\(value)"
    case .figure(let value): text += JSON.rounded(value)
    case .object(let members):
      JSON.write(members, "{", "}", to: &text, depth) { member, text, depth in
        text += "\"\(JSON.escaped(member.0))\":" + (depth == nil ? "" : " ")
        member.1.write(to: &text, depth)
      }
    case .list(let values):
      JSON.write(values, "[", "]", to: &text, depth) { value, text, depth in
        value.write(to: &text, depth)
      }
    }
  }

  private static func write<Element>(
    _ elements: [Element], _ open: String, _ close: String, to text: inout String, _ depth: Int?,
    _ each: (Element, inout String, Int?) -> Void
  ) {
    text += open
    for (position, element) in elements.enumerated() {
      if position > 0 { text += "," }
      if let depth { text += "\n" + String(repeating: "  ", count: depth + 1) }
      each(element, &text, depth.map { $0 + 1 })
    }
    if let depth, !elements.isEmpty { text += "\n" + String(repeating: "  ", count: depth) }
    text += close
  }

  private static func rounded(_ value: Double) -> String {
    guard value.isFinite else { return "null" }
    let magnitude = abs(value)
    if magnitude >= 1_000 { return "\(Int(value.rounded()))" }
    var scale = 1.0
    var limit = 1_000.0
    while magnitude < limit, scale < 1_000_000 {
      scale *= 10
      limit /= 10
    }
    return "\((value * scale).rounded() / scale)"
  }

  private static func escaped(_ text: String) -> String {
    var result = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      case "\n": result += "\\n"
      case "\0"..<" ": result += " "
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result
  }
}
