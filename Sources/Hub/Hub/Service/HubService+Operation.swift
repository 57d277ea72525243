internal import HubInterface
internal import Varlink

// Methods for whoever runs the hub.
extension HubService {
  func status(_ call: HubSession.Call) throws {
    _ = try call.parameters(NoParameters.self)
    call.finish(try status())
  }

  func statistics(_ call: HubSession.Call) throws {
    _ = try call.parameters(NoParameters.self)
    call.finish(try Statistics(facts).reply())
  }

  func rebuild(_ call: HubSession.Call) throws {
    try mustBeOperator(call)
    let request = try call.parameters(RebuildRequest.self)
    let kept = Int(clamping: try KeptRecords.count(facts.database))
    guard kept == 0 || request.lose == kept else {
      throw HubError.refused(
        reason: "\(kept) records are here alone: the node's keys for them were destroyed",
        hint: "rebuild with --lose \(kept), which cannot be undone")
    }
    try makeAnew()
    call.finish(NoParameters())
  }

  func backup(_ call: HubSession.Call) throws {
    try mustBeOperator(call)
    let request = try call.parameters(BackupRequest.self)
    call.finish(BackupReply(files: try copyOriginals(request.folder)))
  }

  private func mustBeOperator(_ call: HubSession.Call) throws(HubError) {
    guard !call.session.isOperator else { return }
    throw .notAllowed(
      reason: "\(call.user) is not who runs this hub",
      hint: "ask who does: only the hub's own user and root may do this")
  }
}
