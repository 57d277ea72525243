/// The words of one command line, checked against its verb.
public struct Arguments: Sendable {
  var values: [String: [String]] = [:]
  /// Words without dashes, in order.
  public internal(set) var words: [String] = []

  /// - Parameter option: with its dashes.
  public func has(_ option: String) -> Bool { values[option] != nil }
  /// The option's value; its fallback where the table has one.
  public func value(_ option: String) -> String? { values[option]?.last }
  /// Every value of an option that repeats, in order; none where it was not given.
  public func all(_ option: String) -> [String] { values[option] ?? [] }

  /// The option's value as a number of `range`.
  public func number(_ option: String, in range: ClosedRange<Int>) throws(Failure) -> Int? {
    guard let text = value(option) else { return nil }
    guard let number = Int(text), range.contains(number) else {
      throw Failure(
        .usage, "\(option) is \"\(text)\".",
        hint: "Give a number from \(range.lowerBound) to \(range.upperBound).")
    }
    return number
  }
}

/// The outcome of a command line that is right.
public enum ParsedCommand: Sendable {
  case run(verb: Verb, arguments: Arguments)
  /// `--help`, `--version` or `--man` was asked for: print this and succeed.
  case print(String)
}

extension Tool {
  /// - Parameter words: the command line without the program's name.
  public func parse(_ words: [String]) throws(Failure) -> ParsedCommand {
    if let first = words.first, let text = general(first) { return .print(text) }
    let (verb, rest) = try findVerb(words)
    var arguments = Arguments()
    var optionsEnded = false
    var index = rest.startIndex
    while index < rest.endIndex {
      let word = rest[index]
      index += 1
      if optionsEnded || word == "-" || !word.hasPrefix("-") {
        arguments.words.append(word)
      } else if word == "--" {
        optionsEnded = true
      } else if word == "--help" || word == "-h" {
        return .print(help(verb))
      } else {
        try parseOption(word, verb, rest, &index, &arguments)
      }
    }
    try check(verb, &arguments)
    return .run(verb: verb, arguments: arguments)
  }

  private func general(_ word: String) -> String? {
    switch word {
    case "--help", "-h", "help": help()
    case "--version": "\(name) \(version)\n"
    case "--man": manPage()
    default: nil
    }
  }

  private func findVerb(_ words: [String]) throws(Failure) -> (Verb, ArraySlice<String>) {
    if let only = verbs.first, only.name.isEmpty { return (only, words[...]) }
    for count in [2, 1] where words.count >= count {
      let name = words[..<count].joined(separator: " ")
      if let verb = verbs.first(where: { $0.name == name }) { return (verb, words[count...]) }
    }
    guard let first = words.first else {
      throw Failure(.usage, "Which verb?", hint: "See \(name) --help.")
    }
    let below = verbs.filter { $0.name.hasPrefix(first + " ") }
    if !below.isEmpty {
      let list = below.map(\.name).joined(separator: ", ")
      throw Failure(.usage, "\"\(first)\" needs another word.", hint: "There is: \(list).")
    }
    throw Failure(
      .usage, "There is no verb \"\(first)\".",
      hint: suggestion(first, among: verbs.map(\.name)) ?? "See \(name) --help.")
  }

  private func parseOption(
    _ word: String, _ verb: Verb, _ rest: ArraySlice<String>, _ index: inout Int,
    _ arguments: inout Arguments
  ) throws(Failure) {
    let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
    let optionName = String(parts[0])
    guard let option = verb.options.first(where: { $0.name == optionName }) else {
      throw Failure(
        .usage, "\(command(verb)) has no option \(optionName).",
        hint: suggestion(optionName, among: verb.options.map(\.name))
          ?? "See \(command(verb)) --help.")
    }
    if arguments.has(optionName), !option.repeats {
      throw Failure(.usage, "\(optionName) is given twice.", hint: "Give it once.")
    }
    guard option.value != nil else {
      guard parts.count == 1 else {
        throw Failure(.usage, "\(optionName) takes no value.", hint: "Leave out \"=\(parts[1])\".")
      }
      arguments.values[optionName] = []
      return
    }
    let value: String
    if parts.count == 2 {
      value = String(parts[1])
    } else if index < rest.endIndex, !rest[index].hasPrefix("--") {
      value = rest[index]
      index += 1
    } else {
      throw Failure(.usage, "\(optionName) needs a value.", hint: "Write \(option.usage).")
    }
    guard !value.isEmpty else {
      throw Failure(.usage, "The value of \(optionName) is empty.", hint: "Write \(option.usage).")
    }
    arguments.values[optionName, default: []].append(value)
  }

  private func check(_ verb: Verb, _ arguments: inout Arguments) throws(Failure) {
    if arguments.words.count < verb.arguments.count(where: { $0.isRequired }) {
      let missing = verb.arguments[arguments.words.count]
      throw Failure(
        .usage, "\(missing.name) is missing: \(missing.summary).", hint: "Write \(usage(verb)).")
    }
    let repeats = verb.arguments.contains { $0.repeats }
    if arguments.words.count > verb.arguments.count, !repeats {
      throw Failure(
        .usage, "\"\(arguments.words[verb.arguments.count])\" is one word too many.",
        hint: "Write \(usage(verb)).")
    }
    for option in verb.options where !arguments.has(option.name) {
      if option.isRequired {
        throw Failure(
          .usage, "\(option.name) is missing: \(option.summary).", hint: "Write \(usage(verb)).")
      }
      if let fallback = option.fallback { arguments.values[option.name] = [fallback] }
    }
  }

  /// "Did you mean …?" for a slip of one or two letters.
  private func suggestion(_ word: String, among names: [String]) -> String? {
    let near = names.map { (distance(word, $0), $0) }.min { $0.0 < $1.0 }
    guard let near, near.0 <= 2 else { return nil }
    return "Did you mean \(near.1)?"
  }

  /// Levenshtein's distance.
  private func distance(_ a: String, _ b: String) -> Int {
    let a = Array(a.utf8)
    let b = Array(b.utf8)
    var row = Array(0...b.count)
    for i in a.indices {
      var diagonal = row[0]
      row[0] = i + 1
      for j in b.indices {
        let substituted = diagonal + (a[i] == b[j] ? 0 : 1)
        diagonal = row[j + 1]
        row[j + 1] = min(substituted, row[j] + 1, row[j + 1] + 1)
      }
    }
    return row[b.count]
  }
}
