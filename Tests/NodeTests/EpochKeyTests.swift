import Foundation
import Log
import Runtime
import Secrets
import Testing

@testable import Node

/// Nodes of which one opened epochs while the other was away.
@Suite("Each epoch has fresh keys, and the earlier ones still serve", .serialized)
final class EpochKeyTests {
  private let host: NodeHost
  private let passphrase: String
  private let record = #"{"type":"x"}"#

  init() throws {
    host = try NodeHost()
    passphrase = host.path("passphrase")
    try Data("a passphrase for tests\n".utf8).write(to: URL(fileURLWithPath: passphrase))
    try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: passphrase)
  }

  deinit { host.end() }

  @discardableResult
  private func liaison(_ words: [String], ends status: Int32 = 0) throws -> String {
    let (ended, said) = try host.liaison(words)
    #expect(ended == status, "\(words): \(said)")
    return said
  }

  private func open(_ node: HostedNode, _ recovery: String, _ more: [String] = []) throws {
    try liaison(
      [
        "epoch", "open", "--recovery", recovery, "--passphrase-file", passphrase,
        "--data", node.folder.root,
      ] + more)
  }

  /// nl and be know each other, each has what the other sealed to it, and one of them dials.
  private func pair(dials: String) throws -> (nl: HostedNode, be: HostedNode) {
    let (nl, be) = (try host.node("nl"), try host.node("be"))
    try nl.start()
    try be.start()
    try nl.add(be, dial: dials == "nl")
    try be.add(nl, dial: dials == "be")
    nl.hangUp()
    be.hangUp()
    #expect(try nl.wait { $0.peers.first?.state == "connected" && $0.signing == "ready" })
    #expect(try be.wait { $0.peers.first?.state == "connected" && $0.signing == "ready" })
    _ = try nl.publish([record], to: ["be"], replicas: 1)
    _ = try be.publish([record], to: ["nl"], replicas: 1)
    return (nl, be)
  }

  private func isReadable(_ node: HostedNode, _ run: EntryRun) throws -> Bool {
    try node.show("\(run.origin)/\(run.first)").record == record
  }

  @Test(
    "A partner that was away for two epochs follows both by the key that it knows",
    arguments: ["be", "nl"])
  func awayForEpochs(dials: String) throws {
    let (nl, be) = try pair(dials: dials)
    let sealed = try be.publish([record], to: ["nl"], replicas: 1)
    let port = be.port
    let before = try nl.card()
    #expect(try be.terminate().status == 0)
    try nl.openEpoch()
    let card = try nl.openEpoch(isUnasked: true)
    #expect(try card.origin.text == "nl/3" && card == nl.card())
    #expect(card.transport != before.transport && card.sealing != before.sealing)
    #expect(card.cosigning != before.cosigning && card.log != before.log)
    // Nobody connects to a daemon that begins again on another port.
    let place = nl.address
    try be.start(port: port)
    #expect(
      try be.wait(seconds: 60) { report in
        report.logs.contains { $0.origin == "nl/3" } && report.peers.first?.state == "connected"
          && report.signing == "ready"
      }, "\(place)\n\(be.log())\n\(nl.log())")
    #expect(try CardFile.read(be.folder.card(of: NodeName("nl"))) == card)
    #expect(
      try nl.wait(seconds: 30) { $0.peers.first?.state == "connected" && $0.signing == "ready" })
    let later = try be.publish([record], to: ["nl"], replicas: 1)
    #expect(try isReadable(nl, later), "sealed to the key of nl/3")
    #expect(try isReadable(nl, sealed), "sealed to the key of nl/1, which is kept")
    let own = try nl.publish([record], to: ["be"], replicas: 1)
    #expect(try isReadable(be, own))
    let counters = try be.status().counters
    #expect(counters["session.closed-failures"] == nil && counters["session.second-copy"] == nil)
  }

  @Test("An old copy of a node, whose partner follows the next epoch, is told so and closes")
  func oldCopy() throws {
    let (nl, be) = try pair(dials: "nl")
    #expect(try nl.terminate().status == 0)
    let old = try host.copy(of: nl, as: "old")
    try nl.start()
    #expect(try nl.wait { $0.signing == "ready" })
    try nl.openEpoch()
    #expect(try be.wait(seconds: 30) { $0.logs.contains { $0.origin == "nl/2" } })
    try old.start()
    #expect(try old.wait(seconds: 30) { $0.signing == "closed" }, "\(old.log())\n\(be.log())")
    #expect(try old.status().signingWhy?.contains("nl/2 was opened") == true)
    #expect(try be.wait(seconds: 30) { $0.peers.first?.state == "connected" }, "\(nl.log())")
    let report = try be.status()
    #expect(report.counters["session.of-earlier-key"] ?? 0 > 0)
    #expect(report.counters["session.second-copy"] == nil)
  }

  @Test(
    "An epoch is prepared where the node does not run: neither passphrase nor recovery file comes to it"
  )
  func preparedElsewhere() throws {
    let (nl, be) = try pair(dials: "nl")
    let clean = host.root.appendingPathComponent("clean")
    try FileManager.default.createDirectory(at: clean, withIntermediateDirectories: false)
    func at(_ name: String) -> String { clean.appendingPathComponent(name).path }
    // The safe is elsewhere from the beginning.
    try FileManager.default.moveItem(atPath: nl.folder.defaultRecovery, toPath: at("recovery"))
    let planned = try liaison(["epoch", "plan", at("plan"), "--data", nl.folder.root])
    #expect(planned.contains("nl/1: "))
    let words = [
      "epoch", "prepare", at("next"), "--plan", at("plan"), "--recovery", at("recovery"),
      "--passphrase-file", passphrase,
    ]
    let prepared = try liaison(words)
    #expect(prepared.contains("prepared nl/2") && prepared.contains("it follows nl/1 at "))
    try liaison(words, ends: 73)
    // A partner that gets the opening as a file follows it before the node itself.
    #expect(try nl.terminate().status == 0)
    try liaison(["epoch", "import", at("next") + "/genesis", "--data", be.folder.root])
    #expect(try be.wait(seconds: 10) { $0.logs.contains { $0.origin == "nl/2" && $0.size == 1 } })
    try nl.start()
    #expect(try nl.wait(seconds: 30) { $0.signing == "closed" }, "\(nl.log())")
    try liaison(["epoch", "open", "--prepared", at("next"), "--data", nl.folder.root])
    #expect(try nl.card() == CardFile.read(at("next") + "/node.card"))
    #expect(
      try nl.wait(seconds: 30) { $0.peers.first?.state == "connected" && $0.signing == "ready" })
    #expect(try isReadable(be, try nl.publish([record], to: ["be"], replicas: 1)))
    // The recovery file made there opens the epoch after.
    try open(nl, at("next") + ".recovery-3")
    #expect(try nl.card().origin.text == "nl/3")
  }

  @Test(
    "There is no epoch after the last one: that is said, and no recovery file is written for it")
  func lastEpoch() throws {
    let last = try Origin("nl/4294967295")
    let file = host.path("recovery")
    let text = Array("a passphrase for tests".utf8)
    #expect(throws: IdentityError.self) {
      try NextEpoch.writeRecovery(
        file, after: last, NodeFolder(host.path("nl")),
        passphrase: GuardedBytes(copying: text.span))
    }
    #expect(!FileManager.default.fileExists(atPath: file))
    #expect(try Origin("nl/4294967294").next() == last)
  }

  @Test(
    "What came after the plan is not cited: the epoch is not opened, and the command says what to do"
  )
  func planTooOld() throws {
    let nl = try host.node("nl")
    try nl.start()
    _ = try nl.publish([record], to: ["nl"])
    let (plan, next) = (host.path("plan"), host.path("next"))
    try liaison(["epoch", "plan", plan, "--data", nl.folder.root])
    try liaison([
      "epoch", "prepare", next, "--plan", plan, "--recovery", nl.folder.defaultRecovery,
      "--passphrase-file", passphrase,
    ])
    _ = try nl.publish([record], to: ["nl"])
    let said = try liaison(
      ["epoch", "open", "--prepared", next, "--data", nl.folder.root], ends: 65)
    #expect(said.contains("Make a new plan"))
    #expect(try nl.publish([record], to: ["nl"]).origin == "nl/1")
    // Another node's prepared epoch is refused, and so is a damaged plan.
    let be = try host.node("be")
    try be.start()
    #expect(
      try liaison(["epoch", "open", "--prepared", next, "--data", be.folder.root], ends: 65)
        .contains("this node is be"))
    try Data("{}".utf8).write(to: URL(fileURLWithPath: plan))
    #expect(
      try liaison(
        [
          "epoch", "prepare", next + "2", "--plan", plan, "--recovery", nl.folder.defaultRecovery,
          "--passphrase-file", passphrase,
        ], ends: 65
      ).contains("is no plan of an epoch"))
  }
}
