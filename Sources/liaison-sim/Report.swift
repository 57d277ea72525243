import CommandLine

/// What a campaign prints.
struct Report {
  private var figures: [(name: String, value: String, isText: Bool)] = []
  var occurrences: [(name: String, count: Int)] = []
  /// What should have occurred and did not.
  var missing: [String] = []
  var failure: String?
  /// The line that shows the failure again.
  var replay: String?

  var isGood: Bool { failure == nil && missing.isEmpty }

  mutating func add(_ name: String, _ value: String, isText: Bool) {
    figures.append((name, value, isText))
  }

  func print(isJSON: Bool) { Output.print(isJSON ? json : text) }

  private var text: String {
    var text = ""
    for (name, count) in occurrences { text += "\(name): \(count)\n" }
    for (name, value, _) in figures { text += "\(name) \(value)\n" }
    for name in missing { text += "NEVER: \(name)\n" }
    if let failure { text += "FAILED: \(failure)\n" }
    if let replay { text += "\(replay)\n" }
    return text + (isGood ? "good\n" : "not good\n")
  }

  private var json: String {
    var members = figures.map { name, value, isText in
      "\(quoted(name)):" + (isText ? quoted(value) : value)
    }
    let counts = occurrences.map { "\(quoted($0.name)):\($0.count)" }.joined(separator: ",")
    members.append("\"occurred\":{\(counts)}")
    members.append("\"never\":[\(missing.map(quoted).joined(separator: ","))]")
    if let failure { members.append("\"failure\":\(quoted(failure))") }
    if let replay { members.append("\"replay\":\(quoted(replay))") }
    members.append("\"good\":\(isGood)")
    return "{\(members.joined(separator: ","))}\n"
  }

  private func quoted(_ text: String) -> String {
    var result = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      case "\0"..<" ": result += " "
      default: result.unicodeScalars.append(scalar)
      }
    }
    return "\"\(result)\""
  }
}

/// The progress line, where closures can show it.
final class Progress {
  private var line = ProgressLine()

  func show(_ text: String) { line.show(text) }
  func clear() { line.clear() }
}

extension Duration {
  var inSeconds: Double {
    let (seconds, attoseconds) = components
    return Double(seconds) + Double(attoseconds) / 1e18
  }
}

extension Double {
  func rounded(to places: Int) -> String {
    guard isFinite else { return "0" }
    if places == 0 { return "\(Int(self.rounded()))" }
    return "\((self * 10).rounded() / 10)"
  }
}
