import Foundation
import Node
import Testing

@Suite("liaison publish, as users run it", .serialized)
final class PublishTests {
  private let host: NodeHost

  init() throws { host = try NodeHost() }

  deinit { host.end() }

  private func start() throws -> HostedNode {
    let node = try host.node("nl")
    try node.start()
    return node
  }

  /// Runs `liaison publish --to nl` on what `input` gives, a shell command.
  private func publish(
    _ node: some TestedNode, _ words: String, _ input: String
  ) throws -> (status: Int32, lines: [String], said: String) {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/bin/sh")
    process.arguments = [
      "-c",
      "cd '\(host.root.path)' && \(input) '\(liaisonPath)' publish --to nl --data '\(node.folder.root)' \(words)",
    ]
    // A pipe takes the lines of 3,000 entries.
    let (output, errors) = (Pipe(), Pipe())
    process.standardOutput = output
    process.standardError = errors
    try process.run()
    try host.wait(for: process)
    let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    let said = String(decoding: errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    return (process.terminationStatus, text.split(separator: "\n").map(String.init), said)
  }

  private func write(_ name: String, _ text: String) throws {
    try Data(text.utf8).write(to: host.root.appendingPathComponent(name))
  }

  private func records(_ count: Int) -> String {
    (0..<count).map { "{\"type\":\"note\",\"n\":\($0)}\n" }.joined()
  }

  @Test("Entries are printed in the order of the lines, whatever the input is")
  func inputs() throws {
    let node = try start()
    try write("in", records(3_000))
    var first = 2
    for (words, input) in [
      ("in", ""), ("-", "cat in |"), ("", "cat in |"), ("/dev/stdin", "cat in |"), ("", "<in"),
      ("--stream", "cat in |"), ("--stream", "(cat in; sleep 0.2) |"),
    ] {
      let input = input == "<in" ? "exec <in;" : input
      let result = try publish(node, words, input)
      #expect(result.status == 0, "\(words) \(input): \(result.said)")
      let wanted = (first..<(first + 3_000)).map { "nl/1/\($0)" }
      #expect(result.lines == wanted, "\(words) \(input)")
      first += 3_000
    }
    let shown = try node.show("nl/1/\(first - 1)")
    #expect(shown.record == #"{"type":"note","n":2999}"#)
  }

  @Test("Lines may end with CRLF, the last one with nothing; lines are chosen by number")
  func lines() throws {
    let node = try start()
    try write("in", "{\"type\":\"a\"}\r\n{\"type\":\"b\"}\n{\"type\":\"c\"}\r\n{\"type\":\"d\"}")
    let all = try publish(node, "in", "")
    #expect(all.status == 0 && all.lines.count == 4, "\(all.said)")
    #expect(try node.show("nl/1/4").record == #"{"type":"c"}"#)
    let some = try publish(node, "--from-line 2 --to-line 3 in", "")
    #expect(some.lines == ["nl/1/6", "nl/1/7"], "\(some.said)")
    #expect(try node.show("nl/1/6").record == #"{"type":"b"}"#)
  }

  @Test(
    "On a terminal publish says after a while that it waits for peers",
    .enabled(if: FileManager.default.isExecutableFile(atPath: "/usr/bin/python3")))
  func replicas() throws {
    let (node, be) = (try host.node("nl"), try host.node("be"))
    try node.add(be, dial: false)
    try node.start()
    try write("in", records(1))
    // A terminal of its own, looked at until it says so, and for 20 s at most.
    let script = """
      import os, pty, select, signal, sys, time
      child, terminal = pty.fork()
      if child == 0: os.execv(sys.argv[1], sys.argv[1:])
      end, text = time.time() + 20, b""
      while time.time() < end and b"stored the next" not in text:
        if select.select([terminal], [], [], 0.2)[0]: text += os.read(terminal, 4096)
      os.kill(child, signal.SIGKILL)
      os.waitpid(child, 0)
      sys.stdout.buffer.write(text)
      """
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/python3")
    process.arguments = [
      "-c", script, liaisonPath, "publish", "--to", "nl", "--replicas", "1", "--data",
      node.folder.root, host.path("in"),
    ]
    let pipe = Pipe()
    process.standardOutput = pipe
    try process.run()
    try host.wait(for: process)
    let said = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    #expect(said.contains("waiting until a peer has stored the next"), "\(said)")
  }

  @Test("How to go on after an interruption names the last line that was wanted, too")
  func goOn() throws {
    let node = try DaemonProcess("nl", in: host.root)
    try node.start()
    defer { node.kill() }
    try write("in", records(200))
    let id = try #require(node.processID)
    let bad = try publish(
      node, "--stream --to-line 90", "(head -n 5 in; sleep 1; echo '{'; tail -n +7 in) |")
    #expect(bad.status == 65 && bad.lines.count == 5, "\(bad.said)")
    #expect(bad.said.contains("Go on with --from-line 6 --to-line 90."), "\(bad.said)")
    let lost = try publish(
      node, "--stream --to-line 90",
      "(head -n 5 in; sleep 1; kill -9 \(id); sleep 0.3; tail -n +6 in) |")
    #expect(lost.status == 69 && lost.lines.count == 5, "\(lost.said)")
    #expect(lost.said.contains("go on with --from-line and --to-line 90."), "\(lost.said)")
  }

  @Test("One bad line, and nothing is published; of a stream, what stood before it")
  func badLines() throws {
    let node = try start()
    try write("bad", records(700) + "{\"type\":\"x\",}\n" + records(10))
    for (words, input) in [("bad", ""), ("", "cat bad |")] {
      let result = try publish(node, words, input)
      #expect(result.status == 65 && result.lines.isEmpty, "\(result.said)")
      #expect(result.said.contains("Line 701 has a comma with nothing after it at byte 12"))
      #expect(result.said.contains("Nothing was published"))
    }
    let stream = try publish(node, "--stream", "cat bad |")
    #expect(stream.status == 65, "\(stream.said)")
    #expect(stream.said.contains("Line 701"))
    #expect(stream.lines.count <= 700)
    #expect(UInt64(stream.lines.count) + 2 == (try node.size(of: "nl/1")) || stream.lines.isEmpty)
    try write(
      "long", records(1) + "{\"type\":\"" + String(repeating: "x", count: 200_000) + "\"}\n")
    let long = try publish(node, "long", "")
    #expect(long.status == 65 && long.said.contains("Line 2 is 200011 bytes long"), "\(long.said)")
    try write("empty", "")
    #expect(try publish(node, "empty", "").status == 65)
    #expect(try publish(node, "--stream bad", "").status == 64)
  }
}
