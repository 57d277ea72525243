internal import Varlink

/// The interface of the reader socket.
public enum ReaderInterface {
  public static let name = "org.liaison.Reader"
  public static var description: String { InterfaceText.reader }
}
