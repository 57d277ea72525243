public import Varlink

/// Why the node did not answer a call of `org.liaison.Reader` (Protocols/readability.md).
public enum ReaderFailure: VarlinkFailure, Hashable {
  case unknownEntry(String)
  /// The journal does not know the cursor, or not any more: compare in full.
  case unknownNumber(journal: String, number: UInt64)
  /// The disk does not take what has to be on it before anything is told.
  case diskFailed(reason: String)
  case busy
  /// Anything else.
  case refused(reason: String, hint: String)
  case notUnderstood

  /// The members of these errors; each error has its own, the others are nil.
  public struct Parameters: Codable, Hashable, Sendable {
    /// As it was asked for: of `UnknownEntry`.
    public var entry: String?
    /// As the cursor has it: of `UnknownNumber`.
    public var journal: String?
    /// As the cursor has it: of `UnknownNumber`.
    public var number: UInt64?
    /// A clause without a full stop: of `DiskFailed` and `Refused`.
    public var reason: String?
    /// The remedy, or empty: of `Refused`.
    public var hint: String?

    /// None of them.
    public init() {}
  }

  /// With the interface before it, as it stands in `error`.
  public var varlinkName: String {
    let name =
      switch self {
      case .unknownEntry: "UnknownEntry"
      case .unknownNumber: "UnknownNumber"
      case .diskFailed: "DiskFailed"
      case .busy: "Busy"
      case .refused, .notUnderstood: "Refused"
      }
    return "\(ReaderInterface.name).\(name)"
  }

  /// Those that this error has.
  public var parameters: Parameters {
    var values = Parameters()
    switch self {
    case .unknownEntry(let entry): values.entry = entry
    case .unknownNumber(let journal, let number):
      values.journal = journal
      values.number = number
    case .diskFailed(let reason): values.reason = reason
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
    case "org.liaison.Reader.UnknownEntry": self = .unknownEntry(values.entry ?? "")
    case "org.liaison.Reader.UnknownNumber":
      self = .unknownNumber(journal: values.journal ?? "", number: values.number ?? 0)
    case "org.liaison.Reader.DiskFailed": self = .diskFailed(reason: values.reason ?? "")
    case "org.liaison.Reader.Busy": self = .busy
    case "org.liaison.Reader.Refused":
      self = .refused(reason: values.reason ?? "", hint: values.hint ?? "")
    default:
      self = .refused(
        reason: "the daemon answered \(varlinkName)",
        hint: "use a liaison-hub and a liaisond of the same version")
    }
  }
}
