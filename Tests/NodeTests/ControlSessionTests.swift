import Foundation
import Fuzzing
import JSON
import Testing

@testable import Node

/// Answers with values; what is asked for "soon" runs when the test says so.
final class FakeService: ControlService {
  var pending: [() -> Void] = []
  var later: [() -> Void] = []
  var published: [PublishRequest] = []
  var refusals: [String] = []
  var wakes: [ArrivalToken: () -> Void] = [:]
  var records: [String] = []

  func methods() -> [ControlMethod] {
    ControlAnswers.methods { [unowned self] in pending.append($0) }
  }

  var version: String { ControlAnswers.version }
  func publish(
    _ request: PublishRequest, isHeard: @escaping () -> Bool,
    reply: @escaping (Result<PublishReply, ControlError>) -> Void
  ) {
    published.append(request)
    let run = EntryRun(origin: "nl/1", first: 7, count: UInt64(request.records.count))
    pending.append { reply(.success(PublishReply(entries: [run]))) }
  }
  func tail(
    _ position: TailPosition, origin: String?, limits: TailLimits
  ) throws(ControlError) -> TailPage {
    let next = Int(position.next["nl/1"] ?? 0)
    let end = min(records.count, next + 1)
    let events = (next..<end).map {
      TailEvent(entry: "nl/1/\($0)", time: 1, record: try? Record(checking: records[$0]))
    }
    return TailPage(
      events: events, position: TailPosition(next: ["nl/1": UInt64(end)]),
      more: end < records.count)
  }
  func tailEnd() -> TailPosition { TailPosition(next: ["nl/1": UInt64(records.count)]) }
  func observeArrivals(_ wake: @escaping () -> Void) -> ArrivalToken {
    let token = ArrivalToken(number: UInt64(wakes.count))
    wakes[token] = wake
    return token
  }
  func cancel(_ token: ArrivalToken) { wakes[token] = nil }
  func controlInputRefused(_ reason: String) { refusals.append(reason) }
  func soon(_ work: @escaping () -> Void) { later.append(work) }

  func runLater() {
    while !later.isEmpty { later.removeFirst()() }
  }
}

@Suite struct ControlSessionTests {
  let service = FakeService()
  let session: ControlSession
  let output = Output()

  final class Output {
    var messages: [String] = []
    var pendingBytes = 0
  }

  init() {
    session = ControlSession(service: service)
    let output = output
    session.send = { output.messages.append(String(decoding: $0.dropLast(), as: UTF8.self)) }
    session.pendingOutputBytes = { output.pendingBytes }
  }

  func receive(_ text: String) { session.receive(Array(text.utf8).span) }

  @Test func answersACallThatArrivesInPieces() {
    for byte in Array("{\"method\":\"org.liaison.Node.Peers\"}\0".utf8) {
      session.receive([byte].span)
    }
    #expect(output.messages.count == 1)
    #expect(output.messages[0].contains("\"name\":\"be\""))
  }

