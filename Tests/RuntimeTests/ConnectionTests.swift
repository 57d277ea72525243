import Testing

@testable import Runtime

/// A listener on loopback and one connection through it.
private final class Pair {
  let loop: EventLoop
  let listener: TCPListener
  let server: Connection
  let client: Connection

  init() throws {
    let loop = try EventLoop()
    let accepted = Box<Connection?>(nil)
    let connected = Box<Connection?>(nil)
    listener = try TCPListener(loop: loop, address: "127.0.0.1:0") { accepted.value = $0 }
    TCPConnector.connect(loop: loop, to: listener.localAddress, timeoutMilliseconds: 5_000) {
      connected.value = try? $0.get()
    }
    _ = try loop.turn { accepted.value != nil && connected.value != nil }
    self.loop = loop
    server = try #require(accepted.value)
    client = try #require(connected.value)
  }
}

@Suite struct ConnectionTests {
  @Test func echoesMoreThanTheKernelTakesAtOnce() throws {
    let pair = try Pair()
    let sent = pattern(3_000_000)
    let received = Box<[UInt8]>([])
    pair.server.onReadable = { connection, bytes in
      connection.write { (output: inout [UInt8]) in
        for index in bytes.indices { output.append(bytes[index]) }
      }
    }
    pair.client.onReadable = { append($1, to: received) }
    pair.client.write(sent)
    #expect(try pair.loop.turn { received.value.count == sent.count })
    #expect(received.value == sent)
    #expect(pair.client.sentBytes == UInt64(sent.count))
    #expect(pair.client.bufferedOutputBytes == 0)
    #expect(pair.client.peerAddress == pair.listener.localAddress)
    #expect(pair.client.peerUserID == nil)
  }

  @Test func holdsBackAndReportsRoom() throws {
    let pair = try Pair()
    pair.server.pauseReading()
    let received = Box(0)
    pair.server.onReadable = { received.value += $1.count }
    let drains = Box(0)
    pair.client.onDrained = { _ in drains.value += 1 }
    pair.client.outputLimitBytes = 64 << 20
    pair.client.write(zeros(20 << 20))
    for _ in 0..<20 { try pair.loop.turn(waitingAtMost: 1) }
    #expect(received.value == 0)
    #expect(pair.client.bufferedOutputBytes > 0)
    #expect(drains.value == 0)
    pair.server.resumeReading()
    #expect(try pair.loop.turn { received.value == 20 << 20 })
    #expect(drains.value == 1)
  }

  @Test func givesUpOnOneThatDoesNotRead() throws {
    let pair = try Pair()
    pair.server.pauseReading()
    let reason = Box<CloseReason?>(nil)
    pair.client.onClosed = { reason.value = $1 }
    pair.client.outputLimitBytes = 1 << 20
    for _ in 0..<64 { pair.client.write(zeros(1 << 20)) }
    // Never from inside `write`.
    #expect(reason.value == nil)
    #expect(try pair.loop.turn { reason.value != nil })
    #expect(reason.value == .outputLimit)
    #expect(pair.client.bufferedOutputBytes == 0)
  }

  @Test func finishSendsEverythingFirst() throws {
    let pair = try Pair()
    let received = Box(0)
    let reasons = Box<[CloseReason]>([])
    pair.client.onReadable = { received.value += $1.count }
    pair.client.onClosed = { reasons.value.append($1) }
    pair.server.onClosed = { reasons.value.append($1) }
    pair.server.write(zeros(2_000_000))
    pair.server.finish()
    #expect(try pair.loop.turn { reasons.value.count == 2 })
    #expect(received.value == 2_000_000)
    #expect(Set(reasons.value) == [.here, .endOfStream])
  }

  @Test func finishDoesNotWaitForEver() throws {
    let pair = try Pair()
    pair.client.pauseReading()
    let reason = Box<CloseReason?>(nil)
    pair.server.onClosed = { reason.value = $1 }
    pair.server.outputLimitBytes = 64 << 20
    pair.server.write(zeros(20 << 20))
    pair.server.finish(withinMilliseconds: 20)
    #expect(try pair.loop.turn { reason.value != nil })
    #expect(reason.value == .finishTimeout)
  }

  @Test func closedOnceAndNothingAfter() throws {
    let pair = try Pair()
    let closes = Box(0)
    let chunks = Box(0)
    pair.server.onReadable = { connection, _ in
      chunks.value += 1
      connection.close()
      connection.close()
      connection.write([1, 2, 3])
    }
    pair.server.onClosed = { _, reason in
      closes.value += 1
      #expect(reason == .here)
    }
    let clientGone = Box(false)
    pair.client.onReadable = { _, _ in }
    pair.client.onClosed = { _, _ in clientGone.value = true }
    pair.client.write(zeros(1_000_000))
    #expect(try pair.loop.turn { clientGone.value })
    #expect(closes.value == 1)
    #expect(chunks.value == 1)
  }

  @Test func whatCameBeforeTheHangUpIsReadAfterAPause() throws {
    let pair = try Pair()
    pair.server.pauseReading()
    let received = Box<[UInt8]>([])
    let closed = Box(false)
    pair.server.onReadable = { append($1, to: received) }
    pair.server.onClosed = { _, _ in closed.value = true }
    pair.client.write([1, 2, 3])
    pair.client.finish()
    // The server has sent nothing, so that both directions are down once it shuts its own.
    pair.server.descriptor?.shutdownWriting()
    for _ in 0..<10 { try pair.loop.turn(waitingAtMost: 1) }
    #expect(!closed.value)
    pair.server.resumeReading()
    #expect(try pair.loop.turn { closed.value })
    #expect(received.value == [1, 2, 3])
  }

