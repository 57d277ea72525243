import CommandLine

/// The verbs that ask a hub, and which function does each.
enum HubTable {
  static let verbs =
    [
      SearchVerb.verb, PersonVerb.verb, MatchVerb.verb, CheckVerb.verb, JudgeVerbs.same,
      JudgeVerbs.notSame, JudgeVerbs.unsure, JudgeVerbs.undo, LinksVerb.verb, TripVerbs.routes,
      TripVerbs.trips, MoneyVerb.verb, CaseVerbs.open, CaseVerbs.close, CaseVerbs.list,
      ConsultationsVerb.verb, HubVerbs.status, HubVerbs.rebuild, HubVerbs.backup, HubVerbs.stats,
    ] + AlertTable.verbs + ListTable.verbs

  /// - Returns: false for a verb of another table.
  static func run(_ verb: Verb, _ arguments: Arguments) throws(Failure) -> Bool {
    switch verb.name {
    case "search": try SearchVerb.run(arguments)
    case "person": try PersonVerb.run(arguments)
    case "match": try MatchVerb.run(arguments)
    case "check": try CheckVerb.run(arguments)
    case "same", "not-same", "unsure", "undo": try JudgeVerbs.run(verb.name, arguments)
    case "links": try LinksVerb.run(arguments)
    case "routes": try TripVerbs.runRoutes(arguments)
    case "trips": try TripVerbs.runTrips(arguments)
    case "money": try MoneyVerb.run(arguments)
    case "case open": try CaseVerbs.runOpen(arguments)
    case "case close": try CaseVerbs.runClose(arguments)
    case "case list": try CaseVerbs.runList(arguments)
    case "consultations": try ConsultationsVerb.run(arguments)
    case "hub status": try HubVerbs.runStatus(arguments)
    case "hub rebuild": try HubVerbs.runRebuild(arguments)
    case "hub backup": try HubVerbs.runBackup(arguments)
    case "hub stats": try HubVerbs.runStats(arguments)
    default:
      if try AlertTable.run(verb, arguments) { return true }
      return try ListTable.run(verb, arguments)
    }
    return true
  }
}
