/// The options of `liaison-hub`.
public struct HubConfiguration: Sendable {
  /// The node's folder with its sockets.
  public var data: String
  /// The hub's own folder.
  public var hub: String

  /// `postgresql://…`; nil: files in the hub's folder.
  public var database: String?

  /// Between two anchors of the consultation log.
  public var anchorSeconds: Int

  /// The name under which the daemon knows this hub (Protocols/readability.md, READ-24).
  public var readerName: String

  /// So many records that only this hub has may be lost where its facts are made anew (HUB-15).
  public var lose: Int?

  /// For a node with one hub.
  public static let defaultReaderName = "hub"
  /// Ten minutes (HUB-60).
  public static let defaultAnchorSeconds = Int(HubLimits.anchorMilliseconds / 1_000)
  /// Where the package's unit has it.
  public static let defaultHub = "/var/lib/liaison-hub"

  /// - Parameter anchorSeconds: tests take fewer.
  public init(
    data: String, hub: String = HubConfiguration.defaultHub, database: String? = nil,
    anchorSeconds: Int = HubConfiguration.defaultAnchorSeconds,
    readerName: String = HubConfiguration.defaultReaderName
  ) {
    self.data = data
    self.hub = hub
    self.database = database
    self.anchorSeconds = anchorSeconds
    self.readerName = readerName
  }

  /// Where the daemon's sockets may be: in its folder, or where systemd puts it.
  var readerSockets: [String] { sockets("reader.socket") }
  var anchorSockets: [String] { sockets("anchor.socket") }

  private func sockets(_ name: String) -> [String] {
    ["\(data)/\(name)"] + (data == "/var/lib/liaison" ? ["/run/liaison/\(name)"] : [])
  }
}
