internal import CLinux
internal import Glibc

/// A system call that failed: which one, on what, and why.
public struct SystemError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The errno value, positive.
  public let number: Int32
  /// The call's name, for example `connect`.
  public let call: String
  /// What it was done to: a path, an address.
  public let detail: String

  public init(number: Int32, call: String, detail: String = "") {
    self.number = number
    self.call = call
    self.detail = detail
  }

  /// For example `connect 127.0.0.1:9: Connection refused (ECONNREFUSED)`.
  public var description: String {
    let text = unsafe String(cString: liaison_error_text(number))
    let name = unsafe String(cString: liaison_error_name(number))
    let subject = detail.isEmpty ? call : "\(call) \(detail)"
    return "\(subject): \(text)" + (name.isEmpty ? "" : " (\(name))")
  }

  public var isNotFound: Bool { number == ENOENT || number == ENOTDIR }
  public var isNoSpace: Bool { number == ENOSPC || number == EDQUOT }
  public var isRefused: Bool { number == ECONNREFUSED }
  public var isTimeout: Bool { number == ETIMEDOUT }
  public var isPermission: Bool { number == EACCES || number == EPERM }
}

/// The result of a shim call: a value, or a negated errno.
@discardableResult
func check(
  _ result: Int64, _ call: StaticString, _ detail: @autoclosure () -> String = ""
) throws(SystemError) -> Int64 {
  guard result < 0 else { return result }
  throw SystemError(number: Int32(-result), call: "\(call)", detail: detail())
}
