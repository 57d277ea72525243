internal import Varlink

/// The interface of the control socket.
enum ControlInterface {
  static let name = "org.liaison.Node"
  static var description: String { InterfaceText.node }
}
