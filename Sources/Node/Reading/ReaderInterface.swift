internal import Varlink

/// The interface of the reader socket.
public enum ReaderInterface {
  /// Stands before each method and error.
  public static let name = "org.liaison.Reader"
  /// The text of `Protocols/org.liaison.Reader.varlink`.
  public static var description: String { InterfaceText.reader }
}
