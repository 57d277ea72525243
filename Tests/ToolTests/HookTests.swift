import CommandLine
import Foundation
import HubInterface
import Runtime
import Synchronization
import Testing
import Varlink

@testable import liaison

@Suite("liaison hook: a program gets each event, in order, until it confirms it")
struct HookTests {
  /// Gives the first of these events that was not confirmed, as a hub does, and then none.
  private final class Events: Sendable {
    private let left: Mutex<[AlertEvent]>

    init(_ events: [AlertEvent]) { left = Mutex(events) }

    func answer(_ call: FakeHub.Call) throws -> [UInt8] {
      if call.method.hasSuffix("HookDone") {
        let done = try call.parameters(HookDoneRequest.self).event
        left.withLock { events in events.removeAll { $0.event <= done } }
      }
      guard call.method.hasSuffix("HookEvent") else {
        return VarlinkReply.encode([String: String]())
      }
      return VarlinkReply.encode(HookEventReply(event: left.withLock { $0.first }))
    }
  }

  private func methods(_ hub: FakeHub) -> [String] {
    hub.calls.map { String($0.method.split(separator: ".").last ?? "") }
  }

  @Test(
    "A program that fails is run again after growing rests; the third failure is told; then it goes on"
  )
  func failing() throws {
    let events = Events([
      Made.event(11, "raised", Made.alert(8)), Made.event(12, "taken", Made.alert(8)),
    ])
    let hub = try FakeHub(answer: events.answer)
    defer { hub.stop() }
    var rests: [UInt32] = []
    var inputs: [String] = []
    var ends: [ChildProgram.End] = [.exited(3), .overran, .signalled(9), .exited(0), .exited(0)]
    var run = HookRun(SteadyHub(hub.folder), name: "pager", rest: { rests.append($0) }) {
      input, environment in
      inputs.append(environment.map { "\($0.name)=\($0.value)" }.joined(separator: " "))
      #expect(String(decoding: input, as: UTF8.self).contains(#""record":\#(Made.suspect)"#))
      return ends.removeFirst()
    }
    try run.run(isOnce: true)
    try run.run(isOnce: true)
    #expect(rests == [1, 2, 4])
    let first = "LIAISON_EVENT=11 LIAISON_ALERT=8 LIAISON_KIND=raised LIAISON_BAND=alert"
    #expect(inputs.prefix(4) == [first, first, first, first])
    #expect(inputs.last?.contains("LIAISON_EVENT=12") == true)
    #expect(
      methods(hub) == [
        "HookEvent", "HookEvent", "HookEvent", "HookFailed", "HookEvent", "HookDone", "HookEvent",
        "HookDone",
      ])
    let failed = try hub.calls[3].parameters(HookFailedRequest.self)
    #expect(failed.hook == "pager" && failed.event == 11)
    #expect(failed.reason == "was ended by signal 9, 3 times")
  }

  @Test("Rests grow to a minute, and another event begins anew")
  func rests() throws {
    let events = Events([
      Made.event(11, "raised", Made.alert(8)), Made.event(12, "taken", Made.alert(8)),
    ])
    let hub = try FakeHub(answer: events.answer)
    defer { hub.stop() }
    var rests: [UInt32] = []
    var calls = 0
    var run = HookRun(SteadyHub(hub.folder), name: "pager", rest: { rests.append($0) }) { _, _ in
      calls += 1
      return .exited(calls == 9 || calls == 11 ? 0 : 1)
    }
    try run.run(isOnce: true)
    try run.run(isOnce: true)
    #expect(rests == [1, 2, 4, 8, 16, 32, 60, 60, 1])
    #expect(methods(hub).count { $0 == "HookFailed" } == 6)
  }

  @Test(
    "A real program: one line on its standard input, its words, its environment; one that hangs is ended"
  )
  func program() throws {
    let folder = FileManager.default.temporaryDirectory.path + "/hook-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let script = """
      #!/bin/sh
      if [ ! -e "$1/hung" ]; then
        : >"$1/hung"
        trap '' TERM
        exec sleep 60 <&-
      fi
      cat >"$1/input"
      echo "$LIAISON_EVENT $LIAISON_ALERT $LIAISON_KIND $LIAISON_BAND $2" >"$1/words"
      """
    let program = folder + "/program"
    try Data(script.utf8).write(to: URL(fileURLWithPath: program))
    let events = Events([Made.event(11, "escalated", Made.alert(8, band: "review"))])
    let hub = try FakeHub(answer: events.answer)
    defer { hub.stop() }
    let words = [
      "hook", "pager", program, "--limit", "1", "--once", "--hub", hub.folder, "--", folder,
      "--a word",
    ]
    let refused = try ToolProcess.run(words)
    #expect(refused.status == 66 && refused.errors.contains("is no program that can be run"))
    try FileManager.default.setAttributes([.posixPermissions: 0o700], ofItemAtPath: program)
    let result = try ToolProcess.run(words)
    #expect(result.status == 0 && result.output == "", "\(result.errors)")
    #expect(
      result.errors
        == "liaison: event 11: the program took too long and was ended; it is run again in 1 s\n")
    let said = try String(contentsOfFile: folder + "/words", encoding: .utf8)
    #expect(said == "11 8 escalated review --a word\n")
    let input = try String(contentsOfFile: folder + "/input", encoding: .utf8)
    #expect(input.hasSuffix("}\n") && input.contains(#""news":"escalated""#))
    #expect(input.contains(#""record":\#(Made.suspect)"#))
    #expect(input.split(separator: "\n").count == 1)
    #expect(methods(hub) == ["HookEvent", "HookEvent", "HookDone"])
  }

  @Test("A program that cannot be run at all is a failure like others")
  func notRun() {
    let end = ChildProgram(path: "/nowhere/program", arguments: []).run(
      input: [], environment: [], limitMilliseconds: 1_000)
    #expect(HookRun.problem(end)?.hasPrefix("could not be run (execve /nowhere/program: ") == true)
  }

  @Test("A hub that is not there, or refuses the hook, ends it")
  func refused() throws {
    let absent = try ToolProcess.run(["hook", "x", "/bin/true", "--hub", "/nowhere"])
    #expect(absent.status == 69)
    let hub = try FakeHub { _ in
      let error = HubError.notAllowed(reason: "no line in users.conf", hint: "add one")
      return VarlinkReply.encode(error: error.varlinkName, error.parameters)
    }
    defer { hub.stop() }
    let result = try ToolProcess.run(["hook", "x", "/bin/true", "--hub", hub.folder])
    #expect(result.status == 77)
    let limit = try ToolProcess.run(
      ["hook", "x", "/bin/true", "--limit", "0", "--hub", hub.folder])
    #expect(limit.status == 64)
  }
}
