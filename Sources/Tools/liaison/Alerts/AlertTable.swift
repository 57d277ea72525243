import CommandLine

/// The verbs of watches and alerts, and which function does each.
enum AlertTable {
  static let commands =
    [
      Command(WatchVerbs.add, WatchVerbs.runAdd),
      Command(WatchVerbs.list, WatchVerbs.runList),
      Command(
        WatchVerbs.remove,
        { (arguments) throws(Failure) in try WatchVerbs.runChange("remove", arguments) }),
      Command(
        WatchVerbs.pause,
        { (arguments) throws(Failure) in try WatchVerbs.runChange("pause", arguments) }),
      Command(
        WatchVerbs.resume,
        { (arguments) throws(Failure) in try WatchVerbs.runChange("resume", arguments) }),
      Command(AlertsVerb.verb, AlertsVerb.run),
      Command(AlertVerbs.show, AlertVerbs.runShow),
      Command(
        AlertVerbs.take,
        { (arguments) throws(Failure) in try AlertVerbs.runChange("take", arguments) }),
      Command(
        AlertVerbs.release,
        { (arguments) throws(Failure) in try AlertVerbs.runChange("release", arguments) }),
      Command(HandOverVerbs.offer, HandOverVerbs.runOffer),
      Command(HandOverVerbs.accept, HandOverVerbs.runAccept),
      Command(HandOverVerbs.list, HandOverVerbs.runList),
      Command(
        AlertVerbs.close,
        { (arguments) throws(Failure) in try AlertVerbs.runChange("close", arguments) }),
      Command(
        AlertVerbs.confirm,
        { (arguments) throws(Failure) in try AlertVerbs.runChange("confirm", arguments) }),
      Command(
        AlertVerbs.reopen,
        { (arguments) throws(Failure) in try AlertVerbs.runChange("reopen", arguments) }),
      Command(HookVerb.verb, HookVerb.run),
    ]
}
