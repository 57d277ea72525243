internal import CLinux
internal import Glibc

/// A blocking client of a Unix socket with NUL-terminated messages (Protocols/control.md), for the
/// command line.
public final class UnixClient {
  private let descriptor: Descriptor
  private let path: String
  private var buffer = [UInt8](repeating: 0, count: 64 * 1024)
  /// Received and not yet given out, from `receivedStart` on.
  private var received: [UInt8] = []
  private var receivedStart = 0

  /// Throws ENOENT or ECONNREFUSED when no daemon listens there. Each wait for the other side ends
  /// after `timeoutMilliseconds` with ETIMEDOUT; 0 waits for ever.
  public init(path: String, timeoutMilliseconds: UInt64 = 0) throws(SystemError) {
    self.path = path
    let (folderPath, name) = FileSystem.split(path)
    let folder = try Descriptor.open(folderPath, .folder)
    descriptor = try Descriptor.streamSocket(family: unixFamily, isBlocking: true)
    try descriptor.setTimeout(milliseconds: timeoutMilliseconds)
    let address = try UnixPath.address(name: name, in: folder, path: path)
    do throws(SystemError) {
      _ = try descriptor.connect(address, named: path)
    } catch {
      if let status = try? Descriptor.status(of: name, in: folder), !status.isSocket {
        throw SystemError(
          number: EINVAL, call: "connect", detail: path,
          found: "it is \(status.name), and no socket")
      }
      throw error.number == EAGAIN ? UnixClient.timeout("connect", path) : error
    }
  }

  /// How long the next waits may take; 0: for ever.
  public func setTimeout(milliseconds: UInt64) throws(SystemError) {
    try descriptor.setTimeout(milliseconds: milliseconds)
  }

  /// True when a message, or the end, is there now or within so many milliseconds.
  public func hasInput(within milliseconds: Int32) -> Bool {
    if hasMessage { return true }
    var asked = pollfd(fd: raw, events: Int16(POLLIN), revents: 0)
    // A signal is no input: who asks comes again.
    return unsafe poll(&asked, 1, milliseconds) > 0
  }

  /// A message was received with one before it: no wait for the socket would end for it.
  var hasMessage: Bool { received[receivedStart...].contains(0) }

  private static func timeout(_ call: String, _ path: String) -> SystemError {
    SystemError(number: ETIMEDOUT, call: call, detail: path)
  }

  var raw: Int32 { descriptor.raw }

  /// Sends all of it; the NUL byte is the caller's.
  public func write(_ bytes: [UInt8]) throws(SystemError) {
    var sent = 0
    while sent < bytes.count {
      let result = unsafe bytes.withUnsafeBytes { buffer in
        unsafe liaison_send(descriptor.raw, buffer.baseAddress! + sent, buffer.count - sent)
      }
      if result == -Int64(EINTR) { continue }
      if result == -Int64(EAGAIN) { throw UnixClient.timeout("send", path) }
      sent += Int(try check(result, "send", path))
    }
  }

  /// The next message without its NUL byte, nil when the other side closed between two messages.
  /// Throws ECONNRESET when it closed inside one, EMSGSIZE beyond `maxBytes`.
  public func readMessage(
    maxBytes: Int = Limits.controlMessageBytes
  ) throws(SystemError) -> [UInt8]? {
    var searched = receivedStart
    while true {
      if let end = received[searched...].firstIndex(of: 0) {
        let message = Array(received[receivedStart..<end])
        receivedStart = end + 1
        if receivedStart == received.count {
          received.removeAll(keepingCapacity: true)
          receivedStart = 0
        }
        return message
      }
      if receivedStart > 0 {
        received.removeSubrange(0..<receivedStart)
        receivedStart = 0
      }
      searched = received.count
      guard received.count <= maxBytes else {
        throw SystemError(number: EMSGSIZE, call: "recv", detail: path)
      }
      let count = buffer.count
      let result = unsafe liaison_recv(descriptor.raw, &buffer, count)
      if result == -Int64(EINTR) { continue }
      if result == -Int64(EAGAIN) { throw UnixClient.timeout("recv", path) }
      let found = Int(try check(result, "recv", path))
      if found == 0 {
        if received.isEmpty { return nil }
        throw SystemError(number: ECONNRESET, call: "recv", detail: path)
      }
      received.append(contentsOf: buffer[..<found])
    }
  }
}
