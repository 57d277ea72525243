import Foundation
import HubInterface
import Testing
import Varlink

@testable import liaison

@Suite("liaison links, routes, trips and money")
struct NetworkTests {
  private func run(_ words: [String], _ reply: some Encodable & Sendable) throws -> (
    ToolProcess.Result, [FakeHub.Call]
  ) {
    let hub = try FakeHub { _ in VarlinkReply.encode(reply) }
    defer { hub.stop() }
    let result = try ToolProcess.run(words + ["--hub", hub.folder] + ToolProcess.look)
    return (result, hub.calls)
  }

  // MARK: - Links

  private let links = LinksReply(
    edges: [
      Edge(
        from: "nl:a", to: "be:b", role: "recruits", domain: "terror", startDate: "2014",
        endDate: nil, entry: "nl/1/3", grade: "B2", marks: ["disputed"]),
      Edge(from: "be:b", to: "fr:c", role: "same", marks: []),
    ],
    nodes: [
      LinkNode(ref: "nl:a", type: "person", label: "Test A"),
      LinkNode(ref: "be:b", label: "Test B"),
    ], path: ["nl:a", "be:b", "fr:c"], cut: true, account: Made.account())

  @Test("Links with their names, and the path that was asked for")
  func linksText() throws {
    let (result, calls) = try run(
      ["links", "nl:a", "--to", "fr:c", "--depth", "3", "--domain", "terror"], links)
    #expect(result.status == 0, "\(result.errors)")
    for part in [
      "2 links: Test A (nl:a) - Test B (be:b) - fr:c\n", "recruits", "since 2014", "!! DISPUTED",
      "THIS IS NOT ALL", "1 link of another domain",
    ] {
      #expect(result.output.contains(part), "\(part): \(result.output)")
    }
    #expect(!result.output.contains("judged here"))
    let request = try calls[0].parameters(LinksRequest.self)
    #expect(request.to == "fr:c" && request.depth == 3 && request.ref == "nl:a")
    let (all, _) = try run(["links", "nl:a"], links)
    #expect(all.output.contains("judged here"))
    let (json, _) = try run(["links", "nl:a", "--json"], links)
    #expect(try VarlinkJSON.decode(LinksReply.self, from: Array(json.output.utf8)) == links)
  }

  // MARK: - Trips

  private static let ams = PlaceReport(name: "AMS", latitude: 52.31, longitude: 4.76)
  private static let ist = PlaceReport(name: "IST", latitude: 41.26, longitude: 28.74)

  private static func leg(
    _ from: PlaceReport?, _ to: PlaceReport?, _ depart: String? = "2015-03-01T06:30Z"
  )
    -> LegReport
  {
    LegReport(
      entry: "nl/1/9", trip: "nl:t", persons: ["nl:a"], mode: "air", carrier: "XX",
      service: "XX123", from: from, to: to, depart: depart, status: "booked", grade: "B2",
      others: ["be:b"], marks: ["H2"])
  }

  private let trips = TripsReply(
    legs: [
      leg(ams, ist), leg(ams, ist, "2015-02-01"), leg(ist, PlaceReport(name: "?")), leg(nil, ams),
      leg(PlaceReport(name: "bad", latitude: 91, longitude: 0), ams),
    ], cut: true, account: Made.account())

  @Test("Legs that have coordinates are lines; the others are counted on standard error")
  func geoJSON() throws {
    let (result, _) = try run(["trips", "nl:a", "--geojson"], trips)
    #expect(result.status == 0, "\(result.errors)")
    #expect(result.errors.contains("3 of 5 have no coordinates"))
    #expect(result.errors.contains("THIS IS NOT ALL"))
    let map = try JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [String: Any]
    #expect(map?["type"] as? String == "FeatureCollection")
    let features = try #require(map?["features"] as? [[String: Any]])
    #expect(features.count == 2)
    for feature in features {
      #expect(feature["type"] as? String == "Feature")
      let geometry = feature["geometry"] as? [String: Any]
      #expect(geometry?["type"] as? String == "LineString")
      // Longitude first.
      #expect(geometry?["coordinates"] as? [[Double]] == [[4.76, 52.31], [28.74, 41.26]])
      let properties = feature["properties"] as? [String: Any]
      #expect(properties?["service"] as? String == "XX123")
      #expect(properties?["persons"] as? [String] == ["nl:a"])
    }
  }

