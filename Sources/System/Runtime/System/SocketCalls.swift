internal import CLinux
internal import Glibc

/// The calls on sockets. Those that may find nothing to do return nil instead of EAGAIN.
extension Descriptor {
  static func streamSocket(family: Int32, isBlocking: Bool) throws(SystemError) -> Descriptor {
    let type = Int32(SOCK_STREAM.rawValue) | (isBlocking ? 0 : Int32(SOCK_NONBLOCK.rawValue))
    return Descriptor(owning: try check(liaison_socket(family, type), "socket"))
  }

  static func datagramSocket() throws(SystemError) -> Descriptor {
    let type = Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_NONBLOCK.rawValue)
    return Descriptor(owning: try check(liaison_socket(unixFamily, type), "socket"))
  }

  func bind(_ address: SocketAddress, named name: String) throws(SystemError) {
    try check(unsafe liaison_bind(raw, address.bytes, UInt32(address.bytes.count)), "bind", name)
  }

  func listen(
    named name: String, backlog: Int32 = Limits.listenBacklog
  ) throws(SystemError) {
    try check(liaison_listen(raw, backlog), "listen", name)
  }

  /// True when it is connected, false when that is still under way (non-blocking sockets).
  func connect(_ address: SocketAddress, named name: String) throws(SystemError) -> Bool {
    let result = unsafe liaison_connect(raw, address.bytes, UInt32(address.bytes.count))
    if result == -Int64(EINPROGRESS) || result == -Int64(EINTR) { return false }
    try check(result, "connect", name)
    return true
  }

  /// nil when nobody waits, or when who waited has gone.
  func accept() throws(SystemError) -> Descriptor? {
    let result = liaison_accept(raw)
    let passing = [EAGAIN, EINTR, ECONNABORTED, EPROTO, ENETDOWN, EHOSTDOWN, EHOSTUNREACH]
    if passing.contains(Int32(-result)) { return nil }
    return Descriptor(owning: try check(result, "accept"))
  }

  /// Reads into `buffer`: the bytes read, 0 at the end of the stream, nil when there are none now.
  func receive(into buffer: inout [UInt8]) throws(SystemError) -> Int? {
    let count = buffer.count
    let result = unsafe liaison_recv(raw, &buffer, count)
    if result == -Int64(EAGAIN) || result == -Int64(EINTR) { return nil }
    return Int(try check(result, "recv"))
  }

  /// Sends from `offset` on: the bytes the kernel took, nil when it takes none now.
  func send(_ bytes: [UInt8], from offset: Int) throws(SystemError) -> Int? {
    let result = unsafe bytes.withUnsafeBytes { buffer in
      unsafe liaison_send(raw, buffer.baseAddress! + offset, buffer.count - offset)
    }
    if result == -Int64(EAGAIN) || result == -Int64(EINTR) { return nil }
    return Int(try check(result, "send"))
  }

  func shutdownWriting() { _ = liaison_shutdown_write(raw) }

  func takeError(_ call: StaticString, _ detail: String) throws(SystemError) {
    let waiting = try check(liaison_take_error(raw), "getsockopt")
    if waiting != 0 { throw SystemError(number: Int32(waiting), call: "\(call)", detail: detail) }
  }

  /// Small messages leave at once: the loop coalesces them itself.
  func setNoDelay() { _ = liaison_set_option(raw, Int32(IPPROTO_TCP), TCP_NODELAY, 1) }

  func setReuseAddress() { _ = liaison_set_option(raw, SOL_SOCKET, SO_REUSEADDR, 1) }

  /// Lets an IPv6 socket take IPv4 too, which arrives as mapped addresses.
  func acceptBothFamilies() { _ = liaison_set_option(raw, Int32(IPPROTO_IPV6), IPV6_V6ONLY, 0) }

  /// Sets the time that a blocking socket waits; 0 waits for ever.
  func setTimeout(milliseconds: UInt64) throws(SystemError) {
    try check(liaison_set_timeout(raw, milliseconds), "setsockopt")
  }

  /// The user id at the other end of a Unix socket, as the kernel vouches for it.
  var peerUserID: UInt32? {
    let result = liaison_peer_user(raw)
    return result < 0 ? nil : UInt32(truncatingIfNeeded: result)
  }

  /// True when the process at the other end of a Unix socket had the group as it connected: the
  /// kernel vouches for it.
  func peerHasGroup(_ group: UInt32) -> Bool { liaison_peer_has_group(raw, group) == 1 }
}
