import Audit
import Crypto
import Foundation
import Log
import Runtime
import Secrets
import Store
import Testing
import Varlink

@testable import Node

/// Backups, exports of keys, restores and epochs, with real daemons.
@Suite("Restores", .serialized)
final class RestoreTests {
  private let host: NodeHost

  init() throws { host = try NodeHost() }

  deinit { host.end() }

  private func records(_ count: Int) -> [String] {
    (0..<count).map {
      #"{"type":"note","number":\#($0),"text":"\#(String(repeating: "x", count: 300))"}"#
    }
  }

  private func pair() throws -> (nl: HostedNode, be: HostedNode) {
    let nl = try host.node("nl")
    let be = try host.node("be")
    try nl.start()
    try be.start()
    try nl.add(be, dial: true)
    try be.add(nl, dial: true)
    be.hangUp()
    nl.hangUp()
    #expect(try nl.wait { $0.peers.contains { $0.state == "connected" } })
    return (nl, be)
  }

  // MARK: Backups

  @Test(
    "A backup of a node that publishes and purges meanwhile is whole, by fsck and by the auditor, and holds no secret"
  )
  func underLoad() throws {
    let (nl, be) = try pair()
    _ = try nl.publish(records(200), to: ["all"])
    var batches = 0
    for number in 0..<4 {
      let target = host.path("backup\(number)")
      let before = try nl.size(of: "nl/1")
      let summary = try backup(nl, to: target, meanwhile: &batches)
      #expect(summary.problemCount == 0, "\(summary.problems)")
      let size = try #require(summary.logs.first { $0.origin == "nl/1" }?.size)
      #expect(size >= before)
      try checkCopy(target, cards: [try nl.card(), try be.card()], size: size)
    }
    #expect(batches > 4, "nothing was published while the copies were made")
  }

  /// Publishes while the copy is made, and withdraws some of it: bodies are purged while they are
  /// copied.
  private func backup(
    _ node: HostedNode, to target: String, meanwhile batches: inout Int
  ) throws -> CopySummary {
    let client = try UnixClient(path: node.folder.controlSocket, timeoutMilliseconds: 20_000)
    try client.write(ControlCall.encode("Backup", BackupRequest(folder: target)))
    while !client.hasInput(within: 0) {
      let run = try node.publish(records(20), to: ["all"])
      let gone = (UInt64(0)..<5).map { "\(run.origin)/\(run.first + $0)" }
      let _: PublishReply = try node.call("Withdraw", WithdrawRequest(records: gone))
      batches += 1
      // A part of the copy, for which the store is to have a pause.
      for _ in 0..<10 { try host.step(atMost: host.now + 50) }
    }
    let message = try #require(try client.readMessage())
    return try ControlReply(message: message).decode(CopySummary.self).parameters
  }

