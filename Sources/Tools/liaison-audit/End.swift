internal import Audit
internal import CommandLine

/// The output at the end.
struct End {
  let verdict: Verdict
  let text: String
  let json: JSON

  func print(isJSON: Bool) {
    let line = "RESULT \(verdict.word) \(verdict.code)\n"
    if isJSON {
      Output.print(json: json.text)
      Output.printError(line)
    } else {
      Output.print(text + line)
    }
  }
}

/// The part of JSON that is printed here.
indirect enum JSON {
  case string(String)
  case number(UInt64)
  case bool(Bool)
  case array([JSON])
  case object([(String, JSON)])

  var text: String {
    switch self {
    case .string(let text): JSON.quoted(text)
    case .number(let number): String(number)
    case .bool(let value): value ? "true" : "false"
    case .array(let values): "[" + values.map(\.text).joined(separator: ",") + "]"
    case .object(let fields):
      "{" + fields.map { JSON.quoted($0) + ":" + $1.text }.joined(separator: ",") + "}"
    }
  }

  private static func quoted(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      case "\n": result += "\\n"
      case "\u{0}"..<" ":
        let digits = String(scalar.value, radix: 16)
        result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result + "\""
  }
}
