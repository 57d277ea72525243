import Crypto
import Log
import Replication
import Wire

/// Measures what travels and how long it takes, from one moment on.
struct SpreadMeter {
  /// Bytes that the transport adds to a message, and to all that leave together on one session
  /// (Protocols/transport.md).
  private static let messageBytes = 4
  private static let recordBytes = 2 + 1 + 16

  private var typeBytes: [UInt8: Int] = [:]
  private(set) var totalBytes = 0
  /// Entries in chunks that were sent, repeated ones too.
  private(set) var bodies = 0
  /// When each own entry was published, by log and index; and how long it took to each other node.
  private var published: [LogID: [UInt64: UInt64]] = [:]
  private(set) var publishes = 0
  private(set) var delays: [UInt64] = []
  /// The longest of each publish.
  private var slowest: [LogID: [UInt64: UInt64]] = [:]
  private var lastSent: [SessionID: UInt64] = [:]

  mutating func sent(_ message: [UInt8], on session: SessionID, _ now: UInt64) {
    var bytes = message.count + SpreadMeter.messageBytes
    if lastSent.updateValue(now, forKey: session) != now { bytes += SpreadMeter.recordBytes }
    typeBytes[message[0], default: 0] += bytes
    totalBytes += bytes
    if message[0] == SpreadMeter.chunk { bodies += SpreadMeter.count(of: message) }
  }

  mutating func published(_ log: LogID, _ index: UInt64, _ now: UInt64) {
    published[log, default: [:]][index] = now
    publishes += 1
  }

  /// Entries of a log became durable at somebody else.
  mutating func stored(_ log: LogID, _ range: Range<UInt64>, _ now: UInt64) {
    for index in range {
      guard let at = published[log]?[index] else { continue }
      delays.append(now - at)
      slowest[log, default: [:]][index] = max(slowest[log]?[index] ?? 0, now - at)
    }
  }

  /// The time within which that part of all deliveries was done.
  func delay(_ part: Double) -> UInt64 { SpreadMeter.quantile(delays, part) }

  /// The same of the last node of each publish.
  func slowestDelay(_ part: Double) -> UInt64 {
    SpreadMeter.quantile(slowest.values.flatMap { Array($0.values) }, part)
  }

  private static func quantile(_ values: [UInt64], _ part: Double) -> UInt64 {
    guard !values.isEmpty else { return 0 }
    return values.sorted()[min(values.count - 1, Int(Double(values.count) * part))]
  }

  var bytesByType: [(name: String, bytes: Int)] {
    typeBytes.sorted { $0.key < $1.key }
      .map { (SpreadMeter.names[$0.key] ?? "type \($0.key)", $0.value) }
  }

  private static let chunk: UInt8 = 7
  private static let names: [UInt8: String] = [
    1: "hello", 2: "logs", 3: "heads", 4: "checkpoint", 5: "pull", 6: "credit", 7: "chunk",
    8: "end", 9: "prune", 10: "graft", 11: "cosignatures", 13: "ping", 14: "pong", 15: "digest",
    16: "entry", 22: "leave",
  ]

  /// The count of a chunk (Protocols/sync.md, 4).
  private static func count(of chunk: [UInt8]) -> Int {
    chunk[17..<21].reduce(0) { $0 << 8 | Int($1) }
  }
}
