import CommandLine

/// The verbs of passenger lists, and which function does each. Two words are looked for before one: `screen list` is no FILE.
enum ListTable {
  static let verbs = [
    ScreenVerb.verb, ScreenVerb.list, ExcludeVerbs.add, ExcludeVerbs.list, ExcludeVerbs.confirm,
    ExcludeVerbs.end,
  ]

  /// - Returns: false for a verb of another table.
  static func run(_ verb: Verb, _ arguments: Arguments) throws(Failure) -> Bool {
    switch verb.name {
    case "screen": try ScreenVerb.run(arguments)
    case "screen list": try ScreenVerb.runList(arguments)
    case "exclude": try ExcludeVerbs.runAdd(arguments)
    case "exclude list": try ExcludeVerbs.runList(arguments)
    case "exclude confirm": try ExcludeVerbs.runChange("confirm", arguments)
    case "exclude end": try ExcludeVerbs.runChange("end", arguments)
    default: return false
    }
    return true
  }
}