  @Test("CTL-3: the next call waits for a publish") func keepsOrder() {
    receive(
      #"{"method":"org.liaison.Node.Publish","parameters":{"to":["be"],"records":["{\"type\":\"a\"}"]}}"#
        + "\0" + #"{"method":"org.liaison.Node.Reload"}"# + "\0")
    #expect(output.messages.isEmpty)
    service.pending.removeFirst()()
    #expect(output.messages.count == 2)
    #expect(output.messages[0].contains(#""first":7"#))
    #expect(output.messages[1].contains(#""added":["be"]"#))
  }

  @Test("CTL-3: publishes are under way together, and answered in their order")
  func publishesTogether() {
    let publish =
      #"{"method":"org.liaison.Node.Publish","parameters":{"to":["be"],"records":["{\"type\":\"a\"}"]}}"#
      + "\0"
    receive(publish + publish + #"{"method":"org.liaison.Node.Reload"}"# + "\0" + publish)
    #expect(service.published.count == 2)
    service.pending.removeLast()()
    #expect(output.messages.isEmpty)
    service.pending.removeFirst()()
    #expect(output.messages.count == 3)
    #expect(output.messages[2].contains(#""added":["be"]"#))
    #expect(service.published.count == 3)
  }

  @Test("no more publishes than the limit, and input is wanted again when one is answered")
  func boundsPublishes() {
    let publish =
      #"{"method":"org.liaison.Node.Publish","parameters":{"to":["be"],"records":["{\"type\":\"a\"}"]}}"#
      + "\0"
    let filler = String(repeating: publish, count: 2 * ControlLimits.pipelinedBytes / publish.count)
    var wanted: [Bool] = []
    session.changed = { [session] in wanted.append(session.wantsInput) }
    receive(filler)
    #expect(service.published.count == ControlLimits.publishesUnderWay)
    #expect(!session.wantsInput)
    while !service.pending.isEmpty { service.pending.removeFirst()() }
    #expect(wanted.first == false && wanted.last == true)
    #expect(service.published.count == output.messages.count)
  }

  @Test("CTL-6: a misspelt parameter is refused") func refusesUnknownParameter() {
    receive(
      #"{"method":"org.liaison.Node.Publish","parameters":{"to":["be"],"records":[],"replica":2}}"#
        + "\0")
    #expect(output.messages[0].contains(#""parameter":"replica""#))
    #expect(service.published.isEmpty)
  }

  @Test("CTL-11: one bad record, and nothing is published") func refusesBadRecord() {
    receive(
      #"{"method":"org.liaison.Node.Publish","parameters":{"to":["be"],"records":["{\"type\":\"a\"}","[]"]}}"#
        + "\0")
    #expect(output.messages[0].contains("org.liaison.Node.RecordRefused"))
    #expect(output.messages[0].contains(#""line":2"#))
    #expect(service.published.isEmpty)
  }

  @Test("A call whose JSON readers would understand differently is refused, not guessed at")
  func refusesLooseCalls() {
    for call in [
      #"{"method":"org.liaison.Node.Peers",}"#,
      #"{"method":"org.liaison.Node.Peers","method":"org.liaison.Node.Status"}"#,
      #"{"method":"org.liaison.Node.Publish","parameters":{"to":["be"],"to":["all"],"records":["{\"type\":\"a\"}"]}}"#,
      String(repeating: "[", count: 100_000), #"{"method":7}"#,
    ] {
      let service = FakeService()
      let session = ControlSession(service: service)
      session.receive((Array(call.utf8) + [0]).span)
      #expect(session.isClosed, "\(call.prefix(80))")
      #expect(service.published.isEmpty)
    }
  }

  @Test("Parameters may stand before the method, null is none, and a wrong type is named")
  func readsParameters() {
    receive(
      #"{"parameters":{"records":["{\"type\":\"a\"}"],"to":["be"],"timeout":null,"replicas":1},"#
        + "\n" + #""method":"org.liaison.Node.Publish"}"# + "\0")
    #expect(service.published.count == 1)
    #expect(service.published.first?.replicas == 1)
    service.pending.removeFirst()()
    for (parameters, wrong) in [
      (#"{"to":"be","records":[]}"#, "to"), (#"{"to":["be"],"records":[1]}"#, "records"),
      (#"{"to":["be"],"records":[],"replicas":1.5}"#, "replicas"),
      (#"{"to":["be"]}"#, "records"), (#"{"records":[]}"#, "to"), ("7", "parameters"),
    ] {
      receive(#"{"method":"org.liaison.Node.Publish","parameters":\#(parameters)}"# + "\0")
      #expect(output.messages.last?.contains(#""parameter":"\#(wrong)""#) == true, "\(parameters)")
    }
    #expect(service.published.count == 1)
  }

  @Test func garbageIsRefusedCountedAndEndsTheSession() {
    receive("GET / HTTP/1.1\r\n\0")
    #expect(session.isClosed)
    #expect(service.refusals.count == 1)
    #expect(output.messages[0].contains("org.liaison.Node.Refused"))
  }

  @Test func aMessageWithoutEndIsBounded() {
    let chunk = [UInt8](repeating: 0x20, count: 64 << 10)
    for _ in 0..<80 { session.receive(chunk.span) }
    #expect(session.isClosed)
    #expect(service.refusals.count == 1)
  }

  @Test func unknownMethodsAndInterfaces() {
    receive("{\"method\":\"org.liaison.Node.Nope\"}\0{\"method\":\"com.example.X\"}\0")
    #expect(output.messages[0].contains("org.varlink.service.MethodNotFound"))
    #expect(output.messages[1].contains("org.varlink.service.InterfaceNotFound"))
  }

  @Test("CTL-10: a tail pauses while its client takes nothing") func tailPauses() {
    service.records = ["{\"type\":\"a\"}", "{\"type\":\"b\"}"]
    output.pendingBytes = ControlLimits.outputBytes
    receive("{\"method\":\"org.liaison.Node.Tail\",\"more\":true}\0")
    service.runLater()
    #expect(output.messages.isEmpty)
    output.pendingBytes = 0
    session.outputDrained()
    service.runLater()
    #expect(output.messages.count == 2)
    #expect(output.messages[0].contains(#""continues":true"#))
    #expect(!output.messages[1].contains("continues"))
  }

  @Test func followWakesOnArrivalAndStopsWithTheClient() {
    receive(
      #"{"method":"org.liaison.Node.Tail","more":true,"parameters":{"follow":true}}"# + "\0")
    service.runLater()
    #expect(output.messages.isEmpty)
    service.records = ["{\"type\":\"a\"}"]
    for wake in service.wakes.values { wake() }
    service.runLater()
    #expect(output.messages.count == 1)
    session.disconnected()
    #expect(service.wakes.isEmpty)
  }

  @Test func theInterfaceIsThePublishedOne() throws {
    var folder = URL(fileURLWithPath: #filePath)
    for _ in 0..<3 { folder.deleteLastPathComponent() }
    let file = folder.appendingPathComponent("Protocols/org.liaison.varlink")
    #expect(ControlInterface.description == (try String(contentsOf: file, encoding: .utf8)))
  }
}
