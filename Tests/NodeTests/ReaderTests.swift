import Crypto
import Foundation
import JSON
import Log
import Reading
import Runtime
import Testing
import Varlink

@testable import Node

/// A hub, reduced to what it must hold.
final class TestReader {
  let path: String
  private let host: NodeHost
  /// nil: it keeps nothing, and receipts do not wait for it.
  var name: String?
  var cursor: ReadingCursor?
  /// Texts by entry.
  var held: [String: String] = [:]
  /// Why entries were told to be forgotten, the last time.
  var gone: [String: String] = [:]
  /// The members of the audiences that entries were sealed to, by entry, as told last.
  var members: [String: [String]] = [:]
  private var seen: Set<String> = []
  private var isComparing = true

  init(_ node: HostedNode, on host: NodeHost) {
    path = NodeFolder.readerSocket(in: node.folder.root)
    self.host = host
  }

  func client() throws -> UnixClient { try UnixClient(path: path, timeoutMilliseconds: 20_000) }

  static func call(_ request: ChangesRequest, more: Bool) -> [UInt8] {
    VarlinkCall.encode("org.liaison.Reader.Changes", request, more: more)
  }

  /// Everything that there is to tell now, page after page.
  func catchUp() throws {
    let client = try client()
    try client.write(TestReader.call(ChangesRequest(cursor: cursor, reader: name), more: true))
    while let message = try host.readMessage(from: client) {
      let answer = VarlinkAnswer<ReaderFailure>(message: message)
      let (page, continues) = try answer.decode(ReadingPage.self)
      take(page)
      if !continues { return }
    }
  }

  /// Everything that it was told unreadable is off its disk.
  func confirm() throws {
    let client = try client()
    let cursor = try #require(cursor)
    let request = ConfirmRequest(
      reader: name ?? "", journal: cursor.journal, number: cursor.number)
    try client.write(VarlinkCall.encode("org.liaison.Reader.Confirm", request))
    let message = try #require(try host.readMessage(from: client))
    _ = try VarlinkAnswer<ReaderFailure>(message: message).decode(NoParameters.self)
  }

  func take(_ page: ReadingPage) {
    for change in page.changes {
      guard let first = change.index, let origin = change.origin else { continue }
      for index in first..<(first + (change.count ?? 1)) {
        let entry = "\(origin)/\(index)"
        held[entry] = change.isReadable ? change.record?.text ?? change.malformed : nil
        gone[entry] = change.isReadable ? nil : change.why
        members[entry] =
          page.grants.first { grant in
            grant.log == change.log && grant.index == change.grant
          }?.members
        if change.isReadable { seen.insert(entry) }
      }
    }
    if cursor == nil { cursor = page.cursor } else { cursor?.move(to: page.cursor) }
    guard page.isComplete, isComparing else { return }
    held = held.filter { seen.contains($0.key) }
    isComparing = false
  }

  func compareInFull() throws {
    cursor = nil
    seen = []
    isComparing = true
    try catchUp()
  }
}

@Suite("The reader socket", .serialized)
final class ReaderTests {
  private let host: NodeHost

  init() throws { host = try NodeHost() }

  deinit { host.end() }

