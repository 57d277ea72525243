import Anchoring
import Crypto
import Foundation
import HubInterface
import Log
import Records
import Runtime
import Synchronization
import Testing
import Varlink

@testable import Hub

/// The hub's part of Protocols/hub.md, 9.
@Suite("Anchors of looks")
final class HubAnchorTests {
  private let folder: String
  private var path: String { folder + "/looks.1.anchors" }
  private let consultations: ConsultationLog

  init() throws {
    folder = FileManager.default.temporaryDirectory.path + "/a-" + UUID().uuidString.prefix(8)
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    consultations = try ConsultationLog(folder: folder + "/consultations", epoch: 1)
  }

  deinit { try? FileManager.default.removeItem(atPath: folder) }

  private func lines() -> [String] {
    ((try? String(contentsOfFile: path, encoding: .utf8)) ?? "").split(separator: "\n")
      .map { "\($0)" }
  }

  private func attempt(origin: String = "be/1") throws -> AnchorAttempt {
    try consultations.checkpoint()
    let checkpoint = try #require(consultations.newestCheckpoint)
    return AnchorAttempt(
      path: path, sockets: [folder + "/anchor.socket"], origin: origin, log: consultations.id,
      checkpoint: checkpoint.note, size: checkpoint.size)
  }

  private func run(_ attempt: AnchorAttempt) -> AnchorAttempt.Outcome {
    attempt.run(unless: StopFlag(), milliseconds: 5_000)
  }

  /// The checkpoint that a line hides.
  private static func commitment(_ line: String) -> String? {
    let words = line.split(separator: " ")
    guard words.count == 3, let nonce = Hex.decode(words[1]).flatMap({ Bytes32($0) }),
      let checkpoint = Base64.decode(words[2])
    else { return nil }
    return Anchor.commitment(nonce: nonce, checkpoint: checkpoint).description
  }

  private static func reply(_ entry: String) -> [UInt8] {
    VarlinkReply.encode(AnchorReply(entry: entry))
  }

  @Test("HUB-60, 61: a nonce is on the disk before its anchor is sent, and no nonce comes twice")
  func order() throws {
    let path = path
    let seen = Mutex<[String]>([])
    let daemon = FakeDaemon(folder) { request in
      let text = (try? String(contentsOfFile: path, encoding: .utf8)) ?? ""
      let line = text.split(separator: "\n").last.map { "\($0)" } ?? ""
      guard HubAnchorTests.commitment(line) == request.commitment else { return nil }
      seen.withLock { $0.append(line) }
      return HubAnchorTests.reply("be/1/17")
    }
    defer { daemon.stop() }
    for _ in 0..<2 {
      guard case .published(let last) = run(try attempt()) else {
        Issue.record("it was not published")
        return
      }
      #expect(last.entry == "be/1/17" && last.size == 1)
    }
    let nonces = seen.withLock { $0 }
    #expect(nonces.count == 2 && nonces[0] != nonces[1])
    let found = lines()
    #expect(found.count == 4 && found[1].hasPrefix("entry be/1/17 "), "\(found)")
    #expect(daemon.requests.allSatisfy { $0.log == consultations.id.description })
    #expect(try AnchorFile.last(path)?.entry == "be/1/17")
    #expect(try AnchorFile.last(path)?.size == 1)
  }

  @Test(
    "HUB-61, 62: nothing is written while the daemon is away; what was killed in between is harmless"
  )
  func awayAndKilled() throws {
    guard case .failed = run(try attempt()) else {
      Issue.record("an anchor without a daemon")
      return
    }
    #expect(lines() == [])
    let answers = Mutex(0)
    let daemon = FakeDaemon(folder) { _ in
      answers.withLock { $0 += 1 }
      return answers.withLock { $0 } == 1 ? nil : HubAnchorTests.reply("be/1/3")
    }
    defer { daemon.stop() }
    guard case .failed = run(try attempt()) else {
      Issue.record("an anchor without an answer")
      return
    }
    #expect(lines().count == 1)
    #expect(try AnchorFile.last(path) == nil)
    // Killed while the second line was written.
    let handle = try FileHandle(forWritingTo: URL(fileURLWithPath: path))
    try handle.seekToEnd()
    try handle.write(contentsOf: Data("anchor 0123".utf8))
    try handle.close()
    guard case .published = run(try attempt()) else {
      Issue.record("it does not go on")
      return
    }
    let found = lines()
    #expect(found.count == 3 && found.filter { $0.hasPrefix("anchor ") }.count == 2, "\(found)")
    #expect(HubAnchorTests.commitment(found[0]) != HubAnchorTests.commitment(found[1]))
  }

  @Test("HUB-61: a file that no hub wrote is left as it is")
  func foreignFile() throws {
    let daemon = FakeDaemon(folder) { _ in HubAnchorTests.reply("be/1/3") }
    defer { daemon.stop() }
    let foreign = Data(repeating: 0x41, count: 5_000)
    try foreign.write(to: URL(fileURLWithPath: path))
    guard case .failed(let reason) = run(try attempt()) else {
      Issue.record("it was written to")
      return
    }
    #expect(reason.contains("no hub wrote"))
    #expect(try Data(contentsOf: URL(fileURLWithPath: path)) == foreign)
    #expect(daemon.requests == [])
  }

