internal import HubInterface
internal import Log
internal import Records
internal import Runtime
internal import SQL
internal import Text
internal import Varlink

/// Answers the calls of `org.liaison.Hub`, on the loop's thread. Every look is checked first,
/// answered from one snapshot, recorded, and sent when it is durable in the consultation log.
final class HubService {
  private(set) var facts: Facts
  private(set) var index: NameIndex
  private let methods = HubMethods()
  let desk: Desk
  let clock: SystemClock
  var users: Users
  var progress = HubProgress()
  /// nil: the daemon was not met yet, so that nobody knows whose log of consultations this is.
  var recorder: LookRecorder?
  /// The writer of the tables, and whether they can be reached.
  var database = DatabaseState()
  /// Why there is no consultation log, and so no look.
  var recorderProblem: String?
  /// How the consultation log is anchored; nil: nobody does that.
  var anchor: AnchorProgress?
  let startedAt: UInt64
  /// Watches and alerts; nil: without them.
  var alerts: AlertDesk?
  /// Screens a part of a list on other threads; set by the host.
  var screening: (ScreeningPool.Work, @escaping (Result<ScreenedPart, HubError>) -> Void) -> Void =
    { _, answer in answer(.failure(.busy)) }
  /// Tells the operator; set by the host.
  var report: (String) -> Void = { _ in }
  /// Rebuilds the facts; set by the host.
  var makeAnew: () throws -> Void = {}
  /// Copies what is not derived into a new folder; set by the host.
  var copyOriginals: (String) throws -> [String] = { _ in [] }
  static let version = Release.version

  init(facts: Facts, index: NameIndex, desk: Desk, users: Users, clock: SystemClock) {
    self.facts = facts
    self.index = index
    self.desk = desk
    self.users = users
    self.clock = clock
    startedAt = clock.wallMilliseconds
  }

  /// After a rebuild began: all that is derived is new, the looks go on.
  func replaceFacts(_ facts: Facts, _ index: NameIndex) {
    self.facts = facts
    self.index = index
  }

  func answer(_ call: HubSession.Call) {
    do {
      try dispatch(call)
    } catch let error as SQLError {
      call.fail(HubError.diskFailed(reason: "the records could not be read: \(error)"))
    } catch {
      call.fail(error)
    }
  }

  private func dispatch(_ call: HubSession.Call) throws {
    guard let method = methods[call.method] else { return try dispatchService(call) }
    try method(self)(call)
  }

  private func dispatchService(_ call: HubSession.Call) throws {
    switch call.method {
    case "org.varlink.service.GetInfo":
      _ = try call.parameters(NoParameters.self)
      call.finish(
        ServiceInfo(
          product: "liaison-hub", version: HubService.version, interfaces: [HubInterface.name]))
    case "org.varlink.service.GetInterfaceDescription":
      let request = try call.parameters(InterfaceRequest.self)
      switch request.interface {
      case HubInterface.name:
        call.finish(InterfaceDescription(description: HubInterface.description))
      case ServiceInfo.interface:
        call.finish(InterfaceDescription(description: ServiceInfo.description))
      default:
        let error = ServiceInfo.unknownInterface(request.interface)
        call.fail(error.name, error.parameters)
      }
    default:
      let error = ServiceInfo.unknown(call.method, of: [HubInterface.name])
      call.fail(error.name, error.parameters)
    }
  }

  // MARK: - Looks

  /// Asks one question and records the look; the answer leaves with its place in the consultation
  /// log. A look for something that is not there, or not for its purpose, is recorded as well
  /// (HUB-3).
  /// - Parameters:
  ///   - asked: for the log, in words.
  ///   - question: runs in one snapshot; returns what makes the reply when the account is known.
  func look(
    _ call: HubSession.Call, _ look: Look, verb: String, asked: String,
    _ question: (Questions) throws -> (LookAccount, UInt64) throws -> any Encodable & Sendable
  ) throws {
    let recorder = try mustRecord()
    let checked = try LookGate(users: users, desk: desk).check(look, of: call.user)
    let questions = Questions(facts: facts, index: index, desk: desk, look: checked)
    let answer = try HubService.answer {
      try facts.database.snapshotOfAny { try question(questions) }
    }
    let text = ConsultationText(
      checked, verb: verb, asked: String(asked.prefix(HubLimits.questionBytes)),
      returned: Array(questions.shown.prefix(HubLimits.returned)), hidden: questions.hiddenCount)
    let progress = progress
    recorder.record(text) { result in
      do {
        let index = try result.get()
        let account = LookAccount(
          consultation: Int(clamping: index), complete: progress.isComplete,
          hidden: questions.hiddenCount, hiddenFrom: questions.hiddenFrom,
          notes: questions.notes + (progress.note.map { [$0] } ?? []))
        call.finish(try answer.get()(account, index))
      } catch {
        call.fail(error)
      }
    }
  }

  /// An answer, or why there is none; what the disk failed at is neither.
  private static func answer<Reply>(_ question: () throws -> Reply) throws -> Result<
    Reply, HubError
  > {
    do { return .success(try question()) } catch let error as HubError { return .failure(error) }
  }
}

extension Database {
  /// A snapshot for a body that throws other errors, too.
  func snapshotOfAny<Result>(_ body: () throws -> Result) throws -> Result {
    var thrown: (any Error)?
    let result: Result? = try snapshot { () throws(SQLError) in
      do { return try body() } catch {
        thrown = error
        return nil
      }
    }
    if let thrown { throw thrown }
    guard let result else { preconditionFailure("neither a result nor an error") }
    return result
  }
}
