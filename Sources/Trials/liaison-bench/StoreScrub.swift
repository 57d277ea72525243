import Crypto
import Foundation
import Log
import Store

/// The scrub over one log, beside reading its files and hashing their bytes once: both out of the
/// page cache.
enum StoreScrub {
  private static let rounds = 5
  /// Bytes that the daemon reads at a time.
  private static let stepBytes = 128 << 10

  static func run(_ files: StoreAppend) throws -> JSON {
    let store = files.store
    let paths = try store.paths(log: 0)
    var entries = 0
    var bytes = 0
    var scrubs: [Double] = []
    var bare: [Double] = []
    for round in 0..<rounds {
      // Each is first in its turn: neither always follows the other.
      for isScrub in round % 2 == 0 ? [true, false] : [false, true] {
        let watch = Stopwatch()
        if isScrub {
          entries = try store.scrub(log: 0, stepBytes: stepBytes)
          scrubs.append(watch.seconds)
        } else {
          bytes = try paths.reduce(0) { try $0 + hash($1) }
          bare.append(watch.seconds)
        }
      }
    }
    let (own, other) = (scrubs.quantile(0.5), bare.quantile(0.5))
    return .object([
      ("entries", .count(entries)), ("bytes", .count(bytes)), ("stepBytes", .count(stepBytes)),
      ("entriesPerSecond", .figure(Double(entries) / own)),
      ("megabytesPerSecond", .figure(Double(bytes) / own / 1e6)),
      ("bareMegabytesPerSecond", .figure(Double(bytes) / other / 1e6)),
      ("ratioToBare", .figure(other / own)),
    ])
  }

  /// - Returns: the length of the file.
  private static func hash(_ path: String) throws -> Int {
    guard let file = FileHandle(forReadingAtPath: path) else {
      throw BenchError("\(path) cannot be read")
    }
    defer { try? file.close() }
    var length = 0
    var sum = 0
    while let piece = try file.read(upToCount: stepBytes), !piece.isEmpty {
      length += piece.count
      sum &+= Int(SHA256.hash([UInt8](piece)).array[0])
    }
    Sink.swallow(sum)
    return length
  }
}

extension StoreContender {
  /// The files of a log, without those of the node.
  func paths(log: Int) throws -> [String] {
    let folder = self.folder + "/logs/\(logs[log].id)"
    return try FileManager.default.subpathsOfDirectory(atPath: folder).map { folder + "/" + $0 }
      .filter {
        var isFolder: ObjCBool = false
        return unsafe FileManager.default.fileExists(atPath: $0, isDirectory: &isFolder)
          && !isFolder.boolValue
      }
  }

  /// Everything of one log, as a pass of the daemon reads it but without signatures, which it
  /// verifies apart.
  /// - Returns: entries that were compared.
  func scrub(log: Int, stepBytes: Int) throws -> Int {
    var cursor = ScrubCursor(first: logs[log].id)
    var entries = 0
    var step = try store.scrub(&cursor, maxBytes: stepBytes)
    while step.log == logs[log].id {
      entries += step.batch?.count ?? 0
      guard step.mended.isEmpty else { throw BenchError("\(step.mended)") }
      step = try store.scrub(&cursor, maxBytes: stepBytes)
    }
    guard entries == Int(store.state(logs[log].id)?.size ?? 0) else {
      throw BenchError("the scrub compared \(entries) entries")
    }
    return entries
  }
}
