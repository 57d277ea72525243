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

  private var typeBytes: [SyncType: Int] = [:]
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
    totalBytes += bytes
    guard let type = SyncType(of: message) else { return }
    typeBytes[type, default: 0] += bytes
    if case .chunk(let chunk) = SyncMessage(message) { bodies += chunk.count }
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
    SyncType.allCases.compactMap { type in typeBytes[type].map { ("\(type)", $0) } }
  }
}
