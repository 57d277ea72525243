import JSON
import Testing

@testable import Node
import Varlink

@Suite("The messages that are written and read without Codable")
struct ControlRecordTests {
  private let records = [
    #"{"type":"a"}"#, #" {"type":"ä \" \\ \u00e9 \n","n":[1,2.5e3,null,true,{"x":"😀"}]}"#,
    "{\"type\":\t\"حسین\"}",
  ]

  @Test("A publish reaches the daemon with the records' exact bytes") func publish() throws {
    let request = try PublishRequest(
      to: ["be", "fr"], records: records, replicas: 2, timeout: 5, expiryDay: 30_000)
    let call = ControlCall.encode("Publish", request)
    #expect(call.last == 0 && call.dropLast().allSatisfy { $0 != 0 })
    let head = try CallHead(parsing: Array(call.dropLast()))
    #expect(head.method == "org.liaison.Node.Publish")
    var reader = try #require(head.parameters)
    #expect(try PublishRequest(reading: &reader) == request)
  }

  @Test("A page of a tail reaches the client as it was, marks and what is malformed too")
  func page() throws {
    var events = try records.enumerated().map {
      TailEvent(
        entry: "nl/1/\($0.offset)", time: UInt64.max - 1, record: try Record(checking: $0.element),
        disputed: $0.offset == 1 ? true : nil, late: $0.offset == 2 ? true : nil)
    }
    events.append(
      TailEvent(entry: "nl/1/9", time: 0, record: nil, malformed: "has a \"comma\" too many"))
    let page = TailPage(
      events: events, position: TailPosition(next: ["nl/1": 10, "be/2": .max]), more: true)
    for isLast in [true, false] {
      var writer = JSONWriter()
      writer.beginObject()
      if !isLast {
        writer.key("continues")
        writer.bool(true)
      }
      writer.key("parameters")
      page.write(to: &writer)
      writer.endObject()
      let (read, continues) = try ControlReply(message: writer.bytes).decode(TailPage.self)
      #expect(read == page)
      #expect(continues == !isLast)
    }
  }

  @Test(
    "What a partner sealed that is no record is an event with the reason, and none of its bytes")
  func malformed() throws {
    for sealed in [
      Array(#"{"type":"x",}"#.utf8), Array("{\"type\":\n\"x\"}".utf8), [0xff, 0xfe, 0x7b],
      Array(#"{"type":"x","type":"y"}"#.utf8), Array("\u{1b}[2J".utf8), [],
    ] {
      let event = TailEvent(entry: "nl/1/3", time: 1, opened: sealed, disputed: nil, late: nil)
      #expect(event.record == nil && event.malformed?.isEmpty == false)
      var writer = JSONWriter()
      event.write(to: &writer)
      #expect(writer.bytes.allSatisfy { (0x20..<0x7f).contains($0) })
    }
    let record = try Record(checking: #"{"type":"x"}"#)
    let event = TailEvent(
      entry: "nl/1/3", time: 1, opened: record.bytes, disputed: nil, late: true)
    #expect(event == TailEvent(entry: "nl/1/3", time: 1, record: record, late: true))
  }

  @Test("An error is the daemon's, wherever its name stands; anything else is not understood")
  func errors() throws {
    let error = #"{"error":"org.liaison.Node.UnknownNode","parameters":{"name":"be"}}"#
    let turned = #"{"parameters":{"name":"be"},"error":"org.liaison.Node.UnknownNode"}"#
    for text in [error, turned] {
      #expect(throws: ControlError.unknownNode("be")) {
        try ControlReply(message: Array(text.utf8)).decode(PublishReply.self)
      }
    }
    for text in ["{}", "[]", "", #"{"parameters":{"entries":7}}"#, #"{"parameters":{},"a":1,}"#] {
      let error = #expect(throws: ControlError.self) {
        try ControlReply(message: Array(text.utf8)).decode(PublishReply.self)
      }
      #expect(reason(error).contains("could not be understood"), "\(text)")
    }
  }

  @Test("More records, names or bytes than a call takes are refused before they are kept")
  func bounds() throws {
    let one = #""{\"type\":\"a\"}""#
    for (to, records) in [
      (#""be""#, Array(repeating: one, count: 257).joined(separator: ",")),
      (Array(repeating: #""be""#, count: 512).joined(separator: ","), one),
      (
        #""be""#,
        Array(
          repeating: #""{\"type\":\"\#(String(repeating: "a", count: 60_000))\"}""#, count: 9
        ).joined(separator: ",")
      ),
    ] {
      var reader = JSONReader(
        try JSONText(
          checking: Array("{\"to\":[\(to)],\"records\":[\(records)]}".utf8), by: .message))
      let error = #expect(throws: ControlError.self) { try PublishRequest(reading: &reader) }
      #expect(reason(error).hasPrefix("more than"))
    }
  }

  private func reason(_ error: ControlError?) -> String {
    guard case .refused(let reason, _) = error else { return "" }
    return reason
  }
}