  @Test("A line that would cross the 180th meridian is two that end there (RFC 7946, 3.1.9)")
  func meridian() throws {
    let east = GeoJSON.Position(longitude: 170, latitude: 10)
    let west = GeoJSON.Position(longitude: -170, latitude: 20)
    #expect(
      GeoJSON.lines(east, west) == [
        [east, GeoJSON.Position(longitude: 180, latitude: 15)],
        [GeoJSON.Position(longitude: -180, latitude: 15), west],
      ])
    #expect(GeoJSON.lines(west, east).map { $0.map(\.longitude) } == [[-170, -180], [180, 170]])
    let ends = (
      GeoJSON.Position(longitude: 180, latitude: 1), GeoJSON.Position(longitude: -180, latitude: 1)
    )
    #expect(GeoJSON.lines(ends.0, ends.1).joined().allSatisfy { $0.latitude == 1 })
    let leg = NetworkTests.leg(
      PlaceReport(name: "a", latitude: 10, longitude: 170),
      PlaceReport(name: "b", latitude: 20, longitude: -170))
    let feature = try #require(GeoJSON.feature(leg))
    let text = String(decoding: GeoJSON.collection([feature]), as: UTF8.self)
    #expect(text.contains(#""type":"MultiLineString","coordinates":[[[170,10],[180,15]],["#))
  }

  @Test("Trips are legs; routes are legs by their places")
  func tripsText() throws {
    let (result, calls) = try run(["trips", "nl:a"], trips)
    #expect(result.lines.count { $0.contains("XX123") } == 5)
    #expect(result.output.contains("on the same service that day, by other records: be:b"))
    #expect(result.output.contains("!! H2"))
    #expect(try calls[0].parameters(TripsRequest.self).ref == "nl:a")
    let (routes, asked) = try run(["routes"], trips)
    #expect(try asked[0].parameters(TripsRequest.self).ref == nil)
    let row = routes.lines.first { $0.hasPrefix("AMS") }?.split(separator: " ").map(String.init)
    #expect(row?.prefix(5) == ["AMS", "IST", "2", "2015-02-01", "2015-03-01T06:30Z"])
    let (json, _) = try run(["routes", "--json"], trips)
    #expect(json.lines.count == 4)
    let (legs, _) = try run(["trips", "--json"], trips)
    #expect(
      try legs.lines.map { try VarlinkJSON.decode(LegReport.self, from: Array($0.utf8)) }
        == trips.legs)
    let (map, _) = try run(["routes", "--geojson"], trips)
    #expect(map.errors.contains("3 of 4 have no coordinates"))
  }

  // MARK: - Money

  @Test(
    "No cell is a formula, and none breaks its row",
    arguments: [
      ("plain", "plain"), ("=1+1", "'=1+1"), ("+31", "'+31"), ("-5", "'-5"), ("@x", "'@x"),
      (" =1", "\"' =1\""), ("\t=1", "\\u{9}=1"), ("\u{ff1d}1", "'\u{ff1d}1"),
      ("a,b", "\"a,b\""), ("say \"x\"", "\"say \"\"x\"\"\""), ("a\r\nb", "a\\u{d}\\u{a}b"),
      ("=HYPERLINK(\"x\")", "\"'=HYPERLINK(\"\"x\"\")\""), ("\u{202e}x", "\\u{202e}x"), ("", ""),
    ])
  func cells(_ text: String, _ expected: String) {
    #expect(CSV.cell(text) == expected)
  }

  private let money = MoneyReply(
    accounts: [Made.found("nl:acc", #"{"type":"account","iban":"BE00 TEST"}"#, type: "account")],
    payments: [
      PaymentReport(
        entry: "nl/1/20", ref: "nl:p", payer: "nl:a", beneficiary: "=cmd()", amount: "250.00",
        currency: "EUR", date: "2015-05-01", method: "hawala", reason: "a, b", grade: "B2",
        marks: ["disputed", "late"])
    ], cut: true, account: Made.account())

  @Test("Accounts and payments as text, as a table for a spreadsheet, and as JSON")
  func moneyForms() throws {
    let (text, calls) = try run(["money", "nl:a", "--since", "2015"], money)
    for part in [
      "BE00 TEST (account nl:acc)", "250.00", "hawala", "!! DISPUTED", "THIS IS NOT ALL",
    ] {
      #expect(text.output.contains(part), "\(part): \(text.output)")
    }
    #expect(try calls[0].parameters(MoneyRequest.self).since == "2015")
    let (csv, _) = try run(["money", "nl:a", "--csv"], money)
    #expect(
      csv.output
        == "date,amount,currency,payer,beneficiary,method,reason,grade,ref,entry,marks\r\n"
        + "2015-05-01,250.00,EUR,nl:a,'=cmd(),hawala,\"a, b\",B2,nl:p,nl/1/20,\"disputed; late\"\r\n"
    )
    #expect(csv.errors.contains("look 17 recorded") && csv.errors.contains("THIS IS NOT ALL"))
    let (json, _) = try run(["money", "nl:a", "--json"], money)
    #expect(json.lines.count == 2)
    #expect(json.lines[0].contains(#""record":{"type":"account","iban":"BE00 TEST"}"#))
    #expect(json.lines[1].contains(#""beneficiary":"=cmd()""#))
  }
}
