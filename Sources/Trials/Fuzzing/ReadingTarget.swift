import Hub
import Node
import Reading
import Varlink

/// Both ends of the reader socket: a message of the daemon as a hub takes it, and a client's bytes
/// as the daemon does.
enum ReadingTarget {
  static func run(_ input: inout FuzzInput) {
    switch input.u8() % 2 {
    case 0: page(input.rest())
    default: client(&input)
    }
  }

  /// A page that is read can be written, and reads the same.
  private static func page(_ message: [UInt8]) {
    _ = HubInputs.entries(ofMessage: message)
    guard
      let page = try? VarlinkAnswer<ReaderFailure>(message: message).decode(ReadingPage.self)
        .parameters
    else { return }
    let again = VarlinkReply.write(page)
    let read = try? VarlinkAnswer<ReaderFailure>(message: again).decode(ReadingPage.self).parameters
    check(read == page, "a page that was read and written is another")
  }

  private static func client(_ input: inout FuzzInput) {
    let kind = input.u8()
    let service = FuzzReadings()
    let session = ReaderSession(service: service)
    var answers = 0
    var isTaken = kind & 2 == 0
    session.send = { bytes in
      answers += 1
      check(bytes.last == 0, "an answer without its end")
      check(!bytes.dropLast().contains(0), "two answers in one")
    }
    session.pendingOutputBytes = { isTaken ? 0 : ReaderLimits.outputBytes }
    let step = 1 + input.below(256)
    while !input.isEmpty, !session.isClosed {
      session.receive(input.take(step).span)
      if kind & 4 == 4 { service.settle() }
    }
    isTaken = true
    session.outputDrained()
    service.settle()
    session.disconnected()
    service.settle()
    check(service.wakes.isEmpty, "a reader who left is still woken")
    let end = answers
    service.settle()
    check(answers == end, "a reader who left is still told")
  }

  // MARK: Seeds

  private static let log = String(repeating: "a1", count: 32)
  private static let start =
    #""v":1,"basis":"fact","grade":"B2","handling":["H0"],"purpose":["ct"],"#

  private static func readable(_ entry: String, _ record: String, _ more: String = "") -> String {
    let text = record.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"")
    return
      #"{"log":"\#(log)","entry":"\#(entry)","readable":true,"why":"arrived","time":1700000000000,"record":"\#(text)"\#(more)}"#
  }

  private static func gone(_ entry: String, _ more: String = "") -> String {
    #"{"log":"\#(log)","entry":"\#(entry)","readable":false,"why":"withdrawn"\#(more)}"#
  }

  private static func message(_ changes: String..., complete: Bool = true) -> String {
    #"{"continues":true,"parameters":{"changes":[\#(changes.joined(separator: ","))],"complete":\#(complete),"cursor":{"journal":"\#(String(repeating: "0", count: 80))","next":{"\#(log)":18},"number":7},"more":false}}"#
  }

  static var seeds: [[UInt8]] {
    let person =
      #"{"type":"person",\#(start)"id":"a","category":"suspect","name":[{"full":"Testo Primero"}],"birthDate":["1987"]}"#
    let messages = [
      message(), message(complete: false), message(readable("nl/1/3", person)),
      message(
        readable("nl/1/3", person), readable("nl/1/4", person), readable("nl/2/1", person)),
      message(readable("nl/1/3", person, #","disputed":true"#), readable("nl/1/2", person)),
      message(readable("nl/1/3", person), gone("nl/1/3"), readable("nl/1/3", "{\"type\":\"x\"}")),
      message(gone("nl/1/0", #","count":1099511627776"#)),
      message(
        readable(
          "be/1/9",
          #"{"type":"document",\#(start)"id":"d","documentType":"P","range":{"from":"AB001","to":"AB099"},"holder":"nl:a"}"#,
          #","expiryDay":20000,"late":true"#)),
      message(
        readable(
          "be/1/9",
          #"{"type":"trip",\#(start)"id":"t","person":["nl:a"],"legs":[{"service":"XX 1","depart":"2026-01-05T10:00"}]}"#
        ),
        #"{"log":"\#(log)","entry":"be/1/10","readable":true,"why":"arrived","malformed":"is no record"}"#
      ),
      #"{"error":"org.liaison.Reader.UnknownNumber","parameters":{"journal":"x","number":7}}"#,
    ]
    let calls = [
      #"{"method":"org.varlink.service.GetInfo"}"#,
      #"{"method":"org.liaison.Reader.Status"}"#,
      #"{"method":"org.liaison.Reader.Show","parameters":{"entry":"nl/1/3"}}"#,
      #"{"method":"org.liaison.Reader.Changes","more":true,"parameters":{"follow":true}}"#,
      #"{"method":"org.liaison.Reader.Changes","parameters":{}}"#,
      #"{"method":"org.liaison.Reader.Changes","more":true,"parameters":{"cursor":{"journal":"x","number":3,"next":{"\#(log)":5}}}}"#,
      #"{"method":"org.liaison.Reader.Changes","oneway":true}"#,
    ]
    return messages.map { [0] + Array($0.utf8) }
      + calls.map { [1, 4, 200] + Array($0.utf8) + [0] }
      + [[1, 2, 9] + Array((calls[3] + "\0" + calls[1] + "\0").utf8)]
      + sealed(person).map { [0] + Array($0.utf8) }
  }

  /// Entries whose audience is known, and what is left of them when they are gone.
  private static func sealed(_ person: String) -> [String] {
    let grants = #"],"grants":[{"index":2,"log":"\#(log)","members":["be","nl"]}],"complete""#
    let gone = gone("nl/1/4", #","time":1700000000000,"expiryDay":20000,"grant":2"#)
    return [
      message(readable("nl/1/3", person, #","grant":2"#), gone),
      message(readable("nl/1/4", person, #","grant":2"#), gone, readable("nl/1/3", person)),
      message(gone, readable("nl/1/4", person, #","grant":7,"late":true"#)),
    ].map { $0.replacing(#"],"complete""#, with: grants) }
  }
}
