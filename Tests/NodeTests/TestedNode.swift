import Foundation
import JSON
import Log
import Node
import Varlink

struct TestFailure: Error, CustomStringConvertible {
  let description: String

  init(_ description: String) { self.description = description }
}

/// A node with a data folder of its own, and what a client asks of it: a process (`DaemonProcess`),
/// or a run in this one on time that the test gives (`HostedNode`).
protocol TestedNode: AnyObject {
  var name: String { get }
  var folder: NodeFolder { get }
  /// `127.0.0.1:PORT`, once it was started.
  var address: String { get }

  func start(port: String) throws
  /// It is gone, and wrote nothing at its end.
  func kill()
  /// A clean stop.
  func terminate() throws -> (status: Int32, seconds: Double)
  /// It reads its roster again.
  func hangUp()

  /// A clock of the time in which it lives.
  var seconds: Double { get }
  func pass(seconds: Double) throws
  /// - Returns: the answer to one call on a socket of it, nil when it closed the connection.
  func exchange(_ call: [UInt8], with path: String) throws -> [UInt8]?
}

extension TestedNode {
  func start() throws { try start(port: "0") }

  var port: String { String(address.split(separator: ":").last ?? "0") }

  func card() throws -> Card { try CardFile.read(folder.card) }

  func add(_ other: some TestedNode, dial: Bool) throws {
    _ = try Roster.add(try other.card(), address: dial ? other.address : nil, to: folder)
  }

  var logPath: String { folder.root + ".log" }

  func log() -> String { (try? String(contentsOfFile: logPath, encoding: .utf8)) ?? "" }

  // MARK: Calls

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
    guard let message = try exchange(call, with: folder.controlSocket) else {
      throw TestFailure("no reply")
    }
    return ControlReply(message: message)
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

  // MARK: Waiting

  /// Waits on the node's own answers, bounded.
  func wait(seconds: Double = 10, until condition: (StatusReport) -> Bool) throws -> Bool {
    let end = self.seconds + seconds
    while self.seconds < end {
      if condition(try status()) { return true }
      try pass(seconds: 0.02)
    }
    return false
  }

  /// Once `count` peers have answered, what an operator does who knows that the others will not.
  func release(after count: Int = 1) throws {
    for _ in 0..<500 {
      let epochs: EpochsReply = try call("Epochs", NoArguments())
      if epochs.answered.count >= count { break }
      try pass(seconds: 0.02)
    }
    if try status().signing == "waiting" {
      let _: ReleaseReply = try call("ReleaseSigning", NoArguments())
    }
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