  private func pair(_ presharedKey: UInt8? = nil) throws -> (nl: HostedNode, be: HostedNode) {
    let nl = try host.node("nl")
    let be = try host.node("be")
    let path = try presharedKey.map { key in
      let path = host.path("key")
      try (Base64.encode([UInt8](repeating: key, count: 32)) + "\n").write(
        toFile: path, atomically: false, encoding: .utf8)
      try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: path)
      return path
    }
    _ = try Roster.add(try be.card(), address: nil, presharedKeyPath: path, to: nl.folder)
    try nl.start()
    _ = try Roster.add(
      try nl.card(), address: nl.address, presharedKeyPath: path, to: be.folder)
    try be.start()
    #expect(try be.wait { $0.peers.allSatisfy { $0.state == "connected" } }, "\(be.log())")
    return (nl, be)
  }

  private func record(_ number: Int) -> String { #"{"type":"note","number":\#(number)}"# }

  /// A full comparison by somebody who never asked before.
  private func fresh(_ node: HostedNode) throws -> [String: String] {
    let reader = TestReader(node, on: host)
    try reader.catchUp()
    return reader.held
  }

  @Test(
    "READ-5, 6, 10, 12: what arrives, is withdrawn and is killed in between is told, once more or not"
  )
  func withdrawnAndKilled() throws {
    let (nl, be) = try pair()
    let reader = TestReader(be, on: host)
    try reader.catchUp()
    #expect(reader.held.isEmpty)
    let run = try nl.publish((0..<5).map(record), to: ["be"], replicas: 1)
    try reader.catchUp()
    #expect(reader.held.values.sorted() == (0..<5).map(record))
    let withdrawn = "nl/1/\(run.first + 2)"
    let _: PublishReply = try nl.call(
      "Withdraw", WithdrawRequest(records: [withdrawn], replicas: 1))
    try reader.catchUp()
    #expect(reader.held[withdrawn] == nil && reader.gone[withdrawn] == "hidden")
    #expect(reader.held.count == 4)
    be.kill()
    try be.start()
    try reader.catchUp()
    #expect(reader.held.count == 4)
    #expect(try be.wait { $0.peers.allSatisfy { $0.state == "connected" } }, "\(be.log())")
    // Killed before the reader asks again.
    let _: PublishReply = try nl.call(
      "Withdraw", WithdrawRequest(records: ["nl/1/\(run.first)"], replicas: 1))
    be.kill()
    try be.start()
    try reader.catchUp()
    #expect(reader.held["nl/1/\(run.first)"] == nil)
    #expect(reader.held.count == 3)
    #expect(try fresh(be) == reader.held)
    // The author reads its own.
    let own = TestReader(nl, on: host)
    try own.catchUp()
    #expect(own.held == reader.held)
  }

  @Test(
    "READ-10, 12: keys that go and come while the node is down, or by a reload, change what is readable"
  )
  func keysGoAndCome() throws {
    let (nl, be) = try pair(7)
    let reader = TestReader(be, on: host)
    let run = try nl.publish((0..<3).map(record), to: ["be"], replicas: 1)
    try reader.catchUp()
    #expect(reader.held.count == 3)
    be.kill()
    let key = be.folder.presharedKey(of: try NodeName("nl"))
    try FileManager.default.moveItem(atPath: key, toPath: key + ".away")
    let settings = be.folder.settings(of: try NodeName("nl"))
    let lines = try String(contentsOfFile: settings, encoding: .utf8)
    try be.start()
    try reader.catchUp()
    #expect(reader.held.isEmpty, "\(lines) \(be.log())")
    #expect(reader.gone["nl/1/\(run.first)"] == "presharedKeyMissing")
    try FileManager.default.moveItem(atPath: key + ".away", toPath: key)
    let _: ReloadReply = try be.call("Reload", NoArguments())
    try reader.catchUp()
    #expect(reader.held.count == 3)
    #expect(try fresh(be) == reader.held)
  }

  @Test("READ-25, READ-26: whom it was sealed to is told of what is readable, and of what is gone")
  func grants() throws {
    let (nl, be) = try pair()
    let reader = TestReader(be, on: host)
    let run = try nl.publish((0..<3).map(record), to: ["be"], replicas: 1)
    let own = try nl.publish([record(3)], to: ["nl"], replicas: 1)
    let entries = (run.first..<run.first + 3).map { "nl/1/\($0)" }
    try reader.catchUp()
    #expect(entries.allSatisfy { reader.members[$0] == ["be", "nl"] })
    let _: PublishReply = try nl.call(
      "Withdraw", WithdrawRequest(records: [entries[1], "nl/1/\(own.first)"], replicas: 1))
    try reader.catchUp()
    // A hub that compares everything afterwards is told of it, too, and so is the author's.
    for node in [be, nl] {
      let fresh = TestReader(node, on: host)
      try fresh.catchUp()
      for told in [reader, fresh] {
        #expect(told.gone[entries[1]] == "hidden" && told.members[entries[1]] == ["be", "nl"])
      }
      #expect(fresh.members[entries[2]] == ["be", "nl"])
      let alone = fresh.members["nl/1/\(own.first)"]
      #expect(alone == (node === nl ? ["nl"] : nil))
    }
  }

  @Test("READ-7, 13, 19: a journal that is not the reader's, or is lost, makes it compare in full")
  func unknownNumbers() throws {
    let (nl, be) = try pair()
    let reader = TestReader(be, on: host)
    _ = try nl.publish((0..<3).map(record), to: ["be"], replicas: 1)
    try reader.catchUp()
    be.kill()
    try FileManager.default.removeItem(atPath: be.folder.root + "/readability")
    try be.start()
    do {
      try reader.catchUp()
      Issue.record("a cursor of another journal was taken")
    } catch let error as ReaderFailure {
      guard case .unknownNumber = error else { throw error }
    }
    try reader.compareInFull()
    #expect(reader.held.count == 3)
    // One that says how things are later than they are.
    let known = try #require(reader.cursor)
    reader.cursor?.number += 1_000
    #expect(throws: ReaderFailure.self) { try reader.catchUp() }
    reader.cursor = ReadingCursor(journal: "zz", number: 1)
    #expect(throws: ReaderFailure.self) { try reader.catchUp() }
    reader.cursor = known
    try reader.catchUp()
    // A log that went back: what is not there is told gone.
    let log = try #require(known.next.keys.first { (known.next[$0] ?? 0) > 1 })
    reader.cursor?.next[log] = 1_000
    try reader.catchUp()
    #expect(reader.gone.values.contains("notStored"))
  }

  @Test(
    "READ-20, 21, 22: it says nothing that changes anything, follows, and is for its own user alone"
  )
  func session() throws {
    let (nl, be) = try pair()
    let attributes = try FileManager.default.attributesOfItem(
      atPath: NodeFolder.readerSocket(in: be.folder.root))
    #expect((attributes[.posixPermissions] as? Int) == 0o600)
    let client = try TestReader(be, on: host).client()
    func answer(_ method: String, _ parameters: some Encodable) throws -> String {
      try client.write(VarlinkCall.encode(method, parameters))
      return String(decoding: try #require(try host.readMessage(from: client)), as: UTF8.self)
    }
    for method in ["Publish", "Withdraw", "Reload", "Tail", "Backup"] {
      let said = try answer("org.liaison.Reader.\(method)", NoArguments())
      #expect(said.contains("MethodNotFound"), "\(said)")
      let other = try answer("org.liaison.Node.\(method)", NoArguments())
      #expect(other.contains("InterfaceNotFound"), "\(other)")
    }
    let description = try answer(
      "org.varlink.service.GetInterfaceDescription", ["interface": "org.liaison.Reader"])
    #expect(description.contains("method Changes"))
    #expect(try answer("org.liaison.Reader.Status", NoArguments()).contains(#""node":"be""#))
    let unfollowed = try answer("org.liaison.Reader.Changes", ChangesRequest(follow: true))
    #expect(unfollowed.contains("ExpectedMore"))
    #expect(try answer("org.liaison.Reader.Changes", ["cursr": 1]).contains("InvalidParameter"))
    #expect(
      try answer("org.liaison.Reader.Show", ShowRequest(entry: "nl/1/99")).contains("UnknownEntry"))
    let reader = TestReader(be, on: host)
    try client.write(TestReader.call(ChangesRequest(follow: true), more: true))
    _ = try nl.publish([record(1)], to: ["be"], replicas: 1)
    for _ in 0..<20 where reader.held.isEmpty {
      let message = try #require(try host.readMessage(from: client))
      let (page, continues) = try VarlinkAnswer<ReaderFailure>(message: message)
        .decode(ReadingPage.self)
      #expect(continues)
      reader.take(page)
    }
    #expect(reader.held.values.sorted() == [record(1)])
  }
}
