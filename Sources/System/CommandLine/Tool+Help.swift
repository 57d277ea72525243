extension Tool {
  /// `liaison publish --to NAMES|all [--data DIR] [FILE.jsonl | -]`
  public func usage(_ verb: Verb) -> String {
    var parts = [command(verb)]
    parts += verb.options.filter(\.isRequired).map(\.usage)
    for option in verb.options where !option.isRequired {
      parts.append("[\(option.usage)]" + (option.repeats ? "…" : ""))
    }
    for argument in verb.arguments {
      let name = argument.isRequired ? argument.name : "[\(argument.name)]"
      parts.append(name + (argument.repeats ? "…" : ""))
    }
    return parts.joined(separator: " ")
  }

  /// The text that `TOOL --help` prints.
  public func help() -> String {
    if let only = verbs.first, only.name.isEmpty { return help(only) }
    let width = (verbs.map(\.name.count).max() ?? 0) + 2
    var text = "\(name): \(summary)\n\n"
    for verb in verbs { text += "  " + padded(verb.name, width) + verb.summary + "\n" }
    return text + "\n\(name) VERB --help says more; \(name) --man prints the manual page.\n"
  }

  /// The text that `TOOL VERB --help` prints.
  public func help(_ verb: Verb) -> String {
    var text = "\(usage(verb))\n\n\(verb.name.isEmpty ? summary : verb.summary).\n"
    for paragraph in verb.details { text += "\n" + wrapped(paragraph, 78) + "\n" }
    let rows = rows(verb) + [("--help", "print this")]
    let width = (rows.map(\.0.count).max() ?? 0) + 2
    text += "\n"
    for (left, right) in rows { text += "  " + padded(left, width) + right + "\n" }
    return text
  }

  /// Each argument and option with what it means.
  func rows(_ verb: Verb) -> [(String, String)] {
    verb.arguments.map { ($0.name, $0.summary) }
      + verb.options.map { option in
        (option.usage, option.summary + (option.fallback.map { " (default \($0))" } ?? ""))
      }
  }

  private func padded(_ text: String, _ width: Int) -> String {
    text + String(repeating: " ", count: max(1, width - text.count))
  }

  private func wrapped(_ text: String, _ width: Int) -> String {
    var lines: [String] = []
    var line = ""
    for word in text.split(separator: " ") {
      if !line.isEmpty, line.count + 1 + word.count > width {
        lines.append(line)
        line = ""
      }
      line += line.isEmpty ? String(word) : " " + word
    }
    return (lines + [line]).joined(separator: "\n")
  }
}
