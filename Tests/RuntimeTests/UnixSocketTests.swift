import Foundation
import Testing

@testable import Runtime

@Suite struct UnixSocketTests {
  @Test func longPathModeAndMessages() throws {
    let folder = TemporaryFolder()
    let deep = folder.file(String(repeating: "a-long-folder-name", count: 8))
    try FileSystem.makeFolder(deep)
    let path = "\(deep)/control.socket"
    #expect(path.utf8.count > 108)

    let loop = try EventLoop()
    let user = Box<UInt32?>(nil)
    let listener = try UnixListener(loop: loop, path: path) { connection in
      user.value = connection.peerUserID
      connection.onReadable = { connection, bytes in
        connection.write { (output: inout [UInt8]) in
          for index in bytes.indices { output.append(bytes[index]) }
        }
      }
    }
    #expect(try FileSystem.status(path)?.permissions == 0o600)

    let answers = Monitor<[[UInt8]]>([])
    let done = loop.makeMailbox(of: Bool.self) { _ in loop.stop() }
    let thread = try SystemThread(name: "client") {
      if let client = try? UnixClient(path: path, timeoutMilliseconds: 10_000) {
        try? client.write(Array("one\0tw".utf8))
        for text in ["o\0", "\0three\0"] {
          if let message = try? client.readMessage() { answers.withLock { $0.append(message) } }
          try? client.write(Array(text.utf8))
        }
        while answers.withLock({ $0.count }) < 4, let message = try? client.readMessage() {
          answers.withLock { $0.append(message) }
        }
      }
      done.post(true)
    }
    try loop.run()
    thread.join()
    #expect(answers.withLock { $0 } == ["one", "two", "", "three"].map { Array($0.utf8) })
    #expect(user.value == Environment.userID)
    listener.close()
    #expect(try FileSystem.status(path) == nil)
  }

  @Test("An answer that came together with the one before it is not waited for")
  func answersTogether() throws {
    let folder = TemporaryFolder()
    let path = folder.file("control.socket")
    let loop = try EventLoop()
    let listener = try UnixListener(loop: loop, path: path) { connection in
      connection.onReadable = { connection, _ in
        connection.write { (output: inout [UInt8]) in output += Array("one\0two\0".utf8) }
      }
    }
    // A pipe in which nothing comes: somebody who types.
    let pipe = Pipe()
    let quietPath = "/proc/self/fd/\(pipe.fileHandleForReading.fileDescriptor)"
    let waited = Monitor<[Bool]>([])
    let done = loop.makeMailbox(of: Bool.self) { _ in loop.stop() }
    let thread = try SystemThread(name: "client") {
      if let quiet = try? InputFile(path: quietPath),
        let client = try? UnixClient(path: path, timeoutMilliseconds: 10_000)
      {
        try? client.write(Array("?\0".utf8))
        for _ in 0..<2 {
          let isInput = quiet.wait(orFor: client)
          waited.withLock { $0.append(isInput) }
          _ = try? client.readMessage()
        }
      }
      done.post(true)
    }
    let watchdog = loop.schedule(afterMilliseconds: 10_000) {
      // Whoever waits for the pipe goes on.
      try? pipe.fileHandleForWriting.close()
    }
    try loop.run()
    loop.cancel(watchdog)
    thread.join()
    #expect(waited.withLock { $0 } == [false, false])
    listener.close()
  }

  @Test func replacesAStaleSocketAndNothingElse() throws {
    let folder = TemporaryFolder()
    let path = folder.file("control.socket")
    do {
      let loop = try EventLoop()
      _ = try UnixListener(loop: loop, path: path) { _ in }
    }
    // The name stayed, as after SIGKILL, and nobody answers.
    #expect(throws: SystemError.self) { try UnixClient(path: path) }
    let loop = try EventLoop()
    try UnixListener(loop: loop, path: path) { _ in }.close()
    try FileSystem.atomicWrite(path, Array("precious".utf8))
    #expect(throws: SystemError.self) { try UnixListener(loop: loop, path: path) { _ in } }
    #expect(try FileSystem.read(path, maxBytes: 100) == Array("precious".utf8))
  }
}
