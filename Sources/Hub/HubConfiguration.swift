/// What `liaison-hub` was told.
public struct HubConfiguration: Sendable {
  /// The node's folder with its sockets.
  public var data: String
  /// The hub's own folder.
  public var hub: String

  public static let defaultHub = "/var/lib/liaison-hub"

  public init(data: String, hub: String = HubConfiguration.defaultHub) {
    self.data = data
    self.hub = hub
  }

  /// Where the daemon's reader socket may be: in its folder, or where systemd puts it.
  var readerSockets: [String] {
    [data + "/reader.socket"] + (data == "/var/lib/liaison" ? ["/run/liaison/reader.socket"] : [])
  }
}
