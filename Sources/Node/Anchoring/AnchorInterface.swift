internal import Varlink

/// The interface of the anchor socket.
public enum AnchorInterface {
  public static let name = "org.liaison.Anchor"
  public static var description: String { InterfaceText.anchor }
}
