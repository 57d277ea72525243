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
  var rebuild: () throws -> Void = {}
  /// Copies what is not derived into a new folder; set by the host.
  var backup: (String) throws -> [String] = { _ in [] }
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
    let prefix = HubInterface.name + "."
    guard call.method.hasPrefix(prefix) else { return try dispatchService(call) }
    switch call.method.dropFirst(prefix.count) {
    case "Search": try search(call)
    case "Dossier": try dossier(call)
    case "Compare": try compare(call)
    case "Match": try match(call)
    case "CheckDocument": try checkDocument(call)
    case "Judge": try judge(call)
    case "Links": try links(call)
    case "Trips": try trips(call)
    case "Money": try money(call)
    case "OpenCase": try openCase(call)
    case "CloseCase": try closeCase(call)
    case "Cases":
      _ = try call.parameters(NoParameters.self)
      call.finish(CasesReply(cases: try cases(of: call)))
    case "Consultations": try consultations(call)
    default:
      let method = String(call.method.dropFirst(prefix.count))
      if try !dispatchAlerts(call, method) { try dispatchOperation(call, method) }
    }
  }

  /// - Returns: false for another method.
  private func dispatchAlerts(_ call: HubSession.Call, _ method: String) throws -> Bool {
    switch method {
    case "AddWatch": try addWatch(call)
    case "ChangeWatch": try changeWatch(call)
    case "Watches": try watches(call)
    case "Alerts": try alerts(call)
    case "ChangeAlerts": try changeAlerts(call)
    case "OfferHandOver": try offerHandOver(call)
    case "AcceptHandOver": try acceptHandOver(call)
    case "HandOvers": try handOvers(call)
    case "HookEvent": try hookEvent(call)
    case "HookDone": try hookDone(call)
    case "HookFailed": try hookFailed(call)
    default: return try dispatchLists(call, method)
    }
    return true
  }

  private func dispatchLists(_ call: HubSession.Call, _ method: String) throws -> Bool {
    switch method {
    case "Screen": try screen(call)
    case "FinishList": try finishList(call)
    case "Screenings": try screenings(call)
    case "Exclude": try exclude(call)
    case "Exclusions": try exclusions(call)
    case "ChangeExclusion": try changeExclusion(call)
    default: return false
    }
    return true
  }

  private func dispatchOperation(_ call: HubSession.Call, _ method: String) throws {
    switch method {
    case "Status":
      _ = try call.parameters(NoParameters.self)
      call.finish(try status())
    case "Stats":
      _ = try call.parameters(NoParameters.self)
      call.finish(try Statistics(facts).reply())
    case "Rebuild":
      try mustBeOperator(call)
      _ = try call.parameters(NoParameters.self)
      try rebuild()
      call.finish(NoParameters())
    case "Backup":
      try mustBeOperator(call)
      call.finish(BackupReply(files: try backup(try call.parameters(BackupRequest.self).folder)))
    default:
      let error = ServiceInfo.unknown(call.method, of: [HubInterface.name])
      call.fail(error.name, error.parameters)
    }
  }

  private func mustBeOperator(_ call: HubSession.Call) throws(HubError) {
    guard !call.session.isOperator else { return }
    throw .notAllowed(
      reason: "\(call.user) is not who runs this hub",
      hint: "ask who does: only the hub's own user and root may do this")
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
