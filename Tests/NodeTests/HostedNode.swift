import Foundation
import Log

@testable import Node
@testable import Runtime

/// A node that runs in this process, as `liaisond` runs it: the same run over the same files and
/// sockets, on the loop and the time of a `NodeHost`.
final class HostedNode: TestedNode {
  let name: String
  let folder: NodeFolder
  private(set) var address = ""
  /// The option of its next start.
  var rotateSealingDays: Int?
  private unowned let host: NodeHost
  private var life: Life?

  /// From a start to an end of the process that `liaisond` would be.
  private struct Life {
    let lock: LockFile
    let log: FileHandle
    var loop: EventLoop
    var run: NodeRun
  }

  /// By `NodeHost`.
  init(_ name: String, _ folder: NodeFolder, on host: NodeHost) {
    self.name = name
    self.folder = folder
    self.host = host
  }

  var node: Node? { life?.run.node }
  var loop: EventLoop? { life?.loop }

  // MARK: Starts and ends

  func start(port: String) throws {
    guard life == nil else { throw TestFailure("\(name) runs") }
    let lock = try LockFile(folder.lock)
    _ = FileManager.default.createFile(atPath: logPath, contents: nil)
    let log = try FileHandle(forWritingTo: URL(fileURLWithPath: logPath))
    let (loop, run) = try begin(listeningOn: "127.0.0.1:\(port)", log)
    life = Life(lock: lock, log: log, loop: loop, run: run)
  }

  private func begin(
    listeningOn address: String, _ log: FileHandle
  ) throws -> (EventLoop, NodeRun) {
    let loop = try EventLoop(clock: SystemClock(host.time))
    let logger = Logger(threshold: .info, descriptor: log.fileDescriptor, journalStream: nil)
    let run = try NodeRun(
      DaemonConfiguration(
        data: folder.root, listen: address, rotateSealingDays: rotateSealingDays), folder,
      loop: loop, logger: logger)
    run.didEnd = { [unowned self] in self.hasEnded = true }
    hasEnded = false
    run.begin()
    self.address = run.address ?? ""
    return (loop, run)
  }

  private var hasEnded = false

  /// After a round: the epoch that was opened begins, as in `Daemon.run`.
  func goOn() throws {
    // Whoever still holds the run that ended: its token must be free.
    let ended = life?.run
    defer { withExtendedLifetime(ended) {} }
    guard hasEnded, let (lock, log) = endRun() else { return }
    let (loop, run) = try begin(listeningOn: address, log)
    life = Life(lock: lock, log: log, loop: loop, run: run)
  }

  /// - Returns: nil when no other run is to follow. The run that ends lets go of its token before
  ///   the next one takes it.
  private func endRun() -> (LockFile, FileHandle)? {
    guard let life, life.run.beginsAgain else { return nil }
    life.run.finish()
    self.life = nil
    return (life.lock, life.log)
  }

  func kill() {
    guard let life else { return }
    life.run.end()
    // Its sockets close; nothing more is written.
    while !hasEnded, (try? host.step(atMost: .max)) != nil {}
    self.life = nil
  }

  func terminate() throws -> (status: Int32, seconds: Double) {
    guard let life else { throw TestFailure("not running") }
    let begin = seconds
    life.run.end()
    while !hasEnded { try host.step(atMost: .max) }
    life.run.finish()
    self.life = nil
    return (0, seconds - begin)
  }

  func hangUp() { life?.run.reload() }

  // MARK: Time

  var seconds: Double { Double(host.now) / 1_000 }

  func pass(seconds: Double) throws { try host.pass(milliseconds: UInt64(seconds * 1_000)) }

  func exchange(_ call: [UInt8], with path: String) throws -> [UInt8]? {
    let client = try UnixClient(path: path, timeoutMilliseconds: 20_000)
    try client.write(call)
    return try host.readMessage(from: client)
  }
}
