internal import CInterfaces

/// The text of each interface of `Protocols/`, as `GetInterfaceDescription` answers with it.
public enum InterfaceText {
  /// `org.liaison.varlink`
  public static let node = unsafe read(liaison_node_interface())
  /// `org.liaison.Reader.varlink`
  public static let reader = unsafe read(liaison_reader_interface())
  /// `org.liaison.Anchor.varlink`
  public static let anchor = unsafe read(liaison_anchor_interface())
  /// `org.liaison.Hub.varlink`
  public static let hub = unsafe read(liaison_hub_interface())

  @unsafe private static func read(_ text: liaison_text) -> String {
    unsafe String(
      decoding: UnsafeBufferPointer(start: text.bytes, count: text.count), as: UTF8.self)
  }
}
