import Foundation
import JSON
import Node

/// Real records through `liaison publish`, as users run it: what client, author and receiver spend
/// on each, beside one signature and beside Redis with a replica, which syncs at both, too. Then
/// what it takes to read them with `liaison tail --json`.
enum PublishCase {
  static let goalRatioToSignature = 1.6

  static func run(records: Int, scratch: Scratch) throws -> JSON {
    let signature = try signNanoseconds()
    let author = try BenchNode("nl", in: scratch)
    let receiver = try BenchNode("be", in: scratch)
    defer {
      receiver.stop()
      author.stop()
    }
    try author.connect(from: receiver)
    var sizes: [(String, JSON)] = []
    for size in [256, 4_096, records] where size <= records {
      // The short ones are repeated: a clock tick is 10 ms.
      let times = max(1, min(64, 16_384 / size))
      let files = try RealRecords.files(size, times: times, in: scratch)
      let cost = try publish(files, size, author, receiver)
      sizes.append(("records\(size)", .object(cost.report(signature))))
    }
    var streams: [(String, JSON)] = []
    for size in [256, 4_096] where size <= records {
      let cost = try stream(size, max(1, 32_768 / size), author, receiver, scratch)
      streams.append(("batches\(size)", .object(cost.report(signature))))
    }
    let tail = try tail(
      receiver, entries: try receiver.status(receiver.client()).size(of: author.origin))
    receiver.stop()
    author.stop()
    var result: [(String, JSON)] = [
      ("source", .text(RealRecords.source)), ("signNanoseconds", .figure(signature)),
      ("goalRatioToSignature", .figure(goalRatioToSignature)), ("ofOneInput", .object(sizes)),
      ("ofOneStream", .object(streams)),
      ("tail", .object(tail)),
    ]
    if let redis = try SustainedCase.redis(5, try RealRecords.records(256), scratch) {
      result.append(("redisSynced", .object(redis.report)))
    }
    return .object(result)
  }

  private static func signNanoseconds() throws -> Double {
    guard case .object(let crypto) = try CryptoCase.run(),
      case .object(let signatures) = crypto[0].1,
      case .figure(let sign) = signatures[0].1
    else { throw BenchError("no figure for a signature") }
    return sign
  }

  private struct Cost {
    let records: Int
    let seconds: Double
    /// Processor seconds, user and system.
    let client: Double
    let author: Double
    let receiver: Double

    func report(_ signature: Double) -> [(String, JSON)] {
      let all = (client + author + receiver) / Double(records) * 1e6
      return [
        ("records", .count(records)), ("recordsPerSecond", .figure(Double(records) / seconds)),
        ("clientMicrosecondsARecord", .figure(client / Double(records) * 1e6)),
        ("authorMicrosecondsARecord", .figure(author / Double(records) * 1e6)),
        ("receiverMicrosecondsARecord", .figure(receiver / Double(records) * 1e6)),
        ("allMicrosecondsARecord", .figure(all)),
        ("ratioToSignature", .figure(all * 1e3 / signature)),
      ]
    }
  }

  /// Publishes real records and returns when they are durable at the author.
  static func publish(
    _ count: Int, from author: BenchNode, to reader: BenchNode, in scratch: Scratch
  ) throws {
    for file in try RealRecords.files(count, times: 1, in: scratch) {
      try liaison(["publish", "--to", reader.name, file.path], author)
    }
  }

  /// Measures from the start of the first client until the receiver has everything.
  private static func publish(
    _ files: [URL], _ records: Int, _ author: BenchNode, _ receiver: BenchNode
  ) throws -> Cost {
    let before = (try author.usage(), try receiver.usage(), ProcessUsage.ofChildren())
    let watch = Stopwatch()
    for file in files { try liaison(["publish", "--to", receiver.name, file.path], author) }
    let seconds = watch.seconds
    let size = try author.status(try author.client()).size(of: author.origin)
    try receiver.waitForEntries(size, of: author.origin, seconds: 60)
    return Cost(
      records: records * files.count, seconds: seconds,
      client: ProcessUsage.ofChildren() - before.2,
      author: try author.usage().processorSeconds - before.0.processorSeconds,
      receiver: try receiver.usage().processorSeconds - before.1.processorSeconds)
  }

  /// One client that publishes for long, so many records at a time: the next ones when the last are
  /// acknowledged.
  private static func stream(
    _ size: Int, _ times: Int, _ author: BenchNode, _ receiver: BenchNode, _ scratch: Scratch
  ) throws -> Cost {
    let batches = try RealRecords.batches(size, times: times)
    let before = (try author.usage(), try receiver.usage(), ProcessUsage.ofChildren())
    let watch = Stopwatch()
    let process = try client(["publish", "--stream", "--to", receiver.name, "-"], author)
    let (input, output) = (Pipe(), Pipe())
    process.standardInput = input
    process.standardOutput = output
    try process.run()
    for batch in batches {
      try input.fileHandleForWriting.write(contentsOf: batch)
      var lines = 0
      while lines < size {
        // Takes the bytes that are there: `read` would wait for all that it was asked for.
        let chunk = output.fileHandleForReading.availableData
        guard !chunk.isEmpty else { throw BenchError("liaison publish --stream ended early") }
        lines += chunk.count { $0 == 0x0a }
      }
    }
    try input.fileHandleForWriting.close()
    process.waitUntilExit()
    let seconds = watch.seconds
    let held = try author.status(try author.client()).size(of: author.origin)
    try receiver.waitForEntries(held, of: author.origin, seconds: 60)
    return Cost(
      records: size * times, seconds: seconds, client: ProcessUsage.ofChildren() - before.2,
      author: try author.usage().processorSeconds - before.0.processorSeconds,
      receiver: try receiver.usage().processorSeconds - before.1.processorSeconds)
  }

  private static func tail(_ reader: BenchNode, entries: UInt64) throws -> [(String, JSON)] {
    let before = (try reader.usage(), ProcessUsage.ofChildren())
    let watch = Stopwatch()
    let lines = try liaison(["tail", "--json"], reader)
    let seconds = watch.seconds
    let daemon = try reader.usage().processorSeconds - before.0.processorSeconds
    return [
      ("records", .count(lines)), ("recordsPerSecond", .figure(Double(lines) / seconds)),
      (
        "clientMicrosecondsARecord",
        .figure((ProcessUsage.ofChildren() - before.1) / Double(lines) * 1e6)
      ),
      ("daemonMicrosecondsARecord", .figure(daemon / Double(lines) * 1e6)),
    ]
  }

  /// The `liaison` beside this executable.
  private static func client(_ words: [String], _ node: BenchNode) throws -> Process {
    let process = Process()
    process.executableURL = try BenchNode.binary().deletingLastPathComponent()
      .appendingPathComponent("liaison")
    process.arguments = words + ["--data", node.folder.root]
    return process
  }

  /// Runs it to its end.
  /// - Returns: the lines that it printed.
  @discardableResult
  private static func liaison(_ words: [String], _ node: BenchNode) throws -> Int {
    let process = try client(words, node)
    let pipe = Pipe()
    process.standardOutput = pipe
    try process.run()
    var lines = 0
    while let chunk = try pipe.fileHandleForReading.read(upToCount: 1 << 20), !chunk.isEmpty {
      lines += chunk.count { $0 == 0x0a }
    }
    process.waitUntilExit()
    guard process.terminationStatus == 0 else {
      throw BenchError("liaison \(words[0]) ended with \(process.terminationStatus)")
    }
    return lines
  }
}
