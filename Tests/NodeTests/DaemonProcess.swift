import Crypto
import Foundation
import JSON
import Log
import Node
import Runtime
import Secrets
import Synchronization
import Varlink

/// A real `liaisond` of this build on a data folder of its own, and what a client asks of it.
final class DaemonProcess {
  struct Failure: Error, CustomStringConvertible {
    let description: String
  }

  let name: String
  let folder: NodeFolder
  private(set) var address = ""
  private var process: Process?

  /// A folder as `liaison init` makes it: a copy of the one that was made first with this name,
  /// since the work that a passphrase takes is what most of these tests would wait for.
  ///
  /// - Parameter isNew: with keys of its own, as another operator's by the same name.
  init(_ name: String, in root: URL, isNew: Bool = false) throws {
    self.name = name
    folder = NodeFolder(root.appendingPathComponent(name).path)
    if isNew {
      try NodeTemplates.make(name, folder)
    } else {
      try NodeTemplates.shared.copy(name, to: folder)
    }
  }

  /// A copy of a stopped node's folder and token, under another path.
  init(copyOf other: DaemonProcess, as path: String, in root: URL) throws {
    name = other.name
    folder = NodeFolder(root.appendingPathComponent(path).path)
    try FileManager.default.copyItem(atPath: other.folder.root, toPath: folder.root)
    try FileManager.default.copyItem(
      atPath: other.folder.defaultToken, toPath: folder.defaultToken)
  }

  deinit { kill() }

  func card() throws -> Card { try CardFile.read(folder.card) }

  func add(_ other: DaemonProcess, dial: Bool) throws {
    _ = try Roster.add(try other.card(), address: dial ? other.address : nil, to: folder)
  }

  static var binary: URL {
    Bundle(for: DaemonProcess.self).bundleURL
      .appendingPathComponent("liaisond")
  }

  /// Starts it and waits until it listens.
  func start(port: String = "0", environment: [String: String] = [:]) throws {
    let process = Process()
    process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
    process.executableURL = DaemonProcess.binary
    process.arguments = ["--data", folder.root, "--listen", "127.0.0.1:\(port)"]
    let log = URL(fileURLWithPath: folder.root + ".log")
    _ = FileManager.default.createFile(atPath: log.path, contents: nil)
    process.standardError = try FileHandle(forWritingTo: log)
    try process.run()
    self.process = process
    for _ in 0..<200 {
      let text = (try? String(contentsOf: log, encoding: .utf8)) ?? ""
      if let range = text.range(of: "listening on ") {
        address = String(text[range.upperBound...].prefix { !$0.isNewline })
        return
      }
      guard process.isRunning else { throw Failure(description: "\(name) ended: \(text)") }
      Thread.sleep(forTimeInterval: 0.02)
    }
    throw Failure(description: "\(name) does not listen")
  }

  func log() -> String {
    (try? String(contentsOfFile: folder.root + ".log", encoding: .utf8)) ?? ""
  }

  var processID: Int32? { process?.processIdentifier }

  /// SIGKILL, to this process alone.
  func kill() {
    guard let process, process.isRunning else { return }
    Foundation.kill(process.processIdentifier, SIGKILL)
    process.waitUntilExit()
    self.process = nil
  }

  /// SIGTERM; gives the exit status and how long it took.
  func terminate() throws -> (status: Int32, seconds: Double) {
    guard let process else { throw Failure(description: "not running") }
    let begin = Date()
    process.terminate()
    process.waitUntilExit()
    self.process = nil
    return (process.terminationStatus, Date().timeIntervalSince(begin))
  }

  func hangUp() {
    if let process { Foundation.kill(process.processIdentifier, SIGHUP) }
  }

  func call<Reply: Decodable>(_ method: String, _ parameters: some Encodable) throws -> Reply {
    try reply(to: ControlCall.encode(method, parameters)).decode(Reply.self).parameters
  }

  func call<Reply: VarlinkReadable>(
    _ method: String, _ parameters: some Encodable
  ) throws -> Reply {
    try reply(to: ControlCall.encode(method, parameters)).decode(Reply.self).parameters
  }

