internal import CLinux
internal import Glibc
internal import Text

/// A socket address as the kernel takes it.
public struct SocketAddress: Hashable, Sendable, CustomStringConvertible {
  let bytes: [UInt8]

  /// The larger kind, sockaddr_in6.
  private static let slotBytes = 28
  private static let storageBytes = 128
  /// `sun_path`, with the zero at its end.
  static let unixPathBytes = 108

  private init(bytes: [UInt8]) {
    self.bytes = bytes
  }

  var family: Int32 { unsafe liaison_address_family(bytes) }

  /// Own or the other end's address of a socket.
  init(of descriptor: Descriptor, isPeer: Bool) throws(SystemError) {
    var storage = [UInt8](repeating: 0, count: Self.storageBytes)
    let count = unsafe liaison_socket_name(descriptor.raw, isPeer ? 1 : 0, &storage)
    let kept = try check(count, isPeer ? "getpeername" : "getsockname")
    bytes = Array(storage.prefix(Int(kept)))
  }

  /// A Unix socket's path, at most 107 bytes; one that begins with `@` is in the abstract name
  /// space.
  init(unixPath: String) throws(SystemError) {
    var storage = [UInt8](repeating: 0, count: Self.storageBytes)
    let count = unsafe liaison_unix_address(PathText.zeroTerminated(unixPath), &storage)
    let kept = try check(count, "address", unixPath)
    bytes = Array(storage.prefix(Int(kept)))
  }

  /// Splits `HOST:PORT` or `[IPV6]:PORT`.
  static func split(_ text: String) throws(SystemError) -> (host: String, port: String) {
    let refusal = SystemError(number: EINVAL, call: "address", detail: text)
    let bytes = Array(text.utf8)
    guard let colon = bytes.lastIndex(of: UInt8(ascii: ":")) else { throw refusal }
    let digits = bytes[(colon + 1)...]
    var host = bytes[..<colon]
    guard (1...5).contains(digits.count),
      digits.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }),
      let port = UInt32(String(decoding: digits, as: UTF8.self)), port <= 65_535
    else { throw refusal }
    if host.first == UInt8(ascii: "["), host.last == UInt8(ascii: "]") {
      host = host.dropFirst().dropLast()
    } else if host.contains(UInt8(ascii: ":")) {
      throw refusal
    }
    guard !host.isEmpty, host.count <= 253, !host.contains(0) else { throw refusal }
    return (String(decoding: host, as: UTF8.self), String(port))
  }

  /// The addresses of `HOST:PORT`. With `numericOnly` it never waits for a name service, and a name
  /// gives nothing.
  static func resolve(_ text: String, numericOnly: Bool) throws(SystemError) -> [SocketAddress] {
    let (host, port) = try split(text)
    let slots = Limits.addressesPerName
    var storage = [UInt8](repeating: 0, count: slotBytes * slots)
    var lengths = [UInt32](repeating: 0, count: slots)
    var failure: Int32 = 0
    let count = unsafe liaison_resolve(
      host, port, numericOnly ? AI_NUMERICHOST : 0, &storage, &lengths, Int32(slots), &failure)
    if failure == EAI_NONAME, numericOnly { return [] }
    if failure != 0, failure != EAI_SYSTEM {
      let reason = unsafe String(cString: liaison_resolve_error_text(failure))
      throw SystemError(
        number: Int32(-count), call: "getaddrinfo", detail: "\(text) (\(reason))")
    }
    let found = try check(count, "getaddrinfo", text)
    return (0..<Int(found)).map { index in
      let start = slotBytes * index
      return SocketAddress(bytes: Array(storage[start..<start + Int(lengths[index])]))
    }
  }

  /// `127.0.0.1:4747` or `[::1]:4747`, digits only; nil for a name, and for what is no address.
  public static func literal(_ text: String) -> SocketAddress? {
    (try? resolve(text, numericOnly: true))?.first
  }

  /// `[::]`: every address that this machine has, of both kinds.
  var isEverywhere: Bool { family == AF_INET6 && hostBytes.allSatisfy { $0 == 0 } }

  /// The host alone in network order, 4 or 16 bytes; empty for a Unix socket.
  public var hostBytes: [UInt8] {
    switch family {
    case AF_INET: Array(bytes[4..<8])
    case AF_INET6: Array(bytes[8..<24])
    default: []
    }
  }

  /// `127.0.0.1:4747`, `[::1]:4747`, or `unix`.
  public var description: String {
    if family == AF_UNIX { return "unix" }
    var host = [CChar](repeating: 0, count: 128)
    var port = [CChar](repeating: 0, count: 16)
    let result = unsafe liaison_address_text(
      bytes, UInt32(bytes.count), &host, UInt32(host.count), &port, UInt32(port.count))
    guard result == 0 else { return "unknown" }
    let hostText = String(
      decoding: host.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    let portText = String(
      decoding: port.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    return family == AF_INET6 ? "[\(hostText)]:\(portText)" : "\(hostText):\(portText)"
  }
}
