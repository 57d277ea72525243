public import Varlink

/// Why a question was not answered (Protocols/hub.md, 7).
public enum HubError: Error, Hashable, Sendable {
  /// No readable record has this name, or none for this purpose.
  case notFound(String)
  /// The look lacks a purpose or reason, or has another than its user may have.
  case notAllowed(reason: String, hint: String)
  case unknownCase(Int)
  /// A watch, an alert, a hand-over, a hit, a list or an exclusion.
  case unknown(what: String, number: Int)
  /// The look could not be recorded, or the records could not be read: nothing was answered.
  case diskFailed(reason: String)
  case busy
  case refused(reason: String, hint: String)
}

/// `HubError` as varlink carries it.
public struct HubErrorParameters: Codable, Hashable, Sendable {
  /// As it was asked for: of `NotFound`.
  public var ref: String?
  /// The kind of thing, as `watch`: of `Unknown`.
  public var what: String?
  /// As it was asked for: of `Unknown` and `UnknownCase`.
  public var number: Int?
  /// A clause without a full stop: of `NotAllowed`, `DiskFailed` and `Refused`.
  public var reason: String?
  /// The remedy, or empty: of `NotAllowed` and `Refused`.
  public var hint: String?
}

extension HubError: VarlinkFailure {
  /// A client's own: two versions talk to each other.
  public static let notUnderstood = HubError.refused(
    reason: "the hub's answer could not be understood",
    hint: "use a liaison and a liaison-hub of the same version")

  /// With the interface before it, as it stands in `error`.
  public var varlinkName: String {
    let name =
      switch self {
      case .notFound: "NotFound"
      case .notAllowed: "NotAllowed"
      case .unknownCase: "UnknownCase"
      case .unknown: "Unknown"
      case .diskFailed: "DiskFailed"
      case .busy: "Busy"
      case .refused: "Refused"
      }
    return "\(HubInterface.name).\(name)"
  }

  /// Those that this error has, the others nil.
  public var parameters: HubErrorParameters {
    switch self {
    case .notFound(let ref): HubErrorParameters(ref: ref)
    case .unknownCase(let number): HubErrorParameters(number: number)
    case .unknown(let what, let number): HubErrorParameters(what: what, number: number)
    case .diskFailed(let reason): HubErrorParameters(reason: reason)
    case .busy: HubErrorParameters()
    case .notAllowed(let reason, let hint), .refused(let reason, let hint):
      HubErrorParameters(reason: reason, hint: hint)
    }
  }

  /// A name that is not known becomes `refused`: a newer hub may have more errors.
  public init(varlinkName: String, parameters: HubErrorParameters?) {
    let reason = parameters?.reason ?? ""
    let hint = parameters?.hint ?? ""
    switch varlinkName {
    case "org.liaison.Hub.NotFound": self = .notFound(parameters?.ref ?? "")
    case "org.liaison.Hub.NotAllowed": self = .notAllowed(reason: reason, hint: hint)
    case "org.liaison.Hub.UnknownCase": self = .unknownCase(parameters?.number ?? 0)
    case "org.liaison.Hub.Unknown":
      self = .unknown(what: parameters?.what ?? "number", number: parameters?.number ?? 0)
    case "org.liaison.Hub.DiskFailed": self = .diskFailed(reason: reason)
    case "org.liaison.Hub.Busy": self = .busy
    case "org.liaison.Hub.Refused": self = .refused(reason: reason, hint: hint)
    default:
      self = .refused(
        reason: "the hub answered \(varlinkName)",
        hint: "use a liaison and a liaison-hub of the same version")
    }
  }
}
