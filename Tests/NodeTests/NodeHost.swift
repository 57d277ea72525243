import Foundation
import Runtime

/// Nodes in this process, and a folder for them that goes at the end. Their time stands still while
/// anything is to be done, and then goes on to what is due next: nothing is waited for, and no
/// machine is too slow.
final class NodeHost {
  let root: URL
  let time = GivenTime()
  private var nodes: [HostedNode] = []

  init() throws {
    root = FileManager.default.temporaryDirectory
      .appendingPathComponent("liaison-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: root, withIntermediateDirectories: true)
  }

  /// Ends all nodes, without a word, and removes their folder.
  func end() {
    for node in nodes { node.kill() }
    nodes = []
    try? FileManager.default.removeItem(at: root)
  }

  func path(_ name: String) -> String { root.appendingPathComponent(name).path }

  // MARK: Nodes

  /// A folder as `liaison init` makes it.
  /// - Parameter anew: below this path, with keys of its own: another operator's by the same name.
  func node(_ name: String, anew path: String? = nil) throws -> HostedNode {
    let place = path.map { root.appendingPathComponent($0) } ?? root
    return add(
      HostedNode(
        name, try NodeTemplates.folder(name, in: place, isNew: path != nil), on: self))
  }

  /// A copy of a stopped node's folder and token, under another path.
  func copy(of node: HostedNode, as path: String) throws -> HostedNode {
    add(
      HostedNode(node.name, try NodeTemplates.copy(of: node.folder, as: path, in: root), on: self))
  }

  private func add(_ node: HostedNode) -> HostedNode {
    nodes.append(node)
    return node
  }

  // MARK: Time

  /// Milliseconds of the nodes' steady clock.
  var now: UInt64 { SystemClock(time).monotonicMilliseconds }

  func pass(milliseconds: UInt64) throws {
    let end = now + milliseconds
    while try step(atMost: end) {}
    time.pass(milliseconds: end - min(now, end))
  }

  /// A round of every node; when none has anything to do, time goes on.
  /// - Parameter end: time does not go on beyond it.
  /// - Returns: false when nothing is left to do before that.
  @discardableResult
  func step(atMost end: UInt64) throws -> Bool {
    if try round(waitingAtMost: 0) { return true }
    // A thread is not hurried by time that does not pass.
    if nodes.contains(where: { $0.loop?.awaitsThreads == true }) {
      _ = try round(waitingAtMost: 1)
      return true
    }
    let next = nodes.compactMap { $0.loop?.nextDeadline }.min() ?? .max
    guard next <= end else { return false }
    time.pass(milliseconds: next - min(now, next))
    return true
  }

  private func round(waitingAtMost milliseconds: UInt64) throws -> Bool {
    var hasWorked = false
    for node in nodes {
      guard let loop = node.loop else { continue }
      if try loop.turn(waitingAtMost: milliseconds) { hasWorked = true }
      try node.goOn()
    }
    return hasWorked
  }

  // MARK: Clients

  /// - Returns: the next message for a client of one of the nodes, nil when the node closed the
  ///   connection.
  func readMessage(from client: UnixClient) throws -> [UInt8]? {
    let end = now + NodeHost.answerMilliseconds
    while !client.hasInput(within: 0) {
      guard try step(atMost: end) else { throw TestFailure("no answer in two minutes") }
    }
    return try client.readMessage()
  }

  private static let answerMilliseconds: UInt64 = 120_000

  /// The real `liaison`, to its end, beside the nodes.
  func liaison(_ words: [String]) throws -> (status: Int32, said: String) {
    let pipe = Pipe()
    let process = try startLiaison(words, into: pipe)
    try wait(for: process)
    let said = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    return (process.terminationStatus, said)
  }

  /// While another process runs, time passes as it does.
  func wait(for process: Process) throws {
    let clock = SystemClock()
    var last = clock.monotonicMilliseconds
    while process.isRunning {
      _ = try round(waitingAtMost: 1)
      let real = clock.monotonicMilliseconds
      time.pass(milliseconds: real - last)
      last = real
    }
  }
}
