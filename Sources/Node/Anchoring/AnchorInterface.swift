internal import Varlink

/// The interface of the anchor socket.
public enum AnchorInterface {
  /// Stands before the method and each error.
  public static let name = "org.liaison.Anchor"
  /// The text of `Protocols/org.liaison.Anchor.varlink`.
  public static var description: String { InterfaceText.anchor }
}
