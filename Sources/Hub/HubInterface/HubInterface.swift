internal import Varlink

/// The interface of the hub's socket.
public enum HubInterface {
  /// Stands before each method and error.
  public static let name = "org.liaison.Hub"
  /// The text of `Protocols/org.liaison.Hub.varlink`.
  public static var description: String { InterfaceText.hub }
}
