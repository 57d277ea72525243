import CommandLine

/// The verbs of passenger lists, and which function does each. Two words are looked for before one:
/// `screen list` is no FILE.
enum ListTable {
  static let commands =
    [
      Command(ScreenVerb.verb, ScreenVerb.run),
      Command(ScreenVerb.list, ScreenVerb.runList),
      Command(ExcludeVerbs.add, ExcludeVerbs.runAdd),
      Command(ExcludeVerbs.list, ExcludeVerbs.runList),
      Command(
        ExcludeVerbs.confirm,
        { (arguments) throws(Failure) in try ExcludeVerbs.runChange("confirm", arguments) }),
      Command(
        ExcludeVerbs.end,
        { (arguments) throws(Failure) in try ExcludeVerbs.runChange("end", arguments) }),
    ]
}
