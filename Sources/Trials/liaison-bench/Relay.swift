import Foundation

/// A port of loopback that hands each connection on to a daemon and counts what passes, both ways.
/// It can be cut.
// Sendable: what changes is only used under the lock.
final class Relay: @unchecked Sendable {
  let address: String
  private let port: Int
  private let listener: Int32
  private let lock = NSLock()
  private var ends: [Int32] = []
  private var bytes = (towards: 0, back: 0)
  private var connections = 0
  private var isClosed = false

  /// - Parameter target: where the daemon listens.
  init(to target: BenchNode) throws {
    port = target.port
    let own = try FreePort.find()
    address = "127.0.0.1:\(own)"
    listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    guard listener >= 0 else { throw BenchError("socket: errno \(errno)") }
    guard unsafe Relay.call(bind, listener, own), listen(listener, 8) == 0 else {
      throw BenchError("listen: errno \(errno)")
    }
    Thread.detachNewThread { [self] in accept() }
  }

  /// Bytes of the streams so far, without packet headers.
  var counted: (towards: Int, back: Int) { lock.withLock { bytes } }

  var connectionsSoFar: Int { lock.withLock { connections } }

  /// Ends the connections that there are.
  func cut() {
    lock.withLock { for end in ends { shutdown(end, Int32(SHUT_RDWR)) } }
  }

  func close() {
    lock.withLock { isClosed = true }
    shutdown(listener, Int32(SHUT_RDWR))
    cut()
  }

  private func accept() {
    while true {
      let near = Glibc.accept(listener, nil, nil)
      guard near >= 0, !lock.withLock({ isClosed }) else { break }
      let far = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
      guard far >= 0, unsafe Relay.call(connect, far, port) else {
        Glibc.close(near)
        if far >= 0 { Glibc.close(far) }
        continue
      }
      var one: Int32 = 1
      for end in [near, far] {
        unsafe setsockopt(end, Int32(IPPROTO_TCP), TCP_NODELAY, &one, 4)
      }
      lock.withLock {
        ends += [near, far]
        connections += 1
      }
      Thread.detachNewThread { [self] in pass(from: near, to: far) { $0.towards += $1 } }
      Thread.detachNewThread { [self] in pass(from: far, to: near) { $0.back += $1 } }
    }
    Glibc.close(listener)
  }

  /// The descriptors stay open until the process ends: their numbers must not mean something else.
  private func pass(
    from source: Int32, to target: Int32, count: ((inout (towards: Int, back: Int), Int) -> Void)
  ) {
    var buffer = [UInt8](repeating: 0, count: 64 << 10)
    while true {
      let received = unsafe recv(source, &buffer, buffer.count, 0)
      guard received > 0 else { break }
      lock.withLock { count(&bytes, received) }
      var sent = 0
      while sent < received {
        let result = unsafe buffer.withUnsafeBytes {
          unsafe send(
            target, $0.baseAddress! + sent, received - sent, Int32(MSG_NOSIGNAL))
        }
        guard result > 0 else { break }
        sent += result
      }
      if sent < received { break }
    }
    for end in [source, target] { shutdown(end, Int32(SHUT_RDWR)) }
  }

  private static func call(
    _ body: (Int32, UnsafePointer<sockaddr>, socklen_t) -> Int32, _ descriptor: Int32, _ port: Int
  ) -> Bool {
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = in_port_t(port).bigEndian
    address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
    return unsafe withUnsafePointer(to: &address) {
      unsafe $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        unsafe body(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
      }
    }
  }
}
