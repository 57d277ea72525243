import CommandLine

/// The verbs of requests for information, and which function does each.
enum RequestTable {
  static let commands = [
    Command(RequestSendVerb.verb, RequestSendVerb.run),
    Command(RequestListVerbs.list, RequestListVerbs.runList),
    Command(RequestListVerbs.show, RequestListVerbs.runShow),
    Command(RequestAnswerVerb.verb, RequestAnswerVerb.run),
    Command(RequestCloseVerb.verb, RequestCloseVerb.run),
  ]
}
