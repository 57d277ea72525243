internal import CLinux
internal import Glibc

/// A system call that failed: which one, on what, and why.
public struct SystemError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The errno value, positive.
  public let number: Int32
  /// The call's name, for example `connect`.
  public let call: String
  /// The object of the call: a path, an address.
  public let detail: String
  /// The thing that is there, where it is of another kind than what belongs there: "it is a pipe,
  /// and no file".
  public let found: String?

  /// - Parameter number: an errno value, positive.
  public init(number: Int32, call: String, detail: String = "", found: String? = nil) {
    self.number = number
    self.call = call
    self.detail = detail
    self.found = found
  }

  /// For example `connect 127.0.0.1:9: Connection refused (ECONNREFUSED)`.
  public var description: String {
    let subject = detail.isEmpty ? call : "\(call) \(detail)"
    return "\(subject): \(reason)"
  }

  /// The system's sentence, and the name that manuals use: `Connection refused (ECONNREFUSED)`.
  public var reason: String {
    if let found { return found }
    let text = unsafe String(cString: liaison_error_text(number))
    let name = unsafe String(cString: liaison_error_name(number))
    return text + (name.isEmpty ? "" : " (\(name))")
  }

  /// EFBIG, for what is too large by a limit of the program's own.
  public static let tooLarge = EFBIG

  /// Nothing of that name, or a file where a folder must be.
  public var isNotFound: Bool { number == ENOENT || number == ENOTDIR }
  /// Nobody listens there.
  public var isRefused: Bool { number == ECONNREFUSED }
  /// Nobody answered in time.
  public var isTimeout: Bool { number == ETIMEDOUT }
  /// A message beyond the limit of who reads it.
  public var isTooLong: Bool { number == EMSGSIZE }
  /// A right is missing; the file is there.
  public var isPermission: Bool { number == EACCES || number == EPERM }
  /// The file system is mounted so, or turned so after an error.
  public var isReadOnly: Bool { number == EROFS }
  /// Somebody else listens at that address.
  public var isInUse: Bool { number == EADDRINUSE }
  /// The machine has no descriptor or no memory at the moment, or was interrupted: it says nothing
  /// about the file.
  public var isShortage: Bool { Shortage.isPassing(-Int64(number)) }
  /// There, and not the kind of file that is asked for: a folder, a link, too long.
  public var isWrongKind: Bool {
    found != nil || number == EISDIR || number == ELOOP || number == EFBIG
  }

  /// The remedy that an operator has, for a file or a folder.
  public var advice: String {
    if found != nil { return "move it away: it is none of the node's files" }
    return switch number {
    case EACCES, EPERM: "run this as the user that owns the data folder"
    case ENOSPC, EDQUOT: "make room on that disk and try again"
    case EROFS: "that file system is mounted read-only: mount it for writing"
    case EISDIR: "name a file, not a folder"
    case ELOOP: "name the file itself: links and pipes are not followed here"
    case EFBIG: "that file is too long to be what is asked for: look at the path"
    case ENOENT, ENOTDIR: "look at the path"
    case EMFILE, ENFILE:
      "too many files are open: end other programs, or raise the limit (ulimit -n)"
    case ENOMEM: "there is too little memory: end other programs, and try again"
    default: "look at the disk and the path"
    }
  }
}

/// The result of a shim call: a value, or a negated errno.
@discardableResult
func check(
  _ result: Int64, _ call: StaticString, _ detail: @autoclosure () -> String = ""
) throws(SystemError) -> Int64 {
  guard result < 0 else { return result }
  throw SystemError(number: Int32(-result), call: "\(call)", detail: detail())
}
