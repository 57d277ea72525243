import CommandLine

/// The verbs that ask a hub, and which function does each.
enum HubTable {
  static let commands =
    [
      Command(SearchVerb.verb, SearchVerb.run),
      Command(PersonVerb.verb, PersonVerb.run),
      Command(MatchVerb.verb, MatchVerb.run),
      Command(CheckVerb.verb, CheckVerb.run),
      Command(
        JudgeVerbs.same, { (arguments) throws(Failure) in try JudgeVerbs.run("same", arguments) }),
      Command(
        JudgeVerbs.notSame,
        { (arguments) throws(Failure) in try JudgeVerbs.run("not-same", arguments) }),
      Command(
        JudgeVerbs.unsure,
        { (arguments) throws(Failure) in try JudgeVerbs.run("unsure", arguments) }),
      Command(
        JudgeVerbs.undo, { (arguments) throws(Failure) in try JudgeVerbs.run("undo", arguments) }),
      Command(LinksVerb.verb, LinksVerb.run),
      Command(TripVerbs.routes, TripVerbs.runRoutes),
      Command(TripVerbs.trips, TripVerbs.runTrips),
      Command(MoneyVerb.verb, MoneyVerb.run),
      Command(PartnersVerb.verb, PartnersVerb.run),
      Command(CaseVerbs.open, CaseVerbs.runOpen),
      Command(CaseVerbs.close, CaseVerbs.runClose),
      Command(CaseVerbs.list, CaseVerbs.runList),
      Command(ConsultationsVerb.verb, ConsultationsVerb.run),
      Command(HubVerbs.status, HubVerbs.runStatus),
      Command(HubVerbs.rebuild, HubVerbs.runRebuild),
      Command(HubVerbs.backup, HubVerbs.runBackup),
      Command(HubVerbs.stats, HubVerbs.runStats),
    ] + RequestTable.commands + SharingTable.commands + AlertTable.commands + ListTable.commands
}
