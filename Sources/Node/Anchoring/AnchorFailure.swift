public import Varlink

/// Why the node published no anchor (Protocols/hub.md, HUB-67). After `diskFailed` it may have.
public enum AnchorFailure: VarlinkFailure, Hashable {
  /// The node writes this log now.
  case otherEpoch(String)
  case notSigning(reason: String)
  /// Seconds until the next one is taken.
  case tooOften(seconds: Int)
  case diskFailed(reason: String)
  case busy
  case refused(reason: String, hint: String)
  case notUnderstood

  /// The members of these errors; each error has its own, the others are nil.
  public struct Parameters: Codable, Hashable, Sendable {
    /// The log that the node writes now: of `OtherEpoch`.
    public var origin: String?
    /// A clause without a full stop: of `NotSigning`, `DiskFailed` and `Refused`.
    public var reason: String?
    /// The remedy, or empty: of `Refused`.
    public var hint: String?
    /// The time to wait: of `TooOften`.
    public var seconds: Int?

    /// None of them.
    public init() {}
  }

  /// With the interface before it, as it stands in `error`.
  public var varlinkName: String {
    let name =
      switch self {
      case .otherEpoch: "OtherEpoch"
      case .notSigning: "NotSigning"
      case .tooOften: "TooOften"
      case .diskFailed: "DiskFailed"
      case .busy: "Busy"
      case .refused, .notUnderstood: "Refused"
      }
    return "\(AnchorInterface.name).\(name)"
  }

  /// Those that this error has.
  public var parameters: Parameters {
    var values = Parameters()
    switch self {
    case .otherEpoch(let origin): values.origin = origin
    case .notSigning(let reason), .diskFailed(let reason): values.reason = reason
    case .tooOften(let seconds): values.seconds = seconds
    case .busy, .notUnderstood: break
    case .refused(let reason, let hint):
      values.reason = reason
      values.hint = hint
    }
    return values
  }

  /// A name that is not known becomes `refused`: a newer daemon may have more errors.
  public init(varlinkName: String, parameters: Parameters?) {
    let values = parameters ?? Parameters()
    switch varlinkName {
    case "org.liaison.Anchor.OtherEpoch": self = .otherEpoch(values.origin ?? "")
    case "org.liaison.Anchor.NotSigning": self = .notSigning(reason: values.reason ?? "")
    case "org.liaison.Anchor.TooOften": self = .tooOften(seconds: max(0, values.seconds ?? 0))
    case "org.liaison.Anchor.DiskFailed": self = .diskFailed(reason: values.reason ?? "")
    case "org.liaison.Anchor.Busy": self = .busy
    case "org.liaison.Anchor.Refused":
      self = .refused(reason: values.reason ?? "", hint: values.hint ?? "")
    default:
      self = .refused(
        reason: "the daemon answered \(varlinkName)",
        hint: "use a liaison-hub and a liaisond of the same version")
    }
  }

  /// For the hub's operator.
  public var sentence: String {
    switch self {
    case .otherEpoch(let origin): "the node writes \(origin) now"
    case .notSigning(let reason): "the node does not sign: \(reason)"
    case .tooOften(let seconds): "the node takes the next anchor in \(seconds) s"
    case .diskFailed(let reason): "the node could not write it: \(reason)"
    case .busy: "the node is at another anchor"
    case .refused(let reason, let hint): "the node refused it: \(reason); \(hint)"
    case .notUnderstood: "the node's answer could not be understood"
    }
  }
}
