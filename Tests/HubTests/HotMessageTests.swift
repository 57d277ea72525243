import Foundation
import HubInterface
import JSON
import Records
import Testing
import Varlink

@testable import Hub

@Suite("Messages that are written by hand are read by Codable as what they were")
struct HotMessageTests {
  private static let texts = [
    "", "Testo", "a/b \"quoted\" \\ back", "line\nfeed\ttab\r", "\u{0}\u{1}\u{1f}\u{7f}",
    "محمد علي",
    "\u{202e}left", "😀 𐍈", "\u{2028}\u{2029}", #"{"type":"person","notes":"x"}"#,
  ]
  private static let numbers = [0, 1, 0.93, 0.5, 1e-5, -0.35, 2.5, 0.1 + 0.2, 100, 1e-7]

  private struct Maker {
    var random: FactsTests.Seeded

    /// No message may have it.
    var mayHaveNUL = true

    mutating func text() -> String {
      let text = HotMessageTests.texts.randomElement(using: &random) ?? ""
      return mayHaveNUL ? text : text.filter { $0 != "\0" }
    }
    mutating func texts() -> [String] {
      (0..<Int.random(in: 0..<4, using: &random)).map { _ in text() }
    }
    mutating func number() -> Double { HotMessageTests.numbers.randomElement(using: &random) ?? 0 }
    mutating func maybe<Value>(_ value: (inout Maker) -> Value) -> Value? {
      Bool.random(using: &random) ? value(&self) : nil
    }
    mutating func count() -> Int { Int.random(in: 0..<1_000_000, using: &random) }

    mutating func account() -> LookAccount {
      LookAccount(
        consultation: count(), complete: Bool.random(using: &random), hidden: count(),
        hiddenFrom: texts(), notes: texts())
    }

    mutating func row() -> Row {
      Row(
        feature: text(), left: text(), right: text(), similarity: number(), weight: number(),
        contribution: number(), rule: text())
    }

    mutating func hits() -> [Hit] {
      (0..<Int.random(in: 0..<4, using: &random)).map { _ in
        Hit(
          found: Found(
            ref: maybe { $0.text() }, entry: text(), author: text(), time: count(), type: text(),
            record: text(), marks: texts()), kind: text(), score: number(),
          explanation: [row(), row()], sentence: text())
      }
    }

    mutating func look() -> Look {
      Look(
        purpose: maybe { $0.text() }, reason: maybe { $0.text() }, case: maybe { $0.count() })
    }
  }

  @Test("Replies", arguments: 1...200)
  func replies(seed: UInt64) throws {
    var maker = Maker(random: .init(state: seed))
    let search = SearchReply(
      hits: maker.hits(), equally: maker.maybe { $0.count() }, account: maker.account())
    #expect(try decode(search) == search)
    let zone = Zone(
      format: maker.text(), documentType: maker.text(), issuer: maker.text(),
      number: maker.text(), name: maker.text(), sex: maker.maybe { $0.text() },
      nationality: maker.text(), wellRead: true, problems: maker.texts())
    let check = CheckDocumentReply(
      zone: maker.maybe { _ in zone }, hits: maker.hits(), account: maker.account())
    #expect(try decode(check) == check)
  }

  private func decode<Reply: VarlinkWritable & Decodable>(_ reply: Reply) throws -> Reply {
    try VarlinkAnswer<HubError>(message: VarlinkReply.write(reply)).decode(Reply.self).parameters
  }

  @Test("Requests", arguments: 1...200)
  func requests(seed: UInt64) throws {
    var maker = Maker(random: .init(state: seed), mayHaveNUL: false)
    let search = SearchRequest(
      look: maker.look(), text: maker.text(), type: maker.maybe { $0.text() },
      from: maker.maybe { $0.text() }, since: maker.maybe { $0.text() },
      born: maker.maybe { $0.text() }, limit: maker.maybe { $0.count() })
    #expect(try read(search) == search)
    let check = CheckDocumentRequest(
      look: maker.look(), number: maker.maybe { $0.text() }, country: maker.maybe { $0.text() },
      zone: maker.maybe { $0.text() })
    #expect(try read(check) == check)
  }

  private func read<Request: VarlinkReadable & Encodable>(_ request: Request) throws -> Request {
    let call = Array(VarlinkCall.encode("org.liaison.Hub.Search", request).dropLast())
    var reader = try #require(try CallHead(parsing: call).parameters)
    return try Request(reading: &reader)
  }

  @Test(
    "What a call lacks, or has too much, is named as for every other call",
    arguments: [
      (#"{"look":{},"text":"x","limitt":3}"#, "limitt"), (#"{"look":{}}"#, "text"),
      (#"{"text":"x"}"#, "look"), (#"{"look":{},"text":7}"#, "text"),
      (#"{"look":{},"text":"x","limit":"many"}"#, "limit"),
    ])
  func wrongRequests(parameters: String, wrong: String) throws {
    let session = HubSession(user: "nobody") { call in
      do { _ = try call.parameters(SearchRequest.self) } catch { return call.fail(error) }
      call.finish(NoParameters())
    }
    var output: [UInt8] = []
    session.send = { output += $0 }
    let call = #"{"method":"org.liaison.Hub.Search","parameters":\#(parameters)}"#
    session.receive((Array(call.utf8) + [0]).span)
    let said = String(decoding: output, as: UTF8.self)
    #expect(said.contains(#""parameter":"\#(wrong)""#), "\(said)")
    #expect(said.contains("InvalidParameter"))
  }

  @Test("The body of a look", arguments: 1...50)
  func consultation(seed: UInt64) throws {
    var maker = Maker(random: .init(state: seed))
    let look = CheckedLook(
      user: maker.text(), purpose: .ct, reason: maker.text(), caseNumber: maker.maybe { $0.count() }
    )
    let text = ConsultationText(
      look, verb: maker.text(), asked: maker.text(), returned: maker.texts(),
      hidden: maker.count())
    let again = try VarlinkJSON.decode(ConsultationText.self, from: text.body)
    #expect(VarlinkJSON.encode(again) == VarlinkJSON.encode(text))
  }
}
