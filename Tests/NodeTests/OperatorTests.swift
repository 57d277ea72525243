import CommandLine
import Foundation
import Log
import Node
import Runtime
import Secrets
import Testing

@testable import liaison

/// Mistakes that an operator can make with folders, rosters and copies.
@Suite("Operators' mistakes", .serialized)
final class OperatorTests {
  private let host: NodeHost
  private var root: URL { host.root }

  init() throws { host = try NodeHost() }

  deinit { host.end() }

  private func run(_ words: [String]) throws -> (status: Int32, said: String) {
    let process = Process()
    process.executableURL = DaemonProcess.binary
    process.arguments = words
    let pipe = Pipe()
    process.standardError = pipe
    try process.run()
    let said = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    return (process.terminationStatus, said)
  }

  private func kind(_ body: () throws -> Void) -> IdentityError.Kind? {
    do { try body() } catch { return (error as? IdentityError)?.kind }
    return nil
  }

  private func check(
    _ folder: String, recovery: String? = nil, token: String? = nil, name: String = "nl"
  ) throws {
    let folder = NodeFolder(folder)
    try NodeInit.check(
      name: NodeName(name), folder: folder, recoveryPath: recovery ?? folder.defaultRecovery,
      tokenPath: token ?? folder.defaultToken, address: nil)
  }

  @Test("An init that fails leaves nothing, and the same command works once the reason is gone")
  func failedInit() throws {
    let folder = NodeFolder(root.path + "/nl")
    let place = root.path + "/place"
    let token = place + "/token"
    func make() throws -> Card {
      let passphrase = GuardedBytes(copying: Array("a passphrase for tests".utf8).span)
      return try NodeInit.run(
        name: NodeName("nl"), folder: folder, recoveryPath: folder.defaultRecovery,
        tokenPath: token, address: nil, passphrase: passphrase)
    }
    // The token has no folder: the last step but one fails.
    #expect(throws: IdentityError.self) { try make() }
    #expect(try FileManager.default.contentsOfDirectory(atPath: root.path) == [])
    try FileManager.default.createDirectory(atPath: place, withIntermediateDirectories: false)
    _ = try make()
    #expect(FileManager.default.fileExists(atPath: folder.card))
  }

