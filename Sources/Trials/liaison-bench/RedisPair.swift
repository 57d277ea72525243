import Foundation

/// The reference for replication: Redis with one replica, both on loopback, no signatures, no
/// encryption.
final class RedisPair {
  let author: RedisServer
  let receiver: RedisServer
  static let stream = "log"

  /// - Parameter synced: `appendfsync always` at both, as Liaison is; else neither keeps a file.
  /// - Returns: nil where there is no `redis-server`.
  init?(in scratch: Scratch, synced: Bool, connected: Bool = true) throws {
    guard let binary = RedisServer.binary() else { return nil }
    author = try RedisServer(
      binary, folder: scratch.folder("redis-author-\(UUID().uuidString)"), synced: synced)
    receiver = try RedisServer(
      binary, folder: scratch.folder("redis-receiver-\(UUID().uuidString)"), synced: synced)
    try author.start()
    try receiver.start()
    if connected { try connect() }
  }

  func connect() throws {
    let client = try receiver.client()
    _ = try client.call("REPLICAOF", "127.0.0.1", "\(author.port)")
    try wait(seconds: 60, for: "the replica of Redis", everyMilliseconds: 1) {
      try client.call("INFO", "replication").text.contains("master_link_status:up")
    }
  }

  func stop() {
    receiver.stop()
    author.stop()
  }
}

final class RedisServer {
  private let binary: URL
  private let folder: String
  private let synced: Bool
  private var process: Process?
  private(set) var port = 0

  init(_ binary: URL, folder: String, synced: Bool) throws {
    self.binary = binary
    self.folder = folder
    self.synced = synced
  }

  deinit { stop() }

  static func binary() -> URL? {
    let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
    return (folders.map(String.init) + ["/usr/bin"]).lazy
      .map { URL(fileURLWithPath: $0).appendingPathComponent("redis-server") }
      .first { FileManager.default.isExecutableFile(atPath: $0.path) }
  }

  /// The version of it that `redis-server --version` says.
  static func version(_ binary: URL) -> String {
    let process = Process()
    process.executableURL = binary
    process.arguments = ["--version"]
    let output = Pipe()
    process.standardOutput = output
    guard (try? process.run()) != nil else { return "unknown" }
    let text = String(
      decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    return text.split(separator: " ").first { $0.hasPrefix("v=") }.map { String($0.dropFirst(2)) }
      ?? "unknown"
  }

  func start() throws {
    port = try FreePort.find()
    let process = Process()
    process.executableURL = binary
    process.arguments = [
      "--port", "\(port)", "--bind", "127.0.0.1", "--dir", folder, "--save", "",
      "--appendonly", synced ? "yes" : "no", "--appendfsync", "always", "--daemonize", "no",
      "--repl-diskless-sync", "yes", "--repl-diskless-sync-delay", "0",
      "--client-output-buffer-limit", "replica 0 0 0",
    ]
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    process.standardInput = FileHandle.nullDevice
    try process.run()
    self.process = process
    Interruption.shared.add(process: process.processIdentifier)
    try wait(seconds: 20, for: "Redis to listen") {
      guard process.isRunning else { throw BenchError("redis-server ended") }
      guard let client = try? RedisClient(port: port) else { return false }
      return (try? client.call("PING")) != nil
    }
  }

  func client() throws -> RedisClient { try RedisClient(port: port) }

  func length() throws -> Int {
    try client().call("XLEN", RedisPair.stream).count ?? 0
  }

  func usage() throws -> ProcessUsage {
    guard let process else { throw BenchError("Redis does not run") }
    return try ProcessUsage(of: process.processIdentifier)
  }

  func stop() {
    guard let process else { return }
    self.process = nil
    Interruption.shared.remove(process: process.processIdentifier)
    guard process.isRunning else { return }
    process.end(within: 3)
  }
}

extension Process {
  /// SIGTERM, and SIGKILL to this process alone if it takes longer.
  func end(within seconds: Double) {
    terminate()
    let watch = Stopwatch()
    while isRunning, watch.seconds < seconds { Thread.sleep(forTimeInterval: 0.01) }
    if isRunning { kill(processIdentifier, SIGKILL) }
    waitUntilExit()
  }
}

/// A port of loopback on which nobody listens at this moment.
enum FreePort {
  static func find() throws -> Int {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    guard descriptor >= 0 else { throw BenchError("socket: errno \(errno)") }
    defer { close(descriptor) }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
    var bytes = socklen_t(MemoryLayout<sockaddr_in>.size)
    let status = unsafe withUnsafeMutablePointer(to: &address) {
      unsafe $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        let bound = unsafe bind(descriptor, $0, bytes)
        return bound == 0 ? unsafe getsockname(descriptor, $0, &bytes) : bound
      }
    }
    guard status == 0 else { throw BenchError("no free port: errno \(errno)") }
    return Int(in_port_t(bigEndian: address.sin_port))
  }
}
