import Foundation
import Glibc
import HubInterface
import JSON
import Synchronization
import Varlink

/// A hub that answers as the test says, and keeps what it was asked. One client at a time.
final class FakeHub: Sendable {
  /// One call as it came.
  struct Call: Sendable {
    let method: String
    let message: [UInt8]

    func parameters<Parameters: CallParameters>(_ type: Parameters.Type) throws -> Parameters {
      try Parameters.decode(from: message)
    }
  }

  let folder: String
  private let socket: Int32
  private let asked = Mutex<[Call]>([])
  private let answer: @Sendable (Call) throws -> [UInt8]

  /// - Parameter answer: the reply's bytes without NUL.
  init(answer: @escaping @Sendable (Call) throws -> [UInt8]) throws {
    folder = FileManager.default.temporaryDirectory.path + "/hub-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    self.answer = answer
    socket = Glibc.socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    let path = Array((folder + "/hub.socket").utf8)
    unsafe withUnsafeMutableBytes(of: &address.sun_path) { bytes in
      precondition(path.count < bytes.count)
      unsafe bytes.copyBytes(from: path)
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
    // The thread closes it: were it closed here, the next hub's socket could get its number, and
    // this thread that hub's clients.
    shutdown(socket, Int32(SHUT_RDWR))
    try? FileManager.default.removeItem(atPath: folder)
  }

  var calls: [Call] { asked.withLock { $0 } }

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
    var decoder = VarlinkDecoder(limitBytes: 64 << 20, keptBytes: 1 << 20)
    var buffer = [UInt8](repeating: 0, count: 64 << 10)
    while true {
      let count = unsafe read(client, &buffer, buffer.count)
      guard count > 0 else { return }
      decoder.receive(buffer.span.extracting(0..<count))
      while let message = try? decoder.next() {
        guard let head = try? CallHead(parsing: message) else { return }
        let call = Call(method: head.method, message: message)
        asked.withLock { $0.append(call) }
        guard let reply = try? answer(call) else { return }
        guard write(reply + [0], to: client) else { return }
      }
    }
  }

  private func write(_ bytes: [UInt8], to client: Int32) -> Bool {
    var sent = 0
    while sent < bytes.count {
      let count = unsafe bytes.withUnsafeBytes {
        unsafe send(client, $0.baseAddress! + sent, $0.count - sent, Int32(MSG_NOSIGNAL))
      }
      guard count > 0 else { return false }
      sent += count
    }
    return true
  }
}

/// The answers of the fake hub.
enum Made {
  static func account(
    _ consultation: Int = 17, complete: Bool = true, hidden: Int = 0, hiddenFrom: [String] = []
  ) -> LookAccount {
    LookAccount(
      consultation: consultation, complete: complete, hidden: hidden, hiddenFrom: hiddenFrom,
      notes: [])
  }

  static func found(
    _ ref: String = "nl:x-1", _ record: String = person, type: String = "person",
    marks: [String] = []
  ) -> Found {
    Found(
      ref: ref, entry: "nl/1/17", author: "nl", time: 1_450_000_000_000, type: type, record: record,
      marks: marks)
  }

  /// Its spaces and the order of its keys are part of it.
  static let person =
    #"{ "type":"person","v":1,"id":"x-1","name":[{"full":"Test Person","kind":"primary"},{"full":"Тест Персон","kind":"original"}],"birthDate":["1987-03-02"],"grade":"B2","handling":["H2"],"category":"victim","purpose":["ct"],"unknownField":{"a":1.50}}"#

  static func hit(_ found: Found = found(), marks: [String] = []) -> Hit {
    Hit(
      found: found, kind: "name", score: 0.914,
      explanation: [
        Row(
          feature: "name", left: "Tset Person", right: "Test Person", similarity: 0.93,
          weight: 0.75,
          contribution: 0.697, rule: "MAT-7"),
        Row(
          feature: "birth date", left: "1987", right: "1987-03-02", similarity: 1, weight: 0.217,
          contribution: 0.217, rule: "MAT-21"),
      ], sentence: "The names are alike but for two letters exchanged.")
  }
}
