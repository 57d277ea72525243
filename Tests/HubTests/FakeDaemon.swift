import Anchoring
import Foundation
import Glibc
import Synchronization
import Varlink

/// The daemon's anchor socket, which answers as the test says. One client at a time.
final class FakeDaemon: Sendable {
  let path: String
  private let socket: Int32
  private let asked = Mutex<[AnchorRequest]>([])
  private let answer: @Sendable (AnchorRequest) -> [UInt8]?

  /// - Parameter answer: the reply's bytes without NUL; nil: the connection is ended without one.
  init(_ folder: String, answer: @escaping @Sendable (AnchorRequest) -> [UInt8]?) {
    path = folder + "/anchor.socket"
    self.answer = answer
    socket = Glibc.socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    let name = Array(path.utf8)
    unsafe withUnsafeMutableBytes(of: &address.sun_path) { bytes in
      precondition(name.count < bytes.count)
      unsafe bytes.copyBytes(from: name)
    }
    let bound = unsafe withUnsafePointer(to: &address) { pointer in
      unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        unsafe bind(socket, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
      }
    }
    precondition(bound == 0 && listen(socket, 8) == 0)
    Thread.detachNewThread { [self] in serve() }
  }

  func stop() {
    unsafe unlink(path)
    // Its thread closes it: another socket may get the number.
    shutdown(socket, Int32(SHUT_RDWR))
  }

  var requests: [AnchorRequest] { asked.withLock { $0 } }

  private func serve() {
    while true {
      let client = accept(socket, nil, nil)
      guard client >= 0 else {
        close(socket)
        return
      }
      converse(client)
      close(client)
    }
  }

  private func converse(_ client: Int32) {
    var decoder = VarlinkDecoder(limitBytes: 64 << 10, keptBytes: 64 << 10)
    var buffer = [UInt8](repeating: 0, count: 64 << 10)
    while true {
      let count = unsafe read(client, &buffer, buffer.count)
      guard count > 0 else { return }
      decoder.receive(buffer.span.extracting(0..<count))
      while let message = try? decoder.next() {
        guard let request = try? AnchorRequest.decode(from: message) else { return }
        asked.withLock { $0.append(request) }
        guard let reply = answer(request) else { return }
        let bytes = reply + [0]
        _ = unsafe bytes.withUnsafeBytes {
          unsafe send(client, $0.baseAddress!, $0.count, Int32(MSG_NOSIGNAL))
        }
      }
    }
  }
}