  private func checkCopy(_ target: String, cards: [Card], size: UInt64) throws {
    let report = try Fsck.run(on: try FileDisk(folder: target, isReadOnly: true), signatures: true)
    #expect(report.isClean, "\(report.findings)")
    let audit = try FolderAudit.run(path: target, cards: cards)
    #expect(audit.findings.isEmpty, "\(audit.findings)")
    // A body may be hidden while the copy is made, by a withdrawal that stands behind its end.
    #expect(
      audit.notChecked.allSatisfy {
        $0.hasSuffix("bodies, which are withdrawn")
          || $0.hasSuffix("withdrawn bodies, whose withdrawals are not here")
      }, "\(audit.notChecked)")
    #expect(audit.logs.first { $0.origin == "nl/1" }?.entries == size)
    let files = try FileManager.default.subpathsOfDirectory(atPath: target)
    #expect(files.contains("node.card"))
    #expect(files.contains("peers/be.card") == (cards.count > 1))
    for file in files {
      #expect(!file.hasSuffix(".psk") && !file.contains("secrets") && !file.contains("token"))
    }
  }

  @Test(
    "Without a daemon the verb copies under the lock; nothing is written over, and nothing into the folder"
  )
  func withoutDaemon() throws {
    let nl = try host.node("nl")
    try nl.start()
    _ = try nl.publish(records(30), to: ["nl"])
    // The acknowledged entries are in the journal only.
    nl.kill()
    let target = host.path("backup")
    let made = try host.liaison(["backup", target, "--data", nl.folder.root])
    #expect(made.status == 0, "\(made.said)")
    try checkCopy(target, cards: [try nl.card()], size: 32)
    let again = try host.liaison(["backup", target, "--data", nl.folder.root])
    #expect(again.status == 73 && again.said.contains("is there already"))
    let inside = try host.liaison(["backup", nl.folder.root + "/x", "--data", nl.folder.root])
    #expect(inside.status == 65 && inside.said.contains("would be inside"))
  }

  // MARK: Keys

  @Test(
    "An export of keys is read back, is not written over, and restores only beside its own backup")
  func keys() throws {
    let nl = try host.node("nl")
    let be = try host.node("be")
    let psk = host.path("key")
    try (Base64.encode([UInt8](repeating: 7, count: 32)) + "\n").write(
      toFile: psk, atomically: true, encoding: .utf8)
    try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: psk)
    // Two keys, one behind the other, and the secrets of an epoch before: all of it comes back.
    _ = try Roster.add(try be.card(), address: nil, presharedKeyPath: psk, to: nl.folder)
    try (Base64.encode([UInt8](repeating: 8, count: 32)) + "\n").write(
      toFile: psk, atomically: false, encoding: .utf8)
    _ = try Roster.add(try be.card(), address: nil, presharedKeyPath: psk, to: nl.folder)
    try OwnSecrets.retire(NodeSecrets.generate(), of: try nl.card(), nl.folder)
    let file = host.path("nl.keys")
    let (origin, count) = try KeysFile.export(
      nl.folder, credential: nil, to: file, passphrase: NodeTemplates.guardedPassphrase,
      cost: NodeTemplates.cheap)
    #expect(origin == "nl/1" && count == 2)
    #expect(
      refusal {
        _ = try KeysFile.export(
          nl.folder, credential: nil, to: file, passphrase: NodeTemplates.guardedPassphrase)
      }
        == .exists)
    let keys = try KeysFile.read(file, passphrase: NodeTemplates.guardedPassphrase)
    let wrong = GuardedBytes(copying: Array("another".utf8).span)
    #expect(refusal { _ = try KeysFile.read(file, passphrase: wrong) } == .refused)
    let mine = host.path("backup")
    let others = host.path("backup-be")
    _ = try Backup.run(nl.folder, to: mine)
    _ = try Backup.run(be.folder, to: others)
    let foreign = refusal {
      _ = try Restore.run(
        from: others, keys: keys,
        to: NodeFolder(host.path("wrong")))
    }
    #expect(foreign == .refused)
    let restored = NodeFolder(host.path("restored"))
    let (card, summary) = try Restore.run(
      from: mine, keys: keys, to: restored)
    #expect(card == (try nl.card()) && summary.problemCount == 0)
    for name in [
      "secrets/node.key", "secrets/earlier.keys", "peers/be.psk", "peers/be_1.psk",
      "peers/be.card", "node.card",
    ] {
      #expect(
        FileManager.default.contentsEqual(
          atPath: "\(nl.folder.root)/\(name)", andPath: "\(restored.root)/\(name)"), "\(name)")
    }
    #expect(
      refusal {
        _ = try Restore.run(
          from: mine, keys: keys, to: restored)
      } == .exists)
  }

  private func refusal(_ body: () throws -> Void) -> IdentityError.Kind? {
    do { try body() } catch { return (error as? IdentityError)?.kind }
    return nil
  }

  // MARK: Waiting and closing

  @Test(
    "A restarted node waits for its peers; publish gives up with 75 and nothing published, or goes on when released"
  )
  func waiting() throws {
    let (nl, be) = try pair()
    _ = try be.terminate()
    _ = try nl.terminate()
    try nl.start(port: nl.port)
    let report = try nl.status()
    #expect(report.signing == "waiting" && report.waitingFor == ["be"])
    #expect(report.signingHelp?.contains("signing release") == true)
    let input = host.path("records.jsonl")
    try (records(1)[0] + "\n").write(toFile: input, atomically: true, encoding: .utf8)
    let size = try nl.size(of: "nl/1")
    let gaveUp = try host.liaison(
      ["publish", "--to", "nl", "--timeout", "1", "--data", nl.folder.root, input])
    #expect(gaveUp.status == 75, "\(gaveUp.said)")
    // It says whom it waits for, since when, and what the way out risks.
    #expect(
      gaveUp.said.contains("waiting: the answers of be are not here yet since 20")
        && gaveUp.said.contains("contradicts itself for ever")
        && gaveUp.said.contains("Nothing was published"), "\(gaveUp.said)")
    let since = try #require(report.waitingSince)
    #expect(since >= report.startedAt)
    #expect(try nl.size(of: "nl/1") == size)
    let asked = try host.liaison(["signing", "release", "--data", nl.folder.root])
    #expect(
      asked.status == 64 && asked.said.contains("contradicts itself for ever"), "\(asked.said)")
    #expect(try nl.status().signing == "waiting")
    let released = try host.liaison(["signing", "release", "--yes", "--data", nl.folder.root])
    #expect(released.status == 0 && released.said.contains("be"), "\(released.said)")
    #expect(nl.log().contains("released signing without the answers of be"))
    _ = try nl.publish(records(1), to: ["nl"])
    let twice = try host.liaison(["signing", "release", "--data", nl.folder.root])
    #expect(twice.status == 69)
    // With its peer there, it becomes ready by itself.
    _ = try nl.terminate()
    try be.start(port: be.port)
    try nl.start()
    #expect(try nl.wait { $0.signing == "ready" })
  }

  @Test("A closed log stays closed: with the token put right, too, once own entries came back")
  func remembered() throws {
    let (nl, be) = try pair()
    let copy = nl.folder.root + ".copy"
    _ = try nl.publish(records(3), to: ["be"])
    _ = try nl.terminate()
    try NodeTemplates.copyFolder(nl.folder.root, to: copy)
    try nl.start()
    #expect(try nl.wait { $0.signing == "ready" })
    let run = try nl.publish(records(3), to: ["be"], replicas: 1)
    _ = try nl.terminate()
    try FileManager.default.removeItem(atPath: nl.folder.root)
    try FileManager.default.moveItem(atPath: copy, toPath: nl.folder.root)
    // Without a token it is closed for this run; what comes back closes it for good.
    let token = nl.folder.defaultToken
    let kept = try Data(contentsOf: URL(fileURLWithPath: token))
    try FileManager.default.removeItem(atPath: token)
    try nl.start()
    #expect(try nl.status().signing == "closed")
    #expect(try nl.wait { $0.logs.contains { $0.own && $0.size == run.first + run.count } })
    let mark = nl.folder.closed
    #expect(FileManager.default.fileExists(atPath: mark))
    _ = try nl.terminate()
    try kept.write(to: URL(fileURLWithPath: token))
    try nl.start()
    let report = try nl.status()
    #expect(report.signing == "closed" && report.signingHelp?.contains("epoch open") == true)
    let refused = try host.liaison(["publish", "--to", "be", "--data", nl.folder.root, "/dev/null"])
    #expect(refused.status == 65)
    #expect(throws: ControlError.self) { try nl.publish(self.records(1), to: ["be"]) }
    #expect(try be.status().logs.first { $0.origin == "nl/1" }?.disputed == false)
  }
}

