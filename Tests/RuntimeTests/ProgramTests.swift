import Foundation
import Testing

@testable import Runtime

/// Programs that are run for somebody, and lists that come by a pipe.
@Suite struct ProgramTests {
  private func run(
    _ script: String, input: [UInt8] = [], environment: [(name: String, value: String)] = [],
    limitMilliseconds: UInt64 = 20_000
  ) -> ChildProgram.End {
    ChildProgram(path: "/bin/sh", arguments: ["-c", script]).run(
      input: input, environment: environment, limitMilliseconds: limitMilliseconds)
  }

  @Test("How a program ended is told, also where it never began")
  func ends() {
    #expect(run("exit 0") == .exited(0))
    #expect(run("exit 7") == .exited(7))
    #expect(run("kill -9 $$") == .signalled(9))
    let absent = ChildProgram(path: "/nowhere/x", arguments: []).run(
      input: [], environment: [], limitMilliseconds: 1_000)
    guard case .notStarted(let error) = absent else {
      Issue.record("\(absent)")
      return
    }
    #expect(error.isNotFound)
  }

  @Test(
    "It gets its words, its variables before those of this process, and its input; one that reads nothing is no trouble"
  )
  func gets() throws {
    let folder = TemporaryFolder()
    let program = ChildProgram(
      path: "/bin/sh",
      arguments: ["-c", #"{ cat; echo "$X $HOME $1"; } >"$0""#, folder.file("out"), "a  b"])
    let end = program.run(
      input: Array("in\n".utf8), environment: [("X", "1"), ("HOME", "/other")],
      limitMilliseconds: 20_000)
    #expect(end == .exited(0))
    #expect(
      try FileSystem.read(folder.file("out"), maxBytes: 100) == Array("in\n1 /other a  b\n".utf8))
    #expect(run("exit 0", input: pattern(1_000_000)) == .exited(0))
  }

  @Test("One that takes too long is ended, with all that it began")
  func overran() throws {
    let folder = TemporaryFolder()
    let script = "sleep 60 & echo $! >\(folder.file("child")); sleep 60"
    // A busy machine may not have begun the child by then: a longer limit gives it more time.
    for limit in [200, 2_000, 20_000] as [UInt64] {
      #expect(run(script, limitMilliseconds: limit) == .overran)
      let text = (try? FileSystem.read(folder.file("child"), maxBytes: 20)) ?? []
      guard text.last == UInt8(ascii: "\n"),
        let child = Int32(String(decoding: text.dropLast(), as: UTF8.self))
      else { continue }
      #expect(isGone(child))
      return
    }
    Issue.record("the child was never begun")
  }

  /// Gone, or waiting for somebody to take note of it. A signal takes effect a little later than it
  /// is sent.
  private func isGone(_ process: Int32) -> Bool {
    for _ in 0..<2_000 {
      guard let state = try? String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8) else {
        return true
      }
      if state.contains(") Z ") { return true }
      usleep(10_000)
    }
    return false
  }

  @Test("A pipe is kept in a file without a name, and can be read again; no more than is allowed")
  func spool() throws {
    let folder = TemporaryFolder()
    let bytes = pattern(300_000)
    func input() throws -> InputFile {
      let pipe = Pipe()
      Thread.detachNewThread {
        try? pipe.fileHandleForWriting.write(contentsOf: Data(bytes))
        try? pipe.fileHandleForWriting.close()
      }
      return try InputFile(path: "/dev/fd/\(pipe.fileHandleForReading.fileDescriptor)")
    }
    let file = try input()
    #expect(try file.spoolAll(maxBytes: bytes.count, folder: folder.path))
    #expect(try FileSystem.list(folder.path) == [])
    for _ in 0..<2 {
      var all: [UInt8] = []
      var buffer = [UInt8](repeating: 0, count: 65_536)
      while case let count = try file.read(into: &buffer, at: 0), count > 0 {
        all += buffer[..<count]
      }
      #expect(all == bytes)
      file.rewind()
    }
    #expect(try !input().spoolAll(maxBytes: bytes.count - 1, folder: folder.path))
    #expect(throws: SystemError.self) {
      try input().spoolAll(maxBytes: bytes.count, folder: folder.file("nowhere"))
    }
  }
}
