import Crypto
import Foundation
import Log
import Node
import Runtime
import Secrets

/// A real `liaisond` of this build on a data folder of its own, and what a client asks of it.
final class DaemonProcess {
  struct Failure: Error, CustomStringConvertible {
    let description: String
  }

  let name: String
  let folder: NodeFolder
  private(set) var address = ""
  private var process: Process?

  /// Makes the folder as `liaison init` does.
  init(_ name: String, in root: URL) throws {
    self.name = name
    folder = NodeFolder(root.appendingPathComponent(name).path)
    let passphrase = Array("a passphrase for tests".utf8)
    _ = try NodeInit.run(
      name: NodeName(name), folder: folder, recoveryPath: folder.defaultRecovery,
      tokenPath: folder.defaultToken, address: nil,
      passphrase: GuardedBytes(copying: passphrase.span))
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
  func start(port: String = "0") throws {
    let process = Process()
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
    let client = try UnixClient(path: folder.controlSocket, timeoutMilliseconds: 20_000)
    try client.write(ControlCall.encode(method, parameters))
    guard let message = try client.readMessage() else { throw Failure(description: "no reply") }
    return try ControlReply(message: message).decode(Reply.self).parameters
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
