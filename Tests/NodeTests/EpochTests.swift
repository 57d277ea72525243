import Crypto
import Foundation
import Log
import Runtime
import Secrets
import Store
import Testing

@testable import Node

@Suite("Opening the next epoch", .serialized)
final class EpochTests {
  private let host: NodeHost

  init() throws {
    host = try NodeHost()
    try NodeTemplates.passphrase.write(toFile: passphrase, atomically: true, encoding: .utf8)
    try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: passphrase)
  }

  deinit { host.end() }

  private var passphrase: String { host.path("passphrase") }

  private func open(_ node: HostedNode, _ more: [String] = []) throws
    -> (status: Int32, said: String)
  {
    try host.liaison(
      ["epoch", "open", "--recovery", node.folder.defaultRecovery, "--data", node.folder.root]
        + ["--passphrase-file", passphrase] + more)
  }

  private let record = #"{"type":"note"}"#

  @Test(
    "The next epoch is opened in a running daemon, once, with the right file; the old log stays readable"
  )
  func opens() throws {
    let nl = try host.node("nl")
    try nl.start()
    let first = try nl.publish([record], to: ["nl"])
    let other = try host.node("be")
    let foreign = try host.liaison(
      ["epoch", "open", "--recovery", other.folder.defaultRecovery, "--data", nl.folder.root]
        + ["--passphrase-file", passphrase])
    #expect(foreign.status == 65 && foreign.said.contains("recovery file of be/2"), "\(foreign)")
    let opened = try open(nl)
    #expect(opened.status == 0, "\(opened.said)\n\(nl.log())")
    #expect(opened.said.contains("opened nl/2") && opened.said.contains("follows nl/1 at 3"))
    let run = try nl.publish([record], to: ["nl"])
    #expect(run.origin == "nl/2" && run.first == 2)
    #expect(try nl.show("\(first.origin)/\(first.first)").record == record)
    let report = try nl.status()
    #expect(report.signing == "ready")
    #expect(
      report.logs.map(\.origin) == ["nl/1", "nl/2"] && report.logs.map(\.own) == [false, true])
    let again = try open(nl)
    #expect(again.status == 65 && again.said.contains("opened already"), "\(again.said)")
    // The keys are in place, and a restart is one of the new epoch.
    _ = try nl.terminate()
    try nl.start()
    #expect(try nl.publish([record], to: ["nl"]).origin == "nl/2")
    // The one after, with the file that was written now.
    let third = try host.liaison(
      ["epoch", "open", "--recovery", nl.folder.defaultRecovery(of: 3), "--data", nl.folder.root]
        + ["--passphrase-file", passphrase])
    #expect(third.status == 0 && third.said.contains("opened nl/3"), "\(third.said)")
    #expect(try nl.publish([record], to: ["nl"]).origin == "nl/3")
    _ = try nl.terminate()
    let report3 = try Fsck.run(
      on: try FileDisk(folder: nl.folder.root), signatures: true)
    #expect(report3.isClean && report3.logs.count == 3, "\(report3.findings)")
  }

  @Test(
    "--ends-at leaves out what somebody else signed: it is late, and the epoch before ends below it"
  )
  func endsAt() throws {
    let nl = try host.node("nl")
    try nl.start()
    let run = try nl.publish([record, record, record, record], to: ["nl"])
    let end = run.first + 2
    for (size, words) in [
      ("0", "no number of entries"), ("-1", "no number of entries"), ("1x", "no number of entries"),
      ("99999999999999999999", "no number of entries"), ("\(run.first + 5)", "entries here"),
    ] {
      let refused = try open(nl, ["--ends-at", size])
      #expect(refused.status == 64 && refused.said.contains(words), "\(size): \(refused.said)")
    }
    let opened = try open(nl, ["--ends-at", "\(end)"])
    #expect(opened.status == 0, "\(opened.said)\n\(nl.log())")
    #expect(opened.said.contains("follows nl/1 at \(end)"), "\(opened.said)")
    let before = try #require(try nl.status().logs.first { $0.origin == "nl/1" })
    #expect(before.endsAt == end && before.size == run.first + 4)
    #expect(try !nl.show("nl/1/\(end - 1)").late)
    #expect(try nl.show("nl/1/\(end)").late)
    #expect(try nl.publish([record], to: ["nl"]).origin == "nl/2")
    // The end that it has now is not moved by a second command.
    let again = try open(nl, ["--ends-at", "\(end - 1)"])
    #expect(again.status != 0, "\(again.said)")
    _ = try nl.terminate()
  }

  @Test("Limits of a node's logs count all its epochs: a further one gives no further room")
  func limitsOfAllEpochs() throws {
    let nl = try host.node("nl")
    let be = try host.node("be")
    try nl.add(be, dial: false)
    try nl.start()
    try be.add(nl, dial: true)
    try be.start()
    #expect(try be.wait { $0.peers.allSatisfy { $0.state == "connected" } }, "\(be.log())")
    let run = try nl.publish([record, record, record], to: ["all"], replicas: 1)
    try nl.openEpoch()
    func size(_ origin: String) throws -> UInt64 {
      try be.status().logs.first { $0.origin == origin }?.size ?? 0
    }
    #expect(try be.wait { $0.logs.contains { $0.origin == "nl/2" && $0.size > 0 } })
    let taken = try size("nl/1") + size("nl/2")
    #expect(taken > run.first + run.count)
    let path = be.folder.settings(of: try NodeName("nl"))
    let kept = (try? String(contentsOfFile: path, encoding: .utf8)) ?? ""
    try (kept + "max-entries = \(taken + 1)\n").write(
      toFile: path, atomically: true, encoding: .utf8)
    be.hangUp()
    _ = try nl.publish([record, record, record, record], to: ["all"])
    let limited = try be.wait { report in
      report.logs.contains { $0.origin == "nl/2" && $0.why?.hasPrefix("limit reached") == true }
    }
    #expect(limited, "\(be.log())")
    #expect(try size("nl/1") + size("nl/2") <= taken + 1)
  }

  /// A folder in which everything is ready to be prepared, and what will be.
  private func stopped(_ name: String) throws -> (node: HostedNode, plan: EpochPlan) {
    let node = try host.node(name)
    try node.start()
    _ = try node.publish([record], to: [name])
    let epochs: EpochsReply = try node.call("Epochs", NoArguments())
    let file = try NextEpoch.readRecovery(
      node.folder.defaultRecovery, passphrase: NodeTemplates.guardedPassphrase)
    let plan = try EpochPlan(
      recovery: file.origin, key: file.key.publicKey, name: NodeName(name), epochs,
      isUnasked: false)
    _ = try node.terminate()
    return (node, plan)
  }

  private func prepare(_ node: HostedNode, _ plan: EpochPlan, next: UInt8 = 1) throws
    -> NextEpoch
  {
    let file = try NextEpoch.readRecovery(
      node.folder.defaultRecovery, passphrase: NodeTemplates.guardedPassphrase)
    return try NextEpoch.prepare(
      plan, key: file.key, commitment: OpeningKeyHash(SHA256.hash([next]).bytes), credential: nil,
      in: node.folder)
  }

  private func storeGenesis(of prepared: NextEpoch, in node: HostedNode) throws -> LogHead {
    let store = try Store.open(on: try FileDisk(folder: node.folder.root))
    try store.addLog(prepared.card.identity)
    try store.append(try prepared.verified())
    try store.flush()
    return try #require(store.durableHead(prepared.card.identity.id))
  }

  @Test("Broken off while it is prepared: the old epoch counts, and the command can be given again")
  func brokenWhilePreparing() throws {
    let (nl, plan) = try stopped("nl")
    let all = try prepare(nl, plan)
    let secrets = try OwnSecrets.load(nl.folder, credential: nl.folder.next + "/node.key")
    let before = try nl.card()
    #expect(all.card.log != before.log && all.card.cosigning != before.cosigning)
    let token = TokenFile(path: nl.folder.defaultToken)
    let steps = NextEpoch.PreparationStep.allCases
    for count in 1..<steps.count {
      for step in steps[..<count] { try all.perform(step, secrets, at: nl.folder.next) }
      #expect(try NextEpoch.load(nl.folder) == nil)
      let store = try Store.open(on: try FileDisk(folder: nl.folder.root))
      #expect(try NextEpoch.finishAdoption(nl.folder, store, token) == nil)
      #expect(try CardFile.own(nl.folder).origin.text == "nl/1")
    }
    // Prepared as a whole, and the node was never told: the old epoch goes on, and the genesis
    // cites too little.
    try all.perform(.card, secrets, at: nl.folder.next)
    try nl.start()
    #expect(try nl.publish([record], to: ["nl"]).origin == "nl/1")
    let opened = try open(nl)
    #expect(opened.status == 0 && opened.said.contains("follows nl/1 at 4"), "\(opened.said)")
    #expect(try nl.publish([record], to: ["nl"]).origin == "nl/2")
  }

  @Test("Broken off while it is adopted: the next start brings it to its end, from wherever it was")
  func brokenWhileAdopting() throws {
    let steps = NextEpoch.AdoptionStep.allCases
    let (nl, plan) = try stopped("nl")
    let prepared = try prepare(nl, plan)
    for count in 0...steps.count {
      let node = try host.copy(of: nl, as: "n\(count)")
      let head = try storeGenesis(of: prepared, in: node)
      let token = TokenFile(path: node.folder.defaultToken)
      for step in steps[..<count] {
        try prepared.perform(step, node.folder, token, head: head)
      }
      try node.start()
      let run = try node.publish([record], to: ["nl"])
      #expect(run.origin == "nl/2", "after \(count) steps: \(node.log())")
      #expect(!FileManager.default.fileExists(atPath: node.folder.next + "/node.card"))
      _ = try node.terminate()
    }
  }

  @Test("Prepared here and opened elsewhere with the same file: this folder never signs in it")
  func openedElsewhere() throws {
    let (nl, plan) = try stopped("nl")
    let elsewhere = try prepare(nl, plan, next: 2)
    _ = try prepare(nl, plan)
    _ = try storeGenesis(of: elsewhere, in: nl)
    let before = try Data(contentsOf: URL(fileURLWithPath: nl.folder.defaultToken))
    try nl.start()
    #expect(try nl.card().origin.text == "nl/1")
    #expect(try nl.status().signing == "closed")
    #expect(throws: ControlError.self) { try nl.publish([record], to: ["nl"]) }
    #expect(throws: ControlError.self) {
      let _: AdoptReply = try nl.call("AdoptEpoch", AdoptRequest(origin: "nl/2"))
    }
    let again = try open(nl)
    #expect(again.status == 65 && again.said.contains("opened already"), "\(again.said)")
    _ = try nl.terminate()
    try nl.start()
    #expect(try nl.card().origin.text == "nl/1")
    #expect(try Data(contentsOf: URL(fileURLWithPath: nl.folder.defaultToken)) == before)
  }

  @Test("A folder from the middle of an adoption does not replace the newer token of that epoch")
  func tokenStays() throws {
    let (nl, plan) = try stopped("nl")
    let prepared = try prepare(nl, plan)
    let head = try storeGenesis(of: prepared, in: nl)
    let token = TokenFile(path: nl.folder.defaultToken)
    let newer = RollbackToken(origin: prepared.card.origin, size: 50, leafHash: head.leafHash)
    try token.save(newer)
    try nl.start()
    #expect(try nl.card().origin.text == "nl/2")
    #expect(try nl.status().signing == "closed")
    _ = try nl.terminate()
    guard case .token(let kept) = try token.load() else { return #expect(Bool(false)) }
    #expect(kept == newer)
  }

  @Test("What an operator compared by voice is not replaced by what the key before it opens")
  func comparedByVoice() throws {
    let nodes = try ["nl", "be", "fr"].map { try host.node($0) }
    for node in nodes { try node.start() }
    for node in nodes {
      for other in nodes where other !== node { try node.add(other, dial: true) }
    }
    for node in nodes { node.hangUp() }
    let (nl, be, fr) = (nodes[0], nodes[1], nodes[2])
    #expect(try be.wait { $0.logs.contains { $0.origin == "nl/1" && $0.size > 0 } })
    #expect(try fr.wait { $0.logs.contains { $0.origin == "nl/1" && $0.size > 0 } })
    // nl is made anew, because its recovery file is in wrong hands; be compares the new card.
    let anew = try host.node("nl", anew: "anew")
      .card()
    _ = try Roster.add(anew, address: nil, replaceKey: true, to: be.folder)
    let _: ReloadReply = try be.call("Reload", NoArguments())
    try nl.openEpoch()
    #expect(try fr.wait { $0.logs.contains { $0.origin == "nl/2" && $0.size > 0 } })
    #expect(try fr.wait { $0.warnings.contains { $0.contains("was opened after nl/1") } })
    #expect(try be.wait { $0.warnings.contains { $0.contains("compare its card by voice") } })
    #expect(try CardFile.read(be.folder.card(of: anew.name)) == anew)
    #expect(try CardFile.read(fr.folder.card(of: anew.name)).origin.text == "nl/2")
    // The other way round it needs the operator's word, and nothing else.
    #expect(throws: IdentityError.self) { try Roster.add(anew, address: nil, to: fr.folder) }
    _ = try Roster.add(anew, address: nil, replaceKey: true, to: fr.folder)
    #expect(try CardFile.read(fr.folder.card(of: anew.name)) == anew)
  }

  @Test(
    "CARD-11: of one log the first card counts for ever, also when its node was removed meanwhile")
  func oneOpeningKey() throws {
    let nl = try host.node("nl")
    let key = LogSecretKey.generate()
    let secrets = NodeSecrets.generate()
    func card(_ serial: UInt64, _ opening: UInt8) throws -> Card {
      try Card.make(
        serial: serial, origin: try Origin("be/1"), log: key.publicKey,
        cosigning: secrets.cosigning.publicKey, sealing: secrets.sealing.publicKey,
        transport: secrets.transport.publicKey,
        opening: OpeningKeyHash(SHA256.hash([opening]).bytes), address: nil
      ) { key.sign($0) }
    }
    let first = try card(1, 1)
    #expect(try Roster.add(first, address: nil, to: nl.folder) == .added)
    #expect(throws: IdentityError.self) { try Roster.add(card(2, 2), address: nil, to: nl.folder) }
    #expect(
      throws: IdentityError.self, "a serial that leaps"
    ) { try Roster.add(card(65_538, 1), address: nil, to: nl.folder) }
    try Roster.remove(first.name, from: nl.folder)
    #expect(throws: IdentityError.self) {
      try Roster.add(card(2, 2), address: nil, replaceKey: true, to: nl.folder)
    }
    let files = try FileManager.default.contentsOfDirectory(atPath: nl.folder.faults)
    #expect(files == ["\(first.identity.id)-two.cards"])
    #expect(try Roster.add(card(2, 1), address: nil, to: nl.folder) == .added)
    #expect(HeldCards(nl.folder).card(of: first.identity.id) == first)
  }

  @Test(
    "CARD-46, CARD-47: a followed card waits for its operator's word, where follow = confirm says so"
  )
  func confirmed() throws {
    let nl = try host.node("nl")
    func card(_ epoch: UInt32) throws -> Card {
      let secrets = NodeSecrets.generate()
      return try Card.make(
        serial: 1, origin: Origin(name: try NodeName("be"), epoch: epoch),
        log: secrets.log.publicKey, cosigning: secrets.cosigning.publicKey,
        sealing: secrets.sealing.publicKey, transport: secrets.transport.publicKey,
        opening: OpeningKeyHash(SHA256.hash([UInt8(epoch)]).bytes), address: nil
      ) { secrets.log.sign($0) }
    }
    let (first, second, third) = (try card(1), try card(2), try card(3))
    _ = try Roster.add(first, address: nil, to: nl.folder)
    try Roster.follow(second, after: first, nl.folder)
    try Roster.follow(third, after: second, nl.folder)
    try "follow = confirm\n".write(
      toFile: nl.folder.settings(of: first.name), atomically: true, encoding: .utf8)
    let member = try #require(try Roster.load(nl.folder).member(first.name))
    #expect(member.card == third && member.compared == first)
    try nl.start()
    let _: ReleaseReply = try nl.call("ReleaseSigning", NoArguments())
    #expect(try nl.wait { $0.signing == "ready" })
    let refusal = #expect(throws: ControlError.self) { try nl.publish([record], to: ["be"]) }
    guard case .refused(let reason, _) = refusal else { return #expect(Bool(false)) }
    #expect(reason.contains("was not compared"))
    #expect(try Roster.add(third, address: nil, to: nl.folder) == .confirmed)
    #expect(try Roster.add(third, address: nil, to: nl.folder) == .unchanged)
    let _: ReloadReply = try nl.call("Reload", NoArguments())
    _ = try nl.publish([record], to: ["be"])
  }

  @Test("A card with another node's transport key is refused")
  func foreignTransportKey() throws {
    let (nl, be) = (try host.node("nl"), try host.node("be"))
    _ = try Roster.add(try be.card(), address: nil, to: nl.folder)
    let own = try be.card()
    let key = LogSecretKey.generate()
    let card = try Card.make(
      serial: 1, origin: try Origin("fr/1"), log: key.publicKey, cosigning: own.cosigning,
      sealing: own.sealing, transport: own.transport, opening: own.opening, address: nil
    ) { key.sign($0) }
    #expect(throws: IdentityError.self) { try Roster.add(card, address: nil, to: nl.folder) }
  }

  @Test("While nothing on the roster can be used, signing waits as for peers that do not answer")
  func unusableRoster() throws {
    let (nl, be) = (try host.node("nl"), try host.node("be"))
    _ = try Roster.add(try be.card(), address: nil, to: nl.folder)
    try "no card".write(
      toFile: nl.folder.card(of: try be.card().name), atomically: true, encoding: .utf8)
    try nl.start()
    #expect(try nl.status().signing == "waiting")
    try Data(try be.card().note)
      .write(to: URL(fileURLWithPath: nl.folder.card(of: try be.card().name)))
    let _: ReloadReply = try nl.call("Reload", NoArguments())
    #expect(try nl.status().waitingFor == ["be"])
  }

  @Test(
    "Which epoch a recovery file opens: nobody asked, another node's, a used or wrong one, more at a peer"
  )
  func plans() throws {
    let key = OpeningSecretKey.generate().publicKey
    let name = try NodeName("nl")
    let hash = key.commitment.description
    let other = Hex.encode(SHA256.hash([7]).array)
    func epoch(_ number: Int, opening: String, claims: [EpochClaim] = []) -> EpochReport {
      EpochReport(
        origin: "nl/\(number)", id: "", size: 5, leafHash: other, root: hash, opening: opening,
        claims: claims)
    }
    func plan(
      _ recovery: String, _ epochs: [EpochReport], answered: [String] = ["be"],
      without: Set<String> = [], isUnasked: Bool = false
    ) -> Result<EpochPlan, IdentityError> {
      Result { () throws(IdentityError) in
        try EpochPlan(
          recovery: recovery, key: key, name: name,
          EpochsReply(own: "nl/1", answered: answered, unanswered: ["fr"], epochs: epochs),
          waived: without, isUnasked: isUnasked)
      }
    }
    func refusal(_ result: Result<EpochPlan, IdentityError>) -> String {
      if case .failure(let error) = result { error.reason } else { "" }
    }
    let good = plan("nl/2", [epoch(1, opening: hash)])
    #expect((try? good.get())?.predecessor.size == 5)
    #expect((try? good.get())?.origin.text == "nl/2")
    #expect(refusal(plan("be/2", [epoch(1, opening: hash)])).contains("the node is nl"))
    #expect(refusal(plan("nl/2", [epoch(1, opening: hash)], answered: [])).contains("no peer"))
    #expect(
      (try? plan("nl/2", [epoch(1, opening: hash)], answered: [], isUnasked: true).get()) != nil)
    #expect(refusal(plan("nl/2", [epoch(1, opening: other)])).contains("does not hold the key"))
    let opened = [epoch(1, opening: hash), epoch(2, opening: other)]
    #expect(refusal(plan("nl/2", opened)).contains("opened already"))
    #expect(refusal(plan("nl/3", opened)).contains("does not hold the key"))
    let claims = [EpochClaim(peer: "be", size: 9), EpochClaim(peer: "fr", size: 7)]
    let claimed = [epoch(1, opening: hash, claims: claims)]
    #expect(
      refusal(plan("nl/2", claimed))
        .contains("peer be shows 9 entries of nl/1, which it has not delivered; peer fr shows 7"))
    // One is waived, and what the other shows still counts.
    #expect(refusal(plan("nl/2", claimed, without: ["be"])).hasPrefix("peer fr shows 7 entries"))
    #expect((try? plan("nl/2", claimed, without: ["be", "fr"]).get()) != nil)
    #expect((try? plan("nl/2", claimed, isUnasked: true).get()) != nil)
    #expect(refusal(plan("nl/2", claimed, without: ["de"])).contains("de, which is not on the"))
    #expect(refusal(plan("nl/2", claimed, answered: [], without: ["fr"])).contains("no peer"))
    #expect(refusal(plan("nl/2", [epoch(1, opening: "")])).contains("not here yet"))
    // An opening that broke off before its first entry was stored.
    var begun = epoch(2, opening: "")
    begun.size = 0
    #expect((try? plan("nl/2", [epoch(1, opening: hash), begun]).get())?.predecessor.size == 5)
    // Opened twice: the file says whose line goes on.
    let twice = [epoch(1, opening: other), epoch(2, opening: other), epoch(2, opening: hash)]
    #expect((try? plan("nl/3", twice).get())?.predecessor.origin.text == "nl/2")
  }

  @Test(
    "A credential of the epoch before does not stand in the way of the new keys, and no other pair passes"
  )
  func credential() throws {
    let (nl, plan) = try stopped("nl")
    let old = host.path("node.key")
    try FileManager.default.copyItem(atPath: nl.folder.secrets, toPath: old)
    let first = try nl.card()
    let prepared = try prepare(nl, plan)
    #expect(try OwnSecrets.first(nl.folder, credential: old, for: first).matches(first))
    #expect(throws: IdentityError.self) {
      try OwnSecrets.first(nl.folder, credential: old, for: prepared.card)
    }
    let token = TokenFile(path: nl.folder.defaultToken)
    try prepared.perform(.keys, nl.folder, token, head: .empty)
    #expect(
      try OwnSecrets.first(nl.folder, credential: old, for: prepared.card).matches(prepared.card))
    #expect(throws: IdentityError.self) {
      try OwnSecrets.first(nl.folder, credential: nil, for: first)
    }
  }

  @Test("The mark of a closed log says of which, and one that is damaged closes any")
  func mark() throws {
    let folder = NodeFolder(host.root.path)
    let origin = try Origin("nl/1")
    #expect(try ClosedMark.load(folder, origin) == nil)
    try ClosedMark(origin: origin, reason: "be held more\nthan this").save(folder)
    #expect(try ClosedMark.load(folder, origin) == "be held more than this")
    #expect(try ClosedMark.load(folder, try Origin("nl/2")) == nil)
    try ClosedMark(origin: origin, reason: String(repeating: "é", count: 2_000)).save(folder)
    #expect(try ClosedMark.load(folder, origin)?.utf8.count == 1_024)
    try "liaison-closed/v1\n".write(toFile: folder.closed, atomically: true, encoding: .utf8)
    #expect(try ClosedMark.load(folder, try Origin("nl/2"))?.contains("damaged") == true)
  }
}
