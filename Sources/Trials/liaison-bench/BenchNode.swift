import Crypto
import Foundation
import JSON
import Log
import Node
import Runtime
import Secrets
import Store
import Varlink

/// A node in a folder of its own, run by the `liaisond` that was built with this benchmark.
final class BenchNode {
  let name: String
  let folder: NodeFolder
  let card: Card
  private(set) var address = ""
  private var process: Process?

  var origin: String { card.origin.text }

  /// Makes the folder as `liaison init` does.
  init(_ name: String, in scratch: Scratch, folder folderName: String? = nil) throws {
    self.name = name
    folder = NodeFolder(scratch.file(folderName ?? name))
    let passphrase = Array("only for a benchmark".utf8)
    card = try NodeInit.run(
      name: NodeName(name), folder: folder, recoveryPath: folder.defaultRecovery,
      tokenPath: folder.defaultToken, address: nil,
      passphrase: GuardedBytes(copying: passphrase.span))
  }

  deinit { stop() }

  /// Puts the other's card on the roster; `dial` with the address on which it listens now.
  func add(_ other: BenchNode, dial: Bool) throws {
    _ = try Roster.add(other.card, address: dial ? other.address : nil, to: folder)
  }

  /// Starts both, the other dialling this one, and returns when each holds the other's first entry.
  func connect(from other: BenchNode) throws {
    try add(other, dial: false)
    try start()
    try other.add(self, dial: true)
    try other.start()
    for (node, peer) in [(self, other), (other, self)] {
      try node.waitUntilConnected(to: 1)
      try node.waitForEntries(1, of: peer.origin, seconds: 30)
    }
  }

  /// Writes `count` entries into the own log, with one checkpoint over them, while no daemon runs.
  func prefill(_ count: Int) throws {
    let store = try Store.open(on: FileDisk(folder: folder.root))
    let secrets = try OwnSecrets.load(folder)
    let id = card.identity.id
    var random = SeededRandom(seed: 1)
    var written = 0
    while written < count {
      guard let state = store.state(id) else { throw BenchError("no log") }
      let piece = min(10_000, count - written)
      let batch = SignedLog.batch(piece, after: state, secrets: secrets, random: &random)
      let checkpoint = SignedLog.checkpoint(at: batch, onto: state, secrets: secrets)
      try store.appendBulk(try state.accept(batch, under: checkpoint, consistency: []))
      written += piece
      if written == count { _ = try store.addCheckpoint(checkpoint) }
      try store.flush()
    }
  }

  // MARK: Process

  static func binary() throws -> URL {
    let folder = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
      .deletingLastPathComponent()
    let binary = folder.appendingPathComponent("liaisond")
    guard FileManager.default.isExecutableFile(atPath: binary.path) else {
      throw BenchError("\(binary.path) is not there: build it with 'swift build -c release'")
    }
    return binary
  }

  /// Starts it and waits until it listens.
  func start() throws {
    let process = Process()
    process.executableURL = try BenchNode.binary()
    process.arguments = ["--data", folder.root, "--listen", "127.0.0.1:0"]
    let log = folder.root + ".log"
    _ = FileManager.default.createFile(atPath: log, contents: nil)
    process.standardError = FileHandle(forWritingAtPath: log)
    process.standardInput = FileHandle.nullDevice
    try process.run()
    self.process = process
    Interruption.shared.add(process: process.processIdentifier)
    try wait(seconds: 30, for: "\(name) to listen", everyMilliseconds: 1) {
      guard process.isRunning else { throw BenchError("\(name) ended: \(self.log())") }
      guard let range = self.log().range(of: "listening on ") else { return false }
      let rest = self.log()[range.upperBound...]
      guard rest.contains("\n") else { return false }
      address = String(rest.prefix { !$0.isNewline })
      return true
    }
  }

  func log() -> String {
    (try? String(contentsOfFile: folder.root + ".log", encoding: .utf8)) ?? ""
  }

  /// SIGTERM, and SIGKILL to this process alone if it takes longer than 3 s.
  func stop() {
    guard let process else { return }
    self.process = nil
    Interruption.shared.remove(process: process.processIdentifier)
    guard process.isRunning else { return }
    process.end(within: 3)
  }

  /// SIGHUP: reads the roster again.
  func reload() {
    if let process, process.isRunning { kill(process.processIdentifier, SIGHUP) }
  }

  var port: Int { Int(address.split(separator: ":").last ?? "") ?? 0 }

  /// Resident memory and processor time so far.
  func usage() throws -> ProcessUsage {
    guard let process else { throw BenchError("\(name) does not run") }
    return try ProcessUsage(of: process.processIdentifier)
  }

  /// Open descriptors of the process.
  func descriptors() throws -> Int {
    guard let process else { throw BenchError("\(name) does not run") }
    return try FileManager.default.contentsOfDirectory(
      atPath: "/proc/\(process.processIdentifier)/fd"
    ).count
  }

  // MARK: Control

  func client() throws -> UnixClient {
    try UnixClient(path: folder.controlSocket, timeoutMilliseconds: 20_000)
  }

  func status(_ client: UnixClient) throws -> StatusReport {
    try client.write(ControlCall.encode("Status"))
    guard let message = try client.readMessage() else { throw BenchError("\(name): no status") }
    return try ControlReply(message: message).decode(StatusReport.self).parameters
  }

  func waitUntilConnected(to count: Int) throws {
    let client = try client()
    try wait(seconds: 30, for: "\(name) to have \(count) peers") {
      try status(client).peers.count { $0.state == "connected" } == count
    }
  }

  func waitForEntries(_ size: UInt64, of origin: String, seconds: Double) throws {
    let client = try client()
    try wait(seconds: seconds, for: "\(name) to have \(size) of \(origin)") {
      try status(client).size(of: origin) >= size
    }
  }
}

extension PublishRequest {
  init(to: [String], texts: [String]) throws {
    self.init(to: to, records: try texts.map { try Record(checking: $0) })
  }
}

extension StatusReport {
  func size(of origin: String) -> UInt64 { logs.first { $0.origin == origin }?.size ?? 0 }
}

/// Asks every few milliseconds, for a bounded time.
func wait(
  seconds: Double, for what: String, everyMilliseconds: Double = 10,
  until condition: () throws -> Bool
) throws {
  let watch = Stopwatch()
  while watch.seconds < seconds {
    if try condition() { return }
    Thread.sleep(forTimeInterval: everyMilliseconds / 1e3)
  }
  throw BenchError("waited \(Int(seconds)) s for \(what)")
}
