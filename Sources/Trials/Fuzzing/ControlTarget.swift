import JSON
import Node
import Varlink

/// Input that a client of the control socket may send, however it is cut.
enum ControlTarget {
  static func run(_ input: inout FuzzInput) {
    let kind = input.u8()
    let service = FuzzService()
    let session = ControlSession(service: service)
    var answers = 0
    session.send = { bytes in
      answers += 1
      check(bytes.last == 0, "an answer without its end")
      check(!bytes.dropLast().contains(0), "two answers in one")
    }
    session.pendingOutputBytes = { kind & 2 == 2 ? ControlLimits.outputBytes : 0 }
    let step = 1 + input.below(256)
    while !input.isEmpty, !session.isClosed {
      session.receive(input.take(step).span)
      if kind & 4 == 4 { service.settle() }
    }
    session.outputDrained()
    service.settle()
    session.disconnected()
    service.settle()
    check(service.wakes.isEmpty, "somebody who left is still woken")
  }

  /// Each method without parameters, and calls with those that there are.
  static var seeds: [[UInt8]] {
    let methods = InterfaceText.node.split(separator: "\n").filter { $0.hasPrefix("method ") }
      .map { $0.dropFirst("method ".count).prefix { $0 != "(" } }
    let publish =
      #"{"method":"org.liaison.Node.Publish","parameters":{"to":["be"],"records":["{\"type\":\"a\"}"],"replicas":1,"timeout":5,"expiryDay":30000}}"#
    let withdraw =
      #"{"method":"org.liaison.Node.Withdraw","parameters":{"records":["nl/1/4"],"replicas":0}}"#
    let calls =
      methods.map { #"{"method":"org.liaison.Node.\#($0)"}"# } + [
        publish, withdraw, #"{"method":"org.varlink.service.GetInfo"}"#,
        #"{"method":"org.varlink.service.GetInterfaceDescription","parameters":{"interface":"org.liaison.Node"}}"#,
        #"{"method":"org.liaison.Node.Peers","oneway":true}"#,
        #"{"method":"org.liaison.Node.Show","parameters":{"entry":"nl/1/3"}}"#,
        #"{"method":"org.liaison.Node.Disclose","parameters":{"entry":"nl/1/3","proof":true}}"#,
        #"{"method":"org.liaison.Node.Tail","more":true,"parameters":{"follow":true,"origin":"nl/1"}}"#,
        #"{"method":"org.liaison.Node.Tail","parameters":{"position":{"next":{"nl/1":1}}}}"#,
        #"{"method":"org.liaison.Node.Tail","more":true,"parameters":{"fresh":true}}"#,
        #"{"method":"org.liaison.Node.Backup","parameters":{"folder":"/tmp/x"}}"#,
        #"{"method":"org.liaison.Node.AdoptEpoch","parameters":{"origin":"nl/2"}}"#,
        #"{"method":"org.liaison.Node.ImportOpening","parameters":{"opening":"AAAA"}}"#,
      ]
    return calls.map { [4, 200] + Array($0.utf8) + [0] }
      + [[2, 3] + Array((publish + "\0" + withdraw + "\0").utf8)]
  }
}

/// A node of values.
private final class FuzzService: ControlService {
  private var pending: [() -> Void] = []
  private(set) var wakes: [ArrivalToken: () -> Void] = [:]
  private var observers: UInt64 = 0

  /// Answers what waits; a tail that follows would go on for ever.
  func settle() {
    for _ in 0..<64 where !pending.isEmpty { pending.removeFirst()() }
  }

  func methods() -> [ControlMethod] {
    ControlAnswers.methods { [unowned self] in pending.append($0) }
  }

  var version: String { ControlAnswers.version }

  func publish(
    _ request: PublishRequest, isHeard: @escaping () -> Bool,
    reply: @escaping (Result<PublishReply, ControlError>) -> Void
  ) {
    check(!request.records.isEmpty && !request.to.isEmpty, "an unlawful request went through")
    let count = UInt64(request.records.count)
    pending.append {
      reply(.success(PublishReply(entries: [EntryRun(origin: "nl/1", first: 7, count: count)])))
    }
  }

  func tail(
    _ position: TailPosition, origin: String?, limits: TailLimits
  ) throws(ControlError) -> TailPage {
    let next = position.next["nl/1"] ?? 0
    let events =
      next < 3
      ? [TailEvent(entry: "nl/1/\(next)", time: 1, record: try? Record(checking: #"{"type":"a"}"#))]
      : []
    return TailPage(
      events: events, position: TailPosition(next: ["nl/1": max(next, min(next, 2) + 1)]),
      more: next < 2)
  }

  func tailEnd() -> TailPosition { TailPosition(next: ["nl/1": 3]) }

  func observeArrivals(_ wake: @escaping () -> Void) -> ArrivalToken {
    observers += 1
    wakes[ArrivalToken(number: observers)] = wake
    return ArrivalToken(number: observers)
  }

  func cancel(_ token: ArrivalToken) { wakes[token] = nil }

  func controlInputRefused(_ reason: String) {}
  func soon(_ work: @escaping () -> Void) { pending.append(work) }
}
