/// `ControlError` as varlink carries it: a name under `org.liaison.Node.` and its parameters.
public struct ControlErrorParameters: Codable, Hashable, Sendable {
  var entry: String?
  var name: String?
  var reason: String?
  var hint: String?
  var line: Int?
  var entries: [EntryRun]?
  var stored: Int?
  var wanted: Int?
  var peers: [String]?
  var origin: String?
}

extension ControlError {
  static let prefix = "org.liaison.Node."

  var varlinkName: String {
    let name =
      switch self {
      case .unknownEntry: "UnknownEntry"
      case .unknownNode: "UnknownNode"
      case .closedHere: "ClosedHere"
      case .waiting: "Waiting"
      case .epochMoved: "EpochMoved"
      case .diskFull: "DiskFull"
      case .diskFailed: "DiskFailed"
      case .recordRefused: "RecordRefused"
      case .notReplicated: "NotReplicated"
      case .attachmentStale: "AttachmentStale"
      case .busy: "Busy"
      case .refused: "Refused"
      }
    return ControlError.prefix + name
  }

  var parameters: ControlErrorParameters {
    var values = ControlErrorParameters()
    switch self {
    case .unknownEntry(let entry): values.entry = entry
    case .unknownNode(let name): values.name = name
    case .closedHere(let reason), .diskFailed(let reason): values.reason = reason
    case .waiting(let peers): values.peers = peers
    case .epochMoved(let origin): values.origin = origin
    case .diskFull, .busy, .attachmentStale: break
    case .recordRefused(let line, let reason, let hint):
      values.line = line
      values.reason = reason
      values.hint = hint
    case .notReplicated(let entries, let stored, let wanted):
      values.entries = entries
      values.stored = stored
      values.wanted = wanted
    case .refused(let reason, let hint):
      values.reason = reason
      values.hint = hint
    }
    return values
  }

  /// The error that a client reads from an error reply; a name it does not know becomes `refused`
  /// with that name.
  public init(varlinkName: String, parameters: ControlErrorParameters?) {
    let values = parameters ?? ControlErrorParameters()
    let reason = values.reason ?? ""
    switch varlinkName {
    case "org.liaison.Node.UnknownEntry": self = .unknownEntry(values.entry ?? "")
    case "org.liaison.Node.UnknownNode": self = .unknownNode(values.name ?? "")
    case "org.liaison.Node.ClosedHere": self = .closedHere(reason: reason)
    case "org.liaison.Node.Waiting": self = .waiting(peers: values.peers ?? [])
    case "org.liaison.Node.EpochMoved": self = .epochMoved(values.origin ?? "")
    case "org.liaison.Node.DiskFull": self = .diskFull
    case "org.liaison.Node.DiskFailed": self = .diskFailed(reason: reason)
    case "org.liaison.Node.RecordRefused":
      self = .recordRefused(
        line: values.line ?? 0, reason: reason, hint: values.hint ?? "")
    case "org.liaison.Node.NotReplicated":
      self = .notReplicated(
        entries: values.entries ?? [], stored: values.stored ?? 0, wanted: values.wanted ?? 0)
    case "org.liaison.Node.AttachmentStale": self = .attachmentStale
    case "org.liaison.Node.Busy": self = .busy
    case "org.liaison.Node.Refused": self = .refused(reason: reason, hint: values.hint ?? "")
    default:
      self = .refused(
        reason: "the daemon answered \(varlinkName)",
        hint: "use a liaison and a liaisond of the same version")
    }
  }
}
