internal import Varlink

/// The interface of the hub's socket.
public enum HubInterface {
  public static let name = "org.liaison.Hub"
  public static var description: String { InterfaceText.hub }
}