  @Test("Of two inits at once one makes the node, and the other removes nothing of it")
  func twoInits() throws {
    let folder = NodeFolder(root.path + "/nl")
    let passphrase = root.path + "/passphrase"
    try Data("a passphrase for tests\n".utf8).write(to: URL(fileURLWithPath: passphrase))
    try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: passphrase)
    let words = ["init", "--name", "nl", "--data", folder.root, "--passphrase-file", passphrase]
    let both = try [1, 2].map { _ in try startLiaison(words, into: FileHandle.nullDevice) }
    for process in both { process.waitUntilExit() }
    #expect(both.count { $0.terminationStatus == 0 } == 1)
    let card = try runLiaison(["card", "--data", folder.root])
    #expect(card.status == 0 && card.said.contains("nl/1"))
    for path in [folder.card, folder.secrets, folder.defaultRecovery, folder.defaultToken] {
      #expect(FileManager.default.fileExists(atPath: path), "\(path)")
    }
    #expect(try runLiaison(["fsck", "--data", folder.root]).status == 0)
  }

  @Test("Recovery file and token stay outside the data folder however their paths are written")
  func outside() throws {
    let base = root.path
    try FileManager.default.createSymbolicLink(
      atPath: base + "/link", withDestinationPath: base + "/nl")
    for path in ["/nl/x", "/./nl/x", "/nl/../nl/x", "//nl//x"] {
      #expect(kind { try self.check(base + "/nl", recovery: base + path) } == .refused, "\(path)")
      #expect(kind { try self.check(base + "/nl", token: base + path) } == .refused, "\(path)")
    }
    try FileManager.default.createDirectory(
      atPath: base + "/nl", withIntermediateDirectories: false)
    #expect(kind { try self.check(base + "/nl", recovery: base + "/link/x") } == .refused)
    #expect(kind { try self.check(base + "/nl", token: base + "/nowhere/x") } == .missing)
    #expect(kind { try self.check(base + "/nl") } == nil)
    #expect(kind { try self.check(base + "/nl", name: "all") } == .refused)
  }

  @Test("A sentence does not change a path or a name")
  func sentences() {
    #expect("cannot open x".sentence == "Cannot open x.")
    #expect("nl/peers/be.conf, line 2".sentence == "nl/peers/be.conf, line 2.")
    #expect("nl/1 is known".sentence == "nl/1 is known.")
  }

  @Test(
    "A full roster takes newer cards of its nodes, and another node in the place of one that left")
  func fullRoster() throws {
    let nl = try host.node("nl").folder
    let be = try host.node("be").card()
    let fr = try host.node("fr").card()
    func add(_ card: Card) throws { _ = try Roster.add(card, address: nil, to: nl, limit: 1) }
    try add(be)
    #expect(kind { try add(fr) } == .refused)
    #expect(kind { try add(be) } == nil)
    try Roster.remove(be.name, from: nl)
    try add(fr)
    #expect(kind { try add(be) } == .refused)
    #expect(try Roster.load(nl).members.map(\.name) == [fr.name])
  }

  @Test("'all' is refused while it would be nobody, or leave somebody out unnoticed")
  func everybody() throws {
    let nl = try host.node("nl")
    let be = try host.node("be")
    try nl.start()
    #expect(throws: ControlError.self) {
      try nl.publish([#"{"type":"a"}"#], to: ["all"])
    }
    try nl.add(be, dial: false)
    nl.hangUp()
    #expect(try nl.wait { $0.peers.count == 1 })
    _ = try nl.publish([#"{"type":"a"}"#], to: ["all"])
    let settings = nl.folder.settings(of: try NodeName("be"))
    try "adress = 127.0.0.1:1\n".write(toFile: settings, atomically: true, encoding: .utf8)
    nl.hangUp()
    #expect(try nl.wait { $0.peers.isEmpty })
    #expect(nl.log().contains("removed be"))
    #expect(throws: ControlError.self) {
      try nl.publish([#"{"type":"a"}"#], to: ["all"])
    }
    _ = try nl.publish([#"{"type":"a"}"#], to: ["nl"])
  }

  @Test("The daemon is told of a roster change even when nobody reads what the verb prints")
  func unread() throws {
    let nl = try host.node("nl")
    let be = try host.node("be")
    try nl.start()
    let process = Process()
    process.executableURL = URL(fileURLWithPath: liaisonPath)
    process.arguments = ["peer", "add", "--data", nl.folder.root, be.folder.card]
    let pipe = Pipe()
    try pipe.fileHandleForReading.close()
    process.standardOutput = pipe
    try process.run()
    try host.wait(for: process)
    #expect(process.terminationStatus != 0)
    #expect(try nl.wait { $0.peers.map(\.name) == ["be"] })
  }

  @Test("Two daemons do not sign under one token, and each refusal to start says what to do")
  func starts() throws {
    let nl = try DaemonProcess("nl", in: root)
    let copy = nl.folder.root + ".copy"
    try NodeTemplates.copyFolder(nl.folder.root, to: copy)
    try nl.start()
    let second = try run(["--data", copy, "--token", nl.folder.defaultToken])
    #expect(second.status == 75)
    #expect(second.said.contains("nl.token.lock is locked by process"))
    let other = try DaemonProcess("be", in: root)
    let taken = try run(["--data", other.folder.root, "--listen", nl.address])
    #expect(taken.status == 75)
    #expect(taken.said.contains("Cannot listen on \(nl.address)"))
    let nonsense = try run(["--data", other.folder.root, "--listen", "nonsense"])
    #expect(nonsense.status == 64)
    try FileManager.default.setAttributes(
      [.posixPermissions: 0o644], ofItemAtPath: other.folder.secrets)
    let open = try run(["--data", other.folder.root])
    #expect(open.status == 77 && open.said.contains("chmod 600"))
    try FileManager.default.removeItem(atPath: other.folder.secrets)
    let keyless = try run(["--data", other.folder.root])
    #expect(keyless.status == 66 && keyless.said.contains("Restore it from an export of the keys"))
    try FileManager.default.removeItem(atPath: other.folder.card)
    let cardless = try run(["--data", other.folder.root])
    #expect(cardless.status == 66 && cardless.said.contains("node.card is missing"))
    let missing = try run(["--data", root.path + "/nowhere"])
    #expect(missing.status == 66)
    #expect(missing.said.contains("Make one with \"liaison init\""))
  }

  @Test("peer add keeps the comments of a peer's settings")
  func comments() throws {
    let (nl, be) = (try host.node("nl"), try host.node("be"))
    try nl.add(be, dial: false)
    let path = nl.folder.settings(of: try NodeName("be"))
    try Data("# agreed with Jan\naddress = old.example:1\n".utf8)
      .write(to: URL(fileURLWithPath: path))
    let added = try Roster.add(try be.card(), address: "be.example:2", to: nl.folder)
    #expect(added == .updated)
    #expect(
      try String(contentsOfFile: path, encoding: .utf8)
        == "# agreed with Jan\naddress = be.example:2\n")
    try Data("address = nonsense\n".utf8).write(to: URL(fileURLWithPath: path))
    #expect(throws: IdentityError.self) {
      try Roster.add(try be.card(), address: "be.example:2", to: nl.folder)
    }
    #expect(try String(contentsOfFile: path, encoding: .utf8) == "address = nonsense\n")
  }

  @Test("A daemon that is stopped is named, and not waited for")
  func stopped() throws {
    let nl = try host.node("nl")
    try nl.start()
    // Its socket is there, and nobody turns its loop.
    let failure = #expect(throws: Failure.self) {
      try DaemonConnection(nl.folder, answersWithin: 100).call("Status", reply: StatusReport.self)
    }
    #expect(failure?.code == .unavailable)
    let said = failure?.sentence ?? ""
    #expect(said.contains("liaisond (pid \(getpid())), does not answer"), "\(said)")
  }

  @Test(
    "Another thing in the place of a file is named, with what it is",
    arguments: ["lock", "journal.0", "control.socket"])
  func otherKinds(name: String) throws {
    let nl = try DaemonProcess("nl", in: root)
    try nl.start()
    #expect(try nl.terminate().status == 0)
    let path = "\(nl.folder.root)/\(name)"
    for _ in 0..<2 {
      try? FileManager.default.removeItem(atPath: path)
      #expect(unsafe mkfifo(path, 0o600) == 0)
      let (status, said) = try run(["--data", nl.folder.root, "--listen", "127.0.0.1:0"])
      #expect(status != 0 && said.contains(name) && said.contains("it is a pipe"), "\(said)")
    }
    let words = name == "control.socket" ? ["status"] : ["fsck"]
    let (status, said) = try runLiaison(words + ["--data", nl.folder.root])
    #expect(status != 0 && said.contains(name) && said.contains("it is a pipe"), "\(said)")
  }

  @Test("A passphrase is made outside the data folder, and holds no control character")
  func passphrases() throws {
    let nl = try host.node("nl")
    let inside = "\(nl.folder.root)/passphrase"
    let export = root.path + "/keys"
    let made = try runLiaison([
      "keys", "export", export, "--data", nl.folder.root, "--make-passphrase", inside,
    ])
    #expect(made.status == 65 && made.said.contains("inside the data folder"), "\(made.said)")
    #expect(!FileManager.default.fileExists(atPath: inside))
    let file = root.path + "/passphrase"
    try Data("a long \u{1b}[A passphrase\n".utf8).write(to: URL(fileURLWithPath: file))
    let given = try runLiaison([
      "keys", "export", export, "--data", nl.folder.root, "--passphrase-file", file,
    ])
    #expect(given.status == 65 && given.said.contains("control character 27"), "\(given.said)")
    #expect(!FileManager.default.fileExists(atPath: export))
  }
}
