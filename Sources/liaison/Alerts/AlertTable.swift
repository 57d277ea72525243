import CommandLine

/// The verbs of watches and alerts, and which function does each.
enum AlertTable {
  static let verbs = [
    WatchVerbs.add, WatchVerbs.list, WatchVerbs.remove, WatchVerbs.pause, WatchVerbs.resume,
    AlertsVerb.verb, AlertVerbs.show, AlertVerbs.take, AlertVerbs.release, HandOverVerbs.offer,
    HandOverVerbs.accept, HandOverVerbs.list, AlertVerbs.close, AlertVerbs.confirm,
    AlertVerbs.reopen, HookVerb.verb,
  ]

  /// - Returns: false for a verb of another table.
  static func run(_ verb: Verb, _ arguments: Arguments) throws(Failure) -> Bool {
    switch verb.name {
    case "watch add": try WatchVerbs.runAdd(arguments)
    case "watch list": try WatchVerbs.runList(arguments)
    case "watch remove": try WatchVerbs.runChange("remove", arguments)
    case "watch pause": try WatchVerbs.runChange("pause", arguments)
    case "watch resume": try WatchVerbs.runChange("resume", arguments)
    case "alerts": try AlertsVerb.run(arguments)
    case "alert show": try AlertVerbs.runShow(arguments)
    case "alert take": try AlertVerbs.runChange("take", arguments)
    case "alert release": try AlertVerbs.runChange("release", arguments)
    case "alert hand-over": try HandOverVerbs.runOffer(arguments)
    case "alert accept": try HandOverVerbs.runAccept(arguments)
    case "alert hand-overs": try HandOverVerbs.runList(arguments)
    case "alert close": try AlertVerbs.runChange("close", arguments)
    case "alert confirm": try AlertVerbs.runChange("confirm", arguments)
    case "alert reopen": try AlertVerbs.runChange("reopen", arguments)
    case "hook": try HookVerb.run(arguments)
    default: return false
    }
    return true
  }
}
