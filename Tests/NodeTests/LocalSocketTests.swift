import Foundation
import Testing

@testable import Node
@testable import Runtime

@Suite("A socket of this machine bounds its clients")
final class LocalSocketTests {
  private let path = FileManager.default.temporaryDirectory
    .appendingPathComponent("liaison-socket-\(UUID().uuidString)").path
  private let loop: EventLoop
  private let notices: Notices
  private let socket: LocalSocket<EchoSession>
  private var listener: UnixListener?
  private var sessions: [EchoSession] = []

  init() throws {
    loop = try EventLoop()
    notices = Notices(
      Logger(threshold: .error, descriptor: -1, journalStream: nil), SystemClock())
    socket = LocalSocket("test", most: 2, outputLimitBytes: 1 << 20, notices)
    listener = try UnixListener(loop: loop, path: path) { [unowned self] connection in
      socket.accept(connection) {
        let session = EchoSession()
        sessions.append(session)
        return session
      }
    }
  }

  deinit { listener?.close() }

  private func client() throws -> UnixClient {
    let client = try UnixClient(path: path, timeoutMilliseconds: 10_000)
    try turn()
    return client
  }

  private func turn() throws {
    while try loop.turn(waitingAtMost: 0) {}
  }

  private func ask(_ text: String, _ client: UnixClient) throws -> [UInt8]? {
    try client.write(Array(text.utf8) + [0])
    try turn()
    return try client.readMessage()
  }

  @Test("One client too many is refused, and there is room again when one left")
  func most() throws {
    var first: UnixClient? = try client()
    let second = try client()
    #expect(try ask("one", try #require(first)) == Array("one".utf8))
    let third = try client()
    #expect(try third.readMessage() == nil)
    #expect(notices.counters.values == ["test.connections-refused": 1])
    first = nil
    try turn()
    #expect(sessions[0].isGone && !sessions[1].isGone && !socket.isEmpty)
    #expect(try ask("two", second) == Array("two".utf8))
    #expect(try ask("four", try client()) == Array("four".utf8))
    #expect(sessions.count == 3)
  }

  @Test("A session that closed has its last words, and its place goes back")
  func closed() throws {
    let client = try client()
    #expect(try ask("bye", client) == Array("bye".utf8))
    #expect(try client.readMessage() == nil)
    try turn()
    #expect(socket.isEmpty)
  }

  @Test("After the end nobody is taken, and who is there stays")
  func end() throws {
    let first = try client()
    socket.close()
    #expect(try client().readMessage() == nil)
    #expect(try ask("still", first) == Array("still".utf8))
  }
}

/// Gives back what it gets; `bye` ends it.
private final class EchoSession: LocalSession {
  var send: ([UInt8]) -> Void = { _ in }
  var pendingOutputBytes: () -> Int = { 0 }
  var changed: () -> Void = {}
  private(set) var isClosed = false
  private(set) var isGone = false
  var wantsInput: Bool { !isClosed }

  func receive(_ bytes: Span<UInt8>) {
    var heard: [UInt8] = []
    for index in bytes.indices { heard.append(bytes[index]) }
    send(heard)
    if heard == Array("bye\0".utf8) { isClosed = true }
  }

  func outputDrained() {}
  func disconnected() { isGone = true }
}
