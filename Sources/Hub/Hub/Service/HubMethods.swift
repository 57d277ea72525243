internal import HubInterface
internal import Varlink

/// The methods of `org.liaison.Hub` by their names, each with what answers it.
struct HubMethods {
  typealias Method = (HubService) -> (HubSession.Call) throws -> Void
  private let methods: [String: Method]

  init() {
    let tables = [HubMethods.looks, HubMethods.alerts, HubMethods.lists, HubMethods.operation]
    methods = Dictionary(
      uniqueKeysWithValues: tables.joined().map { ("\(HubInterface.name).\($0.key)", $0.value) })
  }

  /// - Parameter name: with the interface. Nil: there is none of this name.
  subscript(name: String) -> Method? { methods[name] }

  private static var looks: [String: Method] {
    [
      "Search": HubService.search, "Dossier": HubService.dossier, "Compare": HubService.compare,
      "Match": HubService.match, "CheckDocument": HubService.checkDocument,
      "Judge": HubService.judge, "Links": HubService.links, "Trips": HubService.trips,
      "Money": HubService.money, "OpenCase": HubService.openCase,
      "CloseCase": HubService.closeCase, "Cases": HubService.cases,
      "Consultations": HubService.consultations, "Requests": HubService.requests,
      "Consents": HubService.consents, "Partners": { PartnersCall(service: $0).answer },
    ]
  }

  private static var alerts: [String: Method] {
    [
      "AddWatch": HubService.addWatch, "ChangeWatch": HubService.changeWatch,
      "Watches": HubService.watches, "Alerts": HubService.alerts,
      "ChangeAlerts": HubService.changeAlerts, "OfferHandOver": HubService.offerHandOver,
      "AcceptHandOver": HubService.acceptHandOver, "HandOvers": HubService.handOvers,
      "HookEvent": HubService.hookEvent, "HookDone": HubService.hookDone,
      "HookFailed": HubService.hookFailed,
    ]
  }

  private static var lists: [String: Method] {
    [
      "Screen": HubService.screen, "FinishList": HubService.finishList,
      "Screenings": HubService.screenings, "Exclude": HubService.exclude,
      "Exclusions": HubService.exclusions, "ChangeExclusion": HubService.changeExclusion,
    ]
  }

  private static var operation: [String: Method] {
    [
      "Status": HubService.status, "Stats": HubService.statistics, "Rebuild": HubService.rebuild,
      "Backup": HubService.backup,
    ]
  }
}