  @Test("HUB-62, 64: what the daemon refuses, and answers that are none")
  func refused() throws {
    let errors = [AnchorFailure.otherEpoch("be/2"), .notSigning(reason: "r"), .busy]
    for error in errors {
      let daemon = FakeDaemon(folder) { _ in
        VarlinkReply.encode(error: error.varlinkName, error.parameters)
      }
      defer { daemon.stop() }
      guard case .failed(let reason) = run(try attempt()) else {
        Issue.record("\(error) passed for an answer")
        continue
      }
      #expect(reason == error.sentence)
    }
    for entry in ["be/2/3", "be/1/", "be/1/x", "be/1/03", "be/1/3\nentry", ""] {
      let daemon = FakeDaemon(folder) { _ in HubAnchorTests.reply(entry) }
      defer { daemon.stop() }
      guard case .failed = run(try attempt()) else {
        Issue.record("\(entry) passed for an entry")
        continue
      }
    }
    #expect(lines().allSatisfy { $0.hasPrefix("anchor ") })
    let daemon = FakeDaemon(folder) { _ in
      let error = AnchorFailure.tooOften(seconds: 77)
      return VarlinkReply.encode(error: error.varlinkName, error.parameters)
    }
    defer { daemon.stop() }
    guard case .tooOften(77) = run(try attempt()) else {
      Issue.record("the time to wait was not taken")
      return
    }
  }

  // MARK: - In its time

  private func keeper(_ loop: EventLoop, everyMilliseconds: UInt64) -> AnchorKeeper {
    AnchorKeeper(
      loop, sockets: [folder + "/anchor.socket"], everyMilliseconds: everyMilliseconds)
  }

  private func source(_ recorder: LookRecorder) throws -> AnchorKeeper.Source {
    AnchorKeeper.Source(
      path: path, origin: try Origin("be/1"), log: recorder.logID,
      checkpoint: { recorder.wholeCheckpoint() })
  }

  private func turn(_ loop: EventLoop, until condition: () -> Bool) throws {
    let end = Date().addingTimeInterval(20)
    while !condition(), Date() < end { try loop.turn(waitingAtMost: 50) }
    #expect(condition())
  }

  private func look(_ recorder: LookRecorder) {
    let text = ConsultationText(
      CheckedLook(user: "testo", purpose: .ct, reason: "a test", caseNumber: nil), verb: "search",
      asked: "x", returned: [], hidden: 0)
    recorder.record(text) { _ in }
    recorder.commit()
  }

  @Test(
    "HUB-60, 62, 63: again and again, also when nothing changed; tried again while the daemon is away"
  )
  func keeps() throws {
    let loop = try EventLoop()
    let recorder = LookRecorder(consultations, clock: loop.clock)
    let keeper = keeper(loop, everyMilliseconds: 30)
    var told: [AnchorProgress] = []
    keeper.changed = { told.append($0) }
    keeper.begin(try source(recorder))
    try turn(loop) {
      told.contains { $0.entry == nil && $0.why?.contains("anchor.socket") == true }
    }
    let next = Mutex(0)
    let daemon = FakeDaemon(folder) { _ in
      HubAnchorTests.reply("be/1/\(next.withLock { next in next += 1; return next })")
    }
    defer { daemon.stop() }
    try turn(loop) { keeper.progress.entry == "be/1/3" }
    #expect(keeper.progress.why == nil && keeper.progress.consultations == 0)
    look(recorder)
    try turn(loop) { keeper.progress.consultations == 1 }
    keeper.end()
    let count = daemon.requests.count
    for _ in 0..<10 { try loop.turn(waitingAtMost: 20) }
    #expect(daemon.requests.count == count)
    #expect(Set(daemon.requests.map(\.commitment)).count == count)
    // The next start knows what was anchored last.
    let again = self.keeper(loop, everyMilliseconds: 60_000)
    again.begin(try source(recorder))
    #expect(again.progress.consultations == 1 && again.progress.entry != nil)
    again.end()
  }

  @Test(
    "HUB-60, 62: at a stop what was looked at since is anchored; a daemon that says nothing holds nobody up"
  )
  func stops() throws {
    let loop = try EventLoop()
    let recorder = LookRecorder(consultations, clock: loop.clock)
    let isMute = Mutex(false)
    let daemon = FakeDaemon(folder) { _ in
      if isMute.withLock({ $0 }) {
        Thread.sleep(forTimeInterval: 5)
        return nil
      }
      return HubAnchorTests.reply("be/1/9")
    }
    defer { daemon.stop() }
    let keeper = keeper(loop, everyMilliseconds: 600_000)
    keeper.begin(try source(recorder))
    try turn(loop) { keeper.progress.entry != nil }
    look(recorder)
    keeper.finish()
    #expect(keeper.progress.consultations == 1 && daemon.requests.count == 2)
    isMute.withLock { $0 = true }
    let mute = self.keeper(loop, everyMilliseconds: 600_000)
    mute.begin(try source(recorder))
    for _ in 0..<5 { try loop.turn(waitingAtMost: 50) }
    let clock = ContinuousClock()
    let start = clock.now
    mute.finish()
    #expect(clock.now - start < .seconds(4))
  }

  @Test("Backup: the nonces lie beside the copy of the log")
  func backup() throws {
    let target = folder + "/copy"
    try FileManager.default.createDirectory(atPath: target, withIntermediateDirectories: true)
    #expect(try consultations.copy(to: target).contains("looks.1.anchors") == false)
    try Data("anchor x\n".utf8).write(to: URL(fileURLWithPath: path))
    let other = folder + "/copy2"
    try FileManager.default.createDirectory(atPath: other, withIntermediateDirectories: true)
    #expect(try consultations.copy(to: other).contains("looks.1.anchors"))
    #expect(
      try Data(contentsOf: URL(fileURLWithPath: other + "/looks.1.anchors"))
        == Data("anchor x\n".utf8))
  }
}
