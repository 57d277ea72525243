import Foundation
import HubInterface
import Records
import Runtime
import Varlink

@testable import Hub

/// A hub that answers calls in memory: facts, desk and consultation log in a folder of its own.
final class QuestionHost {
  let facts: FactsHost
  let service: HubService
  let log: ConsultationLog
  private var output: [UInt8] = []
  private lazy var session = makeSession("testo")

  convenience init(_ changes: [EntryChange] = []) throws {
    let facts = try FactsHost()
    try facts.tell(changes)
    try self.init(facts)
  }

  init(_ facts: FactsHost) throws {
    self.facts = facts
    log = try ConsultationLog(folder: facts.folder + "/consultations", epoch: 1)
    service = HubService(
      facts: try Facts(facts.place), index: facts.index, desk: try Desk(facts.tables.storage.desk),
      users: Users(), clock: SystemClock())
    service.recorder = LookRecorder(log, clock: SystemClock())
    service.progress.link = .following
    service.progress.wasToldAll = true
  }

  /// Calls from now on come from this user.
  func connect(as user: String, isOperator: Bool = false) {
    session = makeSession(user, isOperator: isOperator)
  }

  private func makeSession(_ user: String, isOperator: Bool = false) -> HubSession {
    let session = HubSession(user: user, isOperator: isOperator) { [service] in
      service.answer($0)
    }
    session.send = { [unowned self] in output += $0 }
    return session
  }

  func ask<Reply: Decodable>(
    _ method: String, _ parameters: some Encodable, as type: Reply.Type = Reply.self
  ) throws -> Reply {
    output = []
    session.receive(VarlinkCall.encode("\(HubInterface.name).\(method)", parameters).span)
    service.recorder?.commit()
    return try VarlinkAnswer<HubError>(message: Array(output.dropLast())).decode(Reply.self)
      .parameters
  }

  /// The answer, whatever it says.
  func answer(_ method: String, _ parameters: some Encodable) throws(HubError) {
    output = []
    session.receive(VarlinkCall.encode("\(HubInterface.name).\(method)", parameters).span)
    service.recorder?.commit()
    _ = try VarlinkAnswer<HubError>(message: Array(output.dropLast())).decode(AnyReply.self)
  }

  private struct AnyReply: Decodable {}

  /// The last answer, with its end.
  var lastAnswerBytes: Int { output.count }

  /// The facts that one question sees, without its look.
  func questions() -> Questions {
    Questions(
      facts: service.facts, index: service.index, desk: service.desk,
      look: CheckedLook(user: "testo", purpose: .ct, reason: "a test", caseNumber: nil))
  }

  /// True when an answer left before the look was committed.
  func answersBeforeCommit(_ method: String, _ parameters: some Encodable) -> Bool {
    output = []
    session.receive(VarlinkCall.encode("\(HubInterface.name).\(method)", parameters).span)
    defer { service.recorder?.commit() }
    return !output.isEmpty
  }

  static let look = Look(purpose: "ct", reason: "a test")

  func search(_ text: String, type: String? = nil, look: Look = QuestionHost.look) throws
    -> SearchReply
  {
    try ask("Search", SearchRequest(look: look, text: text, type: type))
  }
}
