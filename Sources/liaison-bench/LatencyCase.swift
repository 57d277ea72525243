import Foundation
import Node
import Runtime

/// From the call to publish on one daemon's control socket until a follower of the other daemon has the record:
/// sealed, signed, synced, sent, verified, synced, opened.
enum LatencyCase {
  static let perSecond = 200

  static func run(seconds: Int, scratch: Scratch) throws -> JSON {
    let author = try BenchNode("nl", in: scratch)
    let reader = try BenchNode("be", in: scratch)
    defer {
      reader.stop()
      author.stop()
    }
    try author.add(reader, dial: false)
    try author.start()
    try reader.add(author, dial: true)
    try reader.start()
    try reader.waitUntilConnected(to: 1)
    try author.waitUntilConnected(to: 1)
    try reader.waitForEntries(1, of: author.origin, seconds: 30)

    let warmUp = perSecond / 2
    let count = perSecond * seconds + warmUp
    let follower = Follower(count: count)
    try follower.start(reader)
    let publisher = try author.client()
    var sent: [ContinuousClock.Instant] = []
    var answers: [Double] = []
    let begin = ContinuousClock.now
    for number in 0..<count {
      let due = begin + .milliseconds(1_000 * number / perSecond)
      let early = Stopwatch.seconds(due - ContinuousClock.now)
      if early > 0 { Thread.sleep(forTimeInterval: early) }
      // A call that had to wait for the answer to the one before counts from when it was due.
      let from = early > 0 ? ContinuousClock.now : due
      sent.append(from)
      try publish(number, publisher, to: reader.name)
      answers.append(Stopwatch.seconds(ContinuousClock.now - from) * 1e3)
    }
    let publishing = Stopwatch.seconds(ContinuousClock.now - begin)
    let seen = try follower.wait(seconds: 20)
    let visible = (warmUp..<count).map { Stopwatch.seconds(seen[$0] - sent[$0]) * 1e3 }
    let durable = Array(answers[warmUp...])
    return .object([
      ("publishes", .count(count - warmUp)),
      ("publishesPerSecond", .figure(Double(count) / publishing)),
      ("visibleP50Milliseconds", .figure(visible.quantile(0.5))),
      ("visibleP90Milliseconds", .figure(visible.quantile(0.9))),
      ("visibleP99Milliseconds", .figure(visible.quantile(0.99))),
      ("visibleMaximumMilliseconds", .figure(visible.quantile(1))),
      ("durableP50Milliseconds", .figure(durable.quantile(0.5))),
      ("durableP99Milliseconds", .figure(durable.quantile(0.99))),
      ("goalP50Milliseconds", .figure(2)),
      ("bareSyncP50Milliseconds", .figure(try bareSync(scratch))),
    ])
  }

  private static func publish(_ number: Int, _ client: UnixClient, to name: String) throws {
    let padding = String(repeating: "x", count: 180)
    let record = "{\"type\":\"bench\",\"number\":\(number),\"padding\":\"\(padding)\"}"
    try client.write(
      ControlCall.encode("Publish", PublishRequest(to: [name], records: [record])))
    guard let message = try client.readMessage() else { throw BenchError("no answer") }
    _ = try ControlReply(message: message).decode(PublishReply.self)
  }

  /// One page written and synced: each record waits for two of these, one on each side.
  private static func bareSync(_ scratch: Scratch) throws -> Double {
    let file = try BareFile(scratch.file("bare-sync"), preallocatedBytes: 1 << 20)
    let page = [UInt8](repeating: 1, count: 4_096)
    var latencies: [Double] = []
    for number in 0..<200 {
      let watch = Stopwatch()
      try file.write(page, at: number * page.count)
      try file.sync()
      latencies.append(watch.seconds * 1e3)
    }
    return latencies.quantile(0.5)
  }
}

/// A client that follows what arrives, on a thread of its own.
private final class Follower: @unchecked Sendable {
  // `seen` and `failure` are only used while `condition` is held.
  private let condition = NSCondition()
  private var seen: [ContinuousClock.Instant?]
  private var missing: Int
  private var failure: (any Error)?

  init(count: Int) {
    seen = Array(repeating: nil, count: count)
    missing = count
  }

  private struct Record: Decodable { let number: Int }

  /// Returns when it waits for what comes next.
  func start(_ node: BenchNode) throws {
    let socket = node.folder.controlSocket
    let client = try UnixClient(path: socket, timeoutMilliseconds: 30_000)
    try client.write(
      ControlCall.encode("Tail", TailRequest(fresh: true, follow: true), more: true))
    // The daemon takes calls in order: once another is answered, this one was taken up.
    _ = try node.status(try node.client())
    let box = Box(client)
    Thread.detachNewThread { [self] in
      do { try follow(box.client) } catch {
        condition.withLock { failure = error }
        condition.broadcast()
      }
    }
  }

  private func follow(_ client: UnixClient) throws {
    var left = missing
    while left > 0, let message = try client.readMessage() {
      let now = ContinuousClock.now
      let page = try ControlReply(message: message).decode(TailPage.self).parameters
      let numbers = try page.events.map {
        try JSONDecoder().decode(Record.self, from: Data($0.record.utf8)).number
      }
      left -= numbers.count
      condition.withLock {
        for number in numbers where seen[number] == nil {
          seen[number] = now
          missing -= 1
        }
      }
      condition.broadcast()
    }
  }

  func wait(seconds: Double) throws -> [ContinuousClock.Instant] {
    condition.lock()
    defer { condition.unlock() }
    let limit = Date().addingTimeInterval(seconds)
    while missing > 0, failure == nil, condition.wait(until: limit) {}
    if let failure { throw failure }
    guard missing == 0 else { throw BenchError("\(missing) records did not arrive") }
    return seen.compactMap { $0 }
  }
}

/// Hands the client to the one thread that uses it from then on.
private final class Box: @unchecked Sendable {
  let client: UnixClient
  init(_ client: UnixClient) { self.client = client }
}
