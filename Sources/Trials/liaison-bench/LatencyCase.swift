import Foundation
import JSON
import Node
import Runtime
import Varlink

/// The time from the call to publish on one daemon's control socket until a follower of the other
/// daemon has the record: sealed, signed, synced, sent, verified, synced, opened. Beside it Redis
/// with a replica, which syncs at both, too.
enum LatencyCase {
  static let perSecond = 200

  /// With records of one long string and with real ones.
  static func run(seconds: Int, scratch: Scratch) throws -> JSON {
    let real = try RealRecords.records(512)
    return .object([
      ("oneString", try run(seconds, scratch, "one-string", record)),
      (
        "realRecords",
        try run(seconds, scratch, "real") { number in
          // The number that tells one from the others, in front of what a real record holds.
          "{\"number\":\(number)," + real[number % real.count].text.dropFirst()
        }
      ),
    ])
  }

  private static func run(
    _ seconds: Int, _ scratch: Scratch, _ folder: String, _ record: (Int) -> String
  ) throws -> JSON {
    let (own, sync) = try liaison(seconds, scratch, folder, record)
    var result = own.report
    result += [
      ("goalP50Milliseconds", .figure(0.75)), ("goalP99Milliseconds", .figure(3)),
      ("bareSyncP50Milliseconds", .figure(sync)),
    ]
    if let redis = try redis(seconds, scratch, record) {
      result.append(("redisSynced", .object(redis.report)))
      result.append(("ratioToRedisP50", .figure(own.visible.quantile(0.5) / redis.visibleP50)))
    } else {
      result.append(("redisSynced", .text("not measured: no 'redis-server'")))
    }
    return .object(result)
  }

  private static func liaison(
    _ seconds: Int, _ scratch: Scratch, _ folder: String, _ record: (Int) -> String
  ) throws -> (Latencies, sync: Double) {
    let author = try BenchNode("nl", in: scratch, folder: folder + "-nl")
    let reader = try BenchNode("be", in: scratch, folder: folder + "-be")
    defer {
      reader.stop()
      author.stop()
    }
    try author.connect(from: reader)
    let paced = Pace(seconds: seconds)
    let arrivals = Arrivals(count: paced.count)
    try follow(reader, arrivals)
    let publisher = try author.client()
    let latencies = try paced.run(
      arrivals,
      prepare: {
        ControlCall.encode(
          "Publish", try PublishRequest(to: [reader.name], texts: [record($0)]))
      },
      call: { call in
        try publisher.write(call)
        guard let message = try publisher.readMessage() else { throw BenchError("no answer") }
        _ = try ControlReply(message: message).decode(PublishReply.self)
      })
    return (latencies, try bareSync(scratch))
  }

  private static func record(_ number: Int) -> String {
    let padding = String(repeating: "x", count: 180)
    return "{\"type\":\"bench\",\"number\":\(number),\"padding\":\"\(padding)\"}"
  }

  private struct Record: Decodable { let number: Int }

  /// Returns when the follower waits for what comes next.
  private static func follow(_ node: BenchNode, _ arrivals: Arrivals) throws {
    let client = try UnixClient(path: node.folder.controlSocket, timeoutMilliseconds: 30_000)
    try client.write(
      ControlCall.encode("Tail", TailRequest(fresh: true, follow: true), more: true))
    // The daemon takes calls in order: once another is answered, this one was taken up.
    _ = try node.status(try node.client())
    arrivals.follow {
      while !arrivals.isComplete, let message = try client.readMessage() {
        let now = ContinuousClock.now
        let page = try ControlReply(message: message).decode(TailPage.self).parameters
        arrivals.add(
          try page.events.map {
            try JSONDecoder().decode(Record.self, from: Data($0.record?.bytes ?? [])).number
          }, at: now)
      }
    }
  }

  /// `XADD` at the author, `XREAD BLOCK` at the replica, a record of the same length.
  private static func redis(
    _ seconds: Int, _ scratch: Scratch, _ record: (Int) -> String
  ) throws -> Latencies? {
    guard let pair = try RedisPair(in: scratch, synced: true) else { return nil }
    defer { pair.stop() }
    let paced = Pace(seconds: seconds)
    let arrivals = Arrivals(count: paced.count)
    let follower = try pair.receiver.client()
    arrivals.follow {
      var last = "0"
      while !arrivals.isComplete {
        let reply = try follower.call("XREAD", "BLOCK", "10000", "STREAMS", RedisPair.stream, last)
        let now = ContinuousClock.now
        let entries = reply.list.first?.list.last?.list ?? []
        last = entries.last?.list.first?.text ?? last
        arrivals.add(entries.compactMap { Int($0.list.last?.list.first?.text ?? "") }, at: now)
      }
    }
    let client = try pair.author.client()
    return try paced.run(
      arrivals,
      prepare: { RedisClient.encode(["XADD", RedisPair.stream, "*", "\($0)", record($0)]) },
      call: { call in
        try client.send(call)
        _ = try client.reply()
      })
  }

  /// One page written and synced: each record waits for two of these, one on each side.
  private static func bareSync(_ scratch: Scratch) throws -> Double {
    let file = try BareFile(
      scratch.file("bare-sync-\(UUID().uuidString)"), preallocatedBytes: 1 << 20)
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

/// Calls at even distances: a call that had to wait for the answer to the one before counts from
/// when it was due.
struct Pace {
  let warmUp = LatencyCase.perSecond / 2
  let count: Int

  init(seconds: Int) { count = LatencyCase.perSecond * seconds + warmUp }

  func run(
    _ arrivals: Arrivals, prepare: (Int) throws -> [UInt8], call: ([UInt8]) throws -> Void
  ) throws -> Latencies {
    var sent: [ContinuousClock.Instant] = []
    var answers: [Double] = []
    let begin = ContinuousClock.now
    for number in 0..<count {
      let bytes = try prepare(number)
      let due = begin + .milliseconds(1_000 * number / LatencyCase.perSecond)
      let early = Stopwatch.seconds(due - ContinuousClock.now)
      if early > 0 { Thread.sleep(forTimeInterval: early) }
      let from = early > 0 ? ContinuousClock.now : due
      sent.append(from)
      try call(bytes)
      answers.append(Stopwatch.seconds(ContinuousClock.now - from) * 1e3)
    }
    let seconds = Stopwatch.seconds(ContinuousClock.now - begin)
    let seen = try arrivals.wait(seconds: 20)
    return Latencies(
      visible: (warmUp..<count).map { Stopwatch.seconds(seen[$0] - sent[$0]) * 1e3 },
      durable: Array(answers[warmUp...]), perSecond: Double(count) / seconds)
  }
}

/// In milliseconds.
struct Latencies {
  let visible: [Double]
  let durable: [Double]
  let perSecond: Double

  var visibleP50: Double { visible.quantile(0.5) }

  var report: [(String, JSON)] {
    [
      ("publishes", .count(visible.count)), ("publishesPerSecond", .figure(perSecond)),
      ("visibleP50Milliseconds", .figure(visibleP50)),
      ("visibleP90Milliseconds", .figure(visible.quantile(0.9))),
      ("visibleP99Milliseconds", .figure(visible.quantile(0.99))),
      ("visibleMaximumMilliseconds", .figure(visible.quantile(1))),
      ("durableP50Milliseconds", .figure(durable.quantile(0.5))),
      ("durableP99Milliseconds", .figure(durable.quantile(0.99))),
    ]
  }
}
