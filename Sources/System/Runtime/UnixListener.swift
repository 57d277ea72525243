internal import CLinux
internal import Glibc
internal import Text

/// Listens on a Unix stream socket. The path may be longer than the 107 bytes that a socket address
/// holds: it is reached through its folder's descriptor. The loop keeps the listener until `close`.
public final class UnixListener {
  /// As it was given; `close` removes the name.
  public let path: String
  private let folder: Descriptor
  private let name: String
  private let listener: StreamListener

  /// Replaces a socket that an earlier process left; anything else of that name throws EEXIST. The
  /// caller holds the data folder's lock, so that no living process is cut off. `mode` and `group`
  /// are set before anybody can connect.
  public init(
    loop: EventLoop, path: String, mode: UInt32 = 0o600, group: UInt32? = nil,
    onAccept: @escaping (Connection) -> Void
  ) throws(SystemError) {
    self.path = path
    let (folderPath, name) = FileSystem.split(path)
    self.name = name
    folder = try Descriptor.open(folderPath, .folder)
    if let status = try Descriptor.status(of: name, in: folder) {
      guard status.isSocket else {
        throw SystemError(
          number: EEXIST, call: "bind", detail: path, found: "it is \(status.name), and no socket")
      }
      try Descriptor.remove(name, in: folder)
    }
    let descriptor = try Descriptor.streamSocket(family: unixFamily, isBlocking: false)
    let address = try UnixPath.address(name: name, in: folder, path: path)
    try descriptor.bind(address, named: path)
    // Until `listen` every connect is refused, so that the mode is in force for the first one.
    if let group { try Descriptor.setGroup(name, in: folder, group) }
    try Descriptor.setMode(name, in: folder, mode)
    try descriptor.listen(named: path)
    listener = try StreamListener(loop: loop, descriptor: descriptor, onAccept: onAccept)
  }

  /// Stops listening and removes the name.
  public func close() {
    listener.close()
    try? Descriptor.remove(name, in: folder)
  }
}

enum UnixPath {
  /// The address of a socket in an open folder, whatever the length of the folder's own path.
  static func address(
    name: String, in folder: Descriptor, path: String
  ) throws(SystemError) -> SocketAddress {
    do throws(SystemError) {
      // Only a path that no address holds needs the detour over /proc, which a bare chroot lacks.
      let isShort = PathText.bytes(of: path).count < SocketAddress.unixPathBytes
      if !isShort, try FileSystem.status("/proc/self/fd") == nil {
        throw SystemError(number: ENAMETOOLONG, call: "address", detail: path)
      }
      return try SocketAddress(unixPath: isShort ? path : "/proc/self/fd/\(folder.raw)/\(name)")
    } catch {
      throw SystemError(number: error.number, call: "address", detail: path)
    }
  }
}
