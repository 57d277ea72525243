import CommandLine
import Simulation

/// The output of a campaign.
struct Report {
  private var figures: [(name: String, value: String, isText: Bool)] = []
  var occurrences: [(name: String, count: Int)] = []
  /// Cases that should have occurred and did not.
  var missing: [String] = []
  var failure: String?
  /// The line that shows the failure again.
  var replay: String?

  var isGood: Bool { failure == nil && missing.isEmpty }

  mutating func add(_ name: String, _ number: some BinaryInteger) {
    figures.append((name, "\(number)", false))
  }

  mutating func add(_ name: String, _ number: Double, places: Int) {
    figures.append((name, number.rounded(to: places), false))
  }

  mutating func add(_ all: [Figure]) {
    for figure in all {
      switch figure.value {
      case .integer(let number): add(figure.name, number)
      case .decimal(let number, let places): add(figure.name, number, places: places)
      }
    }
  }

  mutating func add(_ name: String, text: String) { figures.append((name, text, true)) }

  /// Prints it.
  /// - Returns: the exit status.
  func finish(_ arguments: Arguments) -> Int32 {
    Output.print(arguments.has("--json") ? json : text)
    return isGood ? 0 : 1
  }

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

extension Double {
  /// - Parameter places: decimal places, 0 to 2.
  func rounded(to places: Int) -> String {
    guard isFinite else { return "0" }
    switch places {
    case 0: return "\(Int(self.rounded()))"
    case 1: return "\((self * 10).rounded() / 10)"
    default:
      let (whole, rest) = Int((self * 100).rounded()).quotientAndRemainder(dividingBy: 100)
      return "\(whole).\(rest < 10 ? "0" : "")\(rest)"
    }
  }
}