  func call(_ method: String, _ parameters: PublishRequest) throws -> PublishReply {
    try reply(to: ControlCall.encode(method, parameters)).decode(PublishReply.self).parameters
  }

  private func reply(to call: [UInt8]) throws -> ControlReply {
    let client = try UnixClient(path: folder.controlSocket, timeoutMilliseconds: 20_000)
    try client.write(call)
    guard let message = try client.readMessage() else { throw Failure(description: "no reply") }
    return ControlReply(message: message)
  }

  /// Once `count` peers have answered, what an operator does who knows that the others will not.
  func release(after count: Int = 1) throws {
    for _ in 0..<500 {
      let epochs: EpochsReply = try call("Epochs", NoArguments())
      if epochs.answered.count >= count { break }
      Thread.sleep(forTimeInterval: 0.02)
    }
    if try status().signing == "waiting" {
      let _: ReleaseReply = try call("ReleaseSigning", NoArguments())
    }
  }

  func status() throws -> StatusReport { try call("Status", NoArguments()) }

  func publish(_ records: [String], to names: [String], replicas: Int? = nil) throws -> EntryRun {
    let reply: PublishReply = try call(
      "Publish", PublishRequest(to: names, records: records, replicas: replicas))
    return reply.entries[0]
  }

  func show(_ entry: String) throws -> ShowReply { try call("Show", ShowRequest(entry: entry)) }

  func size(of origin: String) throws -> UInt64 {
    try status().logs.first { $0.origin == origin }?.size ?? 0
  }

  /// Waits on the daemon's own answers, bounded.
  func wait(seconds: Double = 10, until condition: (StatusReport) -> Bool) throws -> Bool {
    let end = Date().addingTimeInterval(seconds)
    while Date() < end {
      if condition(try status()) { return true }
      Thread.sleep(forTimeInterval: 0.02)
    }
    return false
  }
}

struct NoArguments: Encodable {}

extension PublishRequest {
  init(
    to: [String], records: [String], replicas: Int? = nil, timeout: Int? = nil,
    expiryDay: Int? = nil
  ) throws {
    self.init(
      to: to, records: try records.map { try Record(checking: $0) }, replicas: replicas,
      timeout: timeout, expiryDay: expiryDay)
  }
}

/// Nodes that were made once and are copied, one of each name. Gone when the process ends.
private final class NodeTemplates: Sendable {
  static let shared = NodeTemplates()
  private static let root = FileManager.default.temporaryDirectory
    .appendingPathComponent("liaison-templates-\(getpid())")
  private let made = Mutex<Set<String>>([])

  private init() {
    atexit { try? FileManager.default.removeItem(at: NodeTemplates.root) }
  }

  static func make(_ name: String, _ folder: NodeFolder) throws {
    let passphrase = Array("a passphrase for tests".utf8)
    _ = try NodeInit.run(
      name: NodeName(name), folder: folder, recoveryPath: folder.defaultRecovery,
      tokenPath: folder.defaultToken, address: nil,
      passphrase: GuardedBytes(copying: passphrase.span))
  }

  func copy(_ name: String, to folder: NodeFolder) throws {
    let template = NodeFolder(NodeTemplates.root.appendingPathComponent(name).path)
    // Others wait: two at once would need the memory twice.
    try made.withLock { made in
      guard made.insert(name).inserted else { return }
      try FileManager.default.createDirectory(
        at: NodeTemplates.root, withIntermediateDirectories: true)
      try NodeTemplates.make(name, template)
    }
    let files = FileManager.default
    try files.createDirectory(
      atPath: URL(fileURLWithPath: folder.root).deletingLastPathComponent().path,
      withIntermediateDirectories: true)
    for (from, to) in [
      (template.root, folder.root), (template.defaultRecovery, folder.defaultRecovery),
      (template.defaultToken, folder.defaultToken),
    ] { try files.copyItem(atPath: from, toPath: to) }
  }
}
