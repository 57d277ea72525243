import Foundation
import Log
import Node
import Runtime

/// A real `liaisond` of this build, for what only a process shows: signals, kills, exit statuses,
/// who may open what.
final class DaemonProcess: TestedNode {
  let name: String
  let folder: NodeFolder
  private(set) var address = ""
  private var process: Process?

  init(_ name: String, in root: URL, isNew: Bool = false) throws {
    self.name = name
    folder = try NodeTemplates.folder(name, in: root, isNew: isNew)
  }

  deinit { kill() }

  static var binary: URL {
    Bundle(for: DaemonProcess.self).bundleURL
      .appendingPathComponent("liaisond")
  }

  /// Starts it and waits until it listens.
  func start(port: String, environment: [String: String]) throws {
    let process = Process()
    process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
    process.executableURL = DaemonProcess.binary
    process.arguments = ["--data", folder.root, "--listen", "127.0.0.1:\(port)"]
    let log = URL(fileURLWithPath: logPath)
    _ = FileManager.default.createFile(atPath: log.path, contents: nil)
    process.standardError = try FileHandle(forWritingTo: log)
    try process.run()
    self.process = process
    for _ in 0..<200 {
      let text = self.log()
      if let range = text.range(of: "listening on ") {
        address = String(text[range.upperBound...].prefix { !$0.isNewline })
        return
      }
      guard process.isRunning else { throw TestFailure("\(name) ended: \(text)") }
      Thread.sleep(forTimeInterval: 0.02)
    }
    throw TestFailure("\(name) does not listen")
  }

  func start(port: String) throws { try start(port: port, environment: [:]) }

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
    guard let process else { throw TestFailure("not running") }
    let begin = Date()
    process.terminate()
    process.waitUntilExit()
    self.process = nil
    return (process.terminationStatus, Date().timeIntervalSince(begin))
  }

  func hangUp() {
    if let process { Foundation.kill(process.processIdentifier, SIGHUP) }
  }

  var seconds: Double { Date().timeIntervalSinceReferenceDate }

  func pass(seconds: Double) { Thread.sleep(forTimeInterval: seconds) }

  func exchange(_ call: [UInt8], with path: String) throws -> [UInt8]? {
    let client = try UnixClient(path: path, timeoutMilliseconds: 20_000)
    try client.write(call)
    return try client.readMessage()
  }
}
