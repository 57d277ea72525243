import CommandLine
import HubInterface
import Varlink

/// `trips`: each leg; `routes`: legs by the places that they join.
enum TripVerbs {
  private static let geoJSON = Option(
    "--geojson", summary: "a map layer (RFC 7946) of the legs whose places have coordinates")
  private static let options = [geoJSON, HubOptions.json] + HubOptions.look

  static let trips = Verb(
    "trips", "the legs of a person's trips, and who else was on them",
    details: [
      "Without REF the legs of trips that name no person.", HubOptions.recorded,
    ],
    arguments: [
      Argument("REF", "a record's name, for example nl:2015-0117", isRequired: false)
    ], options: options)

  static let routes = Verb(
    "routes", "from where to where, how often and when",
    details: [
      "Routes are made of the legs of trips that name no person; trips REF shows those of a person.",
      HubOptions.recorded,
    ], options: options)

  static func runTrips(_ arguments: Arguments) throws(Failure) {
    let ref = arguments.words.isEmpty ? nil : try arguments.reference(0)
    try run(
      arguments, ref, text: TripsText.legs, lines: { $0.map(VarlinkJSON.encode) },
      features: { $0.map(GeoJSON.feature) })
  }

  static func runRoutes(_ arguments: Arguments) throws(Failure) {
    try run(
      arguments, nil, text: { TripsText.routes(Route.routes($0)) },
      lines: { Route.routes($0).map(VarlinkJSON.encode) },
      features: { Route.routes($0).map(GeoJSON.feature) })
  }

  private static func run(
    _ arguments: Arguments, _ ref: String?, text: ([LegReport]) -> String,
    lines: ([LegReport]) -> [[UInt8]], features: ([LegReport]) -> [GeoJSON.Feature?]
  ) throws(Failure) {
    guard !arguments.has("--json") || !arguments.has("--geojson") else {
      throw Failure(.usage, "--json and --geojson are given together.", hint: "Give one of them.")
    }
    let look = try LookOptions(arguments).look
    let hub = try HubConnection(arguments.hub)
    let reply = try hub.call("Trips", TripsRequest(look: look, ref: ref), reply: TripsReply.self)
    let account = AccountText(look, reply.account)
    if arguments.has("--geojson") {
      let all = features(reply.legs)
      Output.print(records: [GeoJSON.collection(all.compactMap { $0 })])
      let without = all.count { $0 == nil }
      if without > 0 {
        Output.printError(
          "liaison: \(without) of \(all.count) have no coordinates and are not on the map\n")
      }
    } else if arguments.has("--json") {
      Output.print(records: lines(reply.legs))
    } else {
      Output.print(reply.legs.isEmpty ? "nothing found\n\n" : text(reply.legs) + "\n")
      if reply.cut { Output.print(cut) }
      account.print()
      return
    }
    if reply.cut { Output.printError("liaison: \(cut)") }
    account.printError()
  }

  private static let cut = "THIS IS NOT ALL: there are more legs than are shown.\n"
}