extension RestoreTests {
  @Test("A token of another node, or a file that is none, closes for that run only")
  func wrongToken() throws {
    let (nl, be) = try pair()
    _ = try nl.publish(records(3), to: ["be"], replicas: 1)
    _ = try nl.terminate()
    _ = try be.terminate()
    let token = URL(fileURLWithPath: nl.folder.defaultToken)
    let kept = try Data(contentsOf: token)
    for wrong in [
      try Data(contentsOf: URL(fileURLWithPath: be.folder.defaultToken)), Data("no token".utf8),
    ] {
      try wrong.write(to: token)
      try nl.start()
      let report = try nl.status()
      #expect(report.signing == "closed" && report.signingWhy?.contains("the token") == true)
      #expect(!FileManager.default.fileExists(atPath: nl.folder.closed))
      _ = try nl.terminate()
      #expect(try Data(contentsOf: token) == wrong)
    }
    try kept.write(to: token)
    try be.start(port: be.port)
    try nl.start()
    #expect(try nl.wait { $0.signing == "ready" }, "\(nl.log())")
  }

  @Test("Own entries are not taken before it is written that the log is closed")
  func markFirst() throws {
    let (nl, be) = try pair()
    let copy = nl.folder.root + ".copy"
    _ = try nl.terminate()
    try NodeTemplates.copyFolder(nl.folder.root, to: copy)
    try nl.start()
    #expect(try nl.wait { $0.signing == "ready" })
    let run = try nl.publish(records(3), to: ["be"], replicas: 1)
    _ = try nl.terminate()
    try FileManager.default.removeItem(atPath: nl.folder.root)
    try FileManager.default.moveItem(atPath: copy, toPath: nl.folder.root)
    _ = try be.terminate()
    try FileManager.default.removeItem(atPath: nl.folder.defaultToken)
    try nl.start()
    #expect(try nl.status().signing == "closed")
    // A folder of that name stands for a disk that takes no small file.
    try FileManager.default.createDirectory(
      atPath: nl.folder.closed + "/x", withIntermediateDirectories: true)
    try be.start(port: be.port)
    #expect(
      try nl.wait(seconds: 20) { $0.counters.contains { $0.key == "node.unsaved" } })
    #expect(try nl.size(of: "nl/1") < run.first + run.count)
    try FileManager.default.removeItem(atPath: nl.folder.closed)
    #expect(
      try nl.wait(seconds: 20) { $0.logs.contains { $0.own && $0.size == run.first + run.count } })
    #expect(try String(contentsOfFile: nl.folder.closed, encoding: .utf8).contains("nl/1"))
  }
}
