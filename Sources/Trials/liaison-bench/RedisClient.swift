import Glibc

/// A blocking client of Redis, with calls sent back to back and answers read in order (RESP2).
final class RedisClient {
  private let descriptor: Int32
  private var received: [UInt8] = []
  private var next = 0
  private var buffer = [UInt8](repeating: 0, count: 64 << 10)

  /// - Throws: when nobody listens on the port of loopback; each wait for an answer ends after 20
  ///   s.
  init(port: Int) throws {
    descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    guard descriptor >= 0 else { throw BenchError("socket: errno \(errno)") }
    var one: Int32 = 1
    var limit = timeval(tv_sec: 20, tv_usec: 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = in_port_t(port).bigEndian
    address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
    let status = unsafe withUnsafePointer(to: &address) {
      unsafe $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        unsafe connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
    guard status == 0 else {
      let number = errno
      close(descriptor)
      throw BenchError("connect to Redis: errno \(number)")
    }
    unsafe setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &one, 4)
    unsafe setsockopt(
      descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
  }

  deinit { close(descriptor) }

  /// The bytes of one call.
  static func encode(_ words: [String]) -> [UInt8] {
    var bytes = Array("*\(words.count)\r\n".utf8)
    for word in words { bytes += Array("$\(word.utf8.count)\r\n\(word)\r\n".utf8) }
    return bytes
  }

  func send(_ bytes: [UInt8]) throws {
    var sent = 0
    while sent < bytes.count {
      let count = unsafe bytes.withUnsafeBytes {
        unsafe Glibc.send(
          descriptor, $0.baseAddress! + sent, $0.count - sent, Int32(MSG_NOSIGNAL))
      }
      guard count > 0 else { throw BenchError("send to Redis: errno \(errno)") }
      sent += count
    }
  }

  func call(_ words: String...) throws -> RedisReply {
    try send(RedisClient.encode(words))
    return try reply()
  }

  /// The next answer.
  func reply() throws -> RedisReply {
    let line = try line()
    guard let kind = line.first else { throw BenchError("Redis answered an empty line") }
    let text = String(decoding: line.dropFirst(), as: UTF8.self)
    switch kind {
    case UInt8(ascii: "-"): throw BenchError("Redis: \(text)")
    case UInt8(ascii: "+"): return .text(text)
    case UInt8(ascii: ":"): return .count(Int(text) ?? 0)
    case UInt8(ascii: "$"):
      guard let count = Int(text), count >= 0 else { return .none }
      while received.count - next < count + 2 { try fill() }
      defer { next += count + 2 }
      return .text(String(decoding: received[next..<(next + count)], as: UTF8.self))
    case UInt8(ascii: "*"):
      guard let count = Int(text), count >= 0 else { return .none }
      return .list(try (0..<count).map { _ in try reply() })
    default: throw BenchError("Redis answered something else")
    }
  }

  private func line() throws -> [UInt8] {
    var searched = next
    while true {
      if let end = received[searched...].firstIndex(of: UInt8(ascii: "\n")) {
        defer { next = end + 1 }
        return Array(received[next..<(end - 1)])
      }
      searched -= next
      try fill()
      searched += next
    }
  }

  private func fill() throws {
    if next > 0 {
      received.removeFirst(next)
      next = 0
    }
    let count = unsafe recv(descriptor, &buffer, buffer.count, 0)
    guard count > 0 else { throw BenchError("Redis does not answer: errno \(errno)") }
    received += buffer[..<count]
  }
}

enum RedisReply {
  case text(String)
  case count(Int)
  case list([RedisReply])
  case none

  var count: Int? { if case .count(let value) = self { value } else { nil } }
  var list: [RedisReply] { if case .list(let values) = self { values } else { [] } }
  var text: String { if case .text(let value) = self { value } else { "" } }
}
