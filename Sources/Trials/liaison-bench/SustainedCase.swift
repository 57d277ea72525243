import Foundation
import JSON
import Node
import Runtime
import Varlink

/// The records that one client can publish by calls that are sent back to back, for some seconds:
/// durable at the author when a call is answered, and what the receiver has by then. Beside it
/// Redis with a replica, which syncs at both, too.
enum SustainedCase {
  /// Records of one call, and calls that are under way: 1,024 records.
  static let recordsOfCall = 256
  static let callsUnderWay = 4
  /// The sealed body of such a record has 520 bytes.
  static let recordBytes = 463

  /// With records of one long string, which cost nothing to check, and with real ones.
  static func run(seconds: Int, scratch: Scratch) throws -> JSON {
    let plain = try (0..<recordsOfCall).map {
      let start = "{\"type\":\"bench\",\"number\":\($0),\"padding\":\""
      return try Record(
        checking: start + String(repeating: "x", count: recordBytes - start.utf8.count - 2) + "\"}")
    }
    return .object([
      ("oneString", try run(seconds, plain, scratch)),
      ("realRecords", try run(seconds, try RealRecords.records(recordsOfCall), scratch)),
    ])
  }

  private static func run(_ seconds: Int, _ records: [Record], _ scratch: Scratch) throws -> JSON {
    let own = try liaison(seconds, records, scratch)
    var result = own.report
    result += [
      ("recordsOfCall", .count(recordsOfCall)), ("callsUnderWay", .count(callsUnderWay)),
    ]
    if let redis = try redis(seconds, records, scratch) {
      result.append(("redisSynced", .object(redis.report)))
      result.append(("ratioToRedis", .figure(own.perSecond / redis.perSecond)))
      result.append(("goalRatioToRedis", .figure(1)))
    } else {
      result.append(("redisSynced", .text("not measured: no 'redis-server'")))
    }
    return .object(result)
  }

  private static func liaison(
    _ seconds: Int, _ records: [Record], _ scratch: Scratch
  ) throws -> Sustained {
    let folder = "sustained-\(records[0].bytes.count)-"
    let author = try BenchNode("nl", in: scratch, folder: folder + "nl")
    let receiver = try BenchNode("be", in: scratch, folder: folder + "be")
    defer {
      receiver.stop()
      author.stop()
    }
    try author.connect(from: receiver)
    let client = try author.client()
    let call = ControlCall.encode(
      "Publish", PublishRequest(to: [receiver.name], records: records))
    let before = (try author.usage(), try receiver.usage())
    let run = try drive(
      seconds, send: { try client.write(call) },
      answer: {
        guard let message = try client.readMessage() else { throw BenchError("no answer") }
        _ = try ControlReply(message: message).decode(PublishReply.self)
      })
    let control = try receiver.client()
    let watch = Stopwatch()
    let size = try author.status(try author.client()).size(of: author.origin)
    let held = try receiver.status(control).size(of: author.origin)
    try receiver.waitForEntries(size, of: author.origin, seconds: 60)
    let after = (try author.usage(), try receiver.usage())
    return Sustained(
      records: run.records, seconds: run.seconds, lag: Int(size - min(size, held)),
      secondsUntilLevel: watch.seconds,
      more: [
        (
          "authorProcessorSeconds",
          .figure(after.0.processorSeconds - before.0.processorSeconds)
        ),
        (
          "receiverProcessorSeconds",
          .figure(after.1.processorSeconds - before.1.processorSeconds)
        ),
        ("authorPeakMebibytes", .figure(Double(after.0.peakResidentKibibytes) / 1_024)),
        ("receiverPeakMebibytes", .figure(Double(after.1.peakResidentKibibytes) / 1_024)),
      ])
  }

  static func redis(
    _ seconds: Int, _ records: [Record], _ scratch: Scratch
  ) throws -> Sustained? {
    guard let pair = try RedisPair(in: scratch, synced: true) else { return nil }
    defer { pair.stop() }
    let client = try pair.author.client()
    let call = Array(
      records.map { RedisClient.encode(["XADD", RedisPair.stream, "*", "body", $0.text]) }.joined())
    let before = (try pair.author.usage(), try pair.receiver.usage())
    let run = try drive(
      seconds, send: { try client.send(call) },
      answer: { for _ in 0..<recordsOfCall { _ = try client.reply() } })
    let watch = Stopwatch()
    let size = try pair.author.length()
    let held = try pair.receiver.length()
    try wait(seconds: 60, for: "the replica of Redis") { try pair.receiver.length() >= size }
    let after = (try pair.author.usage(), try pair.receiver.usage())
    return Sustained(
      records: run.records, seconds: run.seconds, lag: size - held,
      secondsUntilLevel: watch.seconds,
      more: [
        (
          "authorProcessorSeconds",
          .figure(after.0.processorSeconds - before.0.processorSeconds)
        ),
        (
          "receiverProcessorSeconds",
          .figure(after.1.processorSeconds - before.1.processorSeconds)
        ),
        (
          "version",
          .text(RedisServer.binary().map { RedisServer.version($0) } ?? "unknown")
        ),
      ])
  }

  /// Keeps calls under way until the time is over, then waits for the last answers.
  private static func drive(
    _ seconds: Int, send: () throws -> Void, answer: () throws -> Void
  ) throws -> (records: Int, seconds: Double) {
    let watch = Stopwatch()
    for _ in 0..<callsUnderWay { try send() }
    var answered = 0
    while watch.seconds < Double(seconds) {
      try answer()
      answered += 1
      try send()
    }
    for _ in 0..<callsUnderWay {
      try answer()
      answered += 1
    }
    return (answered * recordsOfCall, watch.seconds)
  }
}

struct Sustained {
  let records: Int
  let seconds: Double
  /// Records that the receiver lacked when the author had answered the last call.
  let lag: Int
  let secondsUntilLevel: Double
  let more: [(String, JSON)]

  var perSecond: Double { Double(records) / seconds }

  var report: [(String, JSON)] {
    [
      ("records", .count(records)), ("seconds", .figure(seconds)),
      ("recordsPerSecond", .figure(perSecond)), ("lagAtTheEndRecords", .count(lag)),
      ("secondsUntilReceiverIsLevel", .figure(secondsUntilLevel)),
    ] + more
  }
}