  /// Two events of one batch: the handler of the first closes the second, whose number is given to
  /// a new socket at once.
  @Test func anEventOfAClosedDescriptorReachesNobody() throws {
    let loop = try EventLoop()
    let accepted = Box<[Connection]>([])
    let clients = Box<[Connection]>([])
    let listener = try TCPListener(loop: loop, address: "127.0.0.1:0") { accepted.value.append($0) }
    for _ in 0..<2 {
      TCPConnector.connect(loop: loop, to: listener.localAddress, timeoutMilliseconds: 5_000) {
        if let connection = try? $0.get() { clients.value.append(connection) }
      }
    }
    #expect(try loop.turn { accepted.value.count == 2 && clients.value.count == 2 })
    let readers = Box<[UInt64]>([])
    let victim = Box<Int32>(-1)
    for connection in accepted.value {
      connection.onReadable = { reader, _ in
        readers.value.append(reader.id)
        for other in accepted.value where other.id != reader.id && other.isOpen {
          victim.value = other.descriptor?.raw ?? -1
          other.close()
        }
      }
    }
    for client in clients.value { client.write([7]) }
    // Both are readable in one batch: the writes leave at the end of this round.
    try loop.turn(waitingAtMost: 0)
    try loop.turn(waitingAtMost: 1_000)
    #expect(readers.value.count == 1)
    #expect(victim.value >= 0)
    let late = Box<Result<Connection, SystemError>?>(nil)
    TCPConnector.connect(loop: loop, to: listener.localAddress, timeoutMilliseconds: 5_000) {
      late.value = $0
    }
    #expect(try loop.turn { late.value != nil && accepted.value.count == 3 })
    #expect(readers.value.count == 1)
  }
}

@Suite struct ConnectTests {
  private func connect(_ address: String, timeout: UInt64) throws -> Result<Connection, SystemError>
  {
    let loop = try EventLoop()
    let result = Box<Result<Connection, SystemError>?>(nil)
    TCPConnector.connect(loop: loop, to: address, timeoutMilliseconds: timeout) {
      result.value = $0
    }
    #expect(result.value == nil, "never from inside connect")
    #expect(try loop.turn { result.value != nil })
    #expect(loop.watchedDescriptors == 0)
    return try #require(result.value)
  }

  @Test func refused() throws {
    let loop = try EventLoop()
    let listener = try TCPListener(loop: loop, address: "127.0.0.1:0") { _ in }
    let address = listener.localAddress
    listener.close()
    let result = try connect(address, timeout: 5_000)
    guard case .failure(let error) = result else { return #expect(Bool(false)) }
    #expect(error.isRefused)
    #expect(error.description == "connect \(address): Connection refused (ECONNREFUSED)")
  }

  /// A full queue of a listener that never accepts drops the next SYN.
  @Test func timesOut() throws {
    let socket = try Descriptor.streamSocket(family: 2, isBlocking: false)
    let address = try SocketAddress.resolve("127.0.0.1:0", numericOnly: true)
    try socket.bind(address[0], named: "test")
    try socket.listen(named: "test", backlog: 0)
    let name = try SocketAddress(of: socket, isPeer: false).description
    let loop = try EventLoop()
    let results = Box<[Result<Connection, SystemError>]>([])
    for _ in 0..<4 {
      TCPConnector.connect(loop: loop, to: name, timeoutMilliseconds: 50) {
        results.value.append($0)
      }
    }
    #expect(try loop.turn { results.value.count == 4 })
    let timeouts = results.value.filter {
      if case .failure(let error) = $0 { error.isTimeout } else { false }
    }
    #expect(!timeouts.isEmpty)
  }

  @Test func aNameIsResolvedOffTheLoop() throws {
    let loop = try EventLoop()
    let accepted = Box(0)
    let listener = try TCPListener(loop: loop, address: "127.0.0.1:0") { _ in accepted.value += 1 }
    let port = try SocketAddress.split(listener.localAddress).port
    let result = Box<Result<Connection, SystemError>?>(nil)
    TCPConnector.connect(loop: loop, to: "localhost:\(port)", timeoutMilliseconds: 5_000) {
      result.value = $0
    }
    #expect(try loop.turn { result.value != nil && accepted.value == 1 })
    #expect((try? result.value?.get()) != nil)
  }

  @Test(arguments: [
    "", "host", ":1", "host:", "host:65536", "host:1x", "::1:80", "host:-1", "host: 1", "h\0:1",
  ])
  func badAddress(_ text: String) throws {
    let result = try connect(text, timeout: 1_000)
    guard case .failure(let error) = result else { return #expect(Bool(false)) }
    #expect(error.number == 22)
  }

  @Test func sixIsWrittenInBrackets() throws {
    let found = try SocketAddress.resolve("[::1]:4747", numericOnly: true)
    #expect(found.map(\.description) == ["[::1]:4747"])
    #expect(try SocketAddress.resolve("name.invalid:1", numericOnly: true).isEmpty)
  }
}
