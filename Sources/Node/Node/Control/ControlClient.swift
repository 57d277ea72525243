public import Varlink

/// The client's half of `org.liaison.Node`, without the socket.
public enum ControlCall {
  /// The bytes of one call, NUL included.
  public static func encode(
    _ method: String, _ parameters: some Encodable, more: Bool = false
  ) -> [UInt8] {
    VarlinkCall.encode(ControlError.prefix + method, parameters, more: more)
  }

  /// The same without parameters.
  public static func encode(_ method: String) -> [UInt8] { encode(method, NoParameters()) }

  /// As the other `encode`, for messages that come by the thousand.
  public static func encode(_ method: String, _ parameters: some VarlinkWritable) -> [UInt8] {
    VarlinkCall.encode(ControlError.prefix + method, parameters)
  }
}

/// An answer of the daemon, as a client reads it.
public typealias ControlReply = VarlinkAnswer<ControlError>

extension ControlError: VarlinkFailure {
  /// A client's own: two versions talk to each other.
  public static let notUnderstood = ControlError.refused(
    reason: "the daemon's answer could not be understood",
    hint: "use a liaison and a liaisond of the same version")
}
