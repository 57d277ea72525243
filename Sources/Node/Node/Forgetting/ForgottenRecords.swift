import Crypto
import Log
import Readability
import Runtime

/// The records that this node could read until it destroyed the secrets for them: the file
/// `forgotten`. A reader that has them keeps them (Protocols/readability.md, READ-27).
struct ForgottenRecords: Hashable, Sendable {
  /// Looked up, and iterated in the order of the logs' ids.
  private(set) var logs: [LogID: IndexRanges] = [:]

  /// Ranges of one log: beyond them neighbours are joined, and a few records count as forgotten
  /// that never were for this node.
  private static let ranges = 1 << 20
  private static let maxBytes = 1 << 30
  private static let head = "liaison-forgotten/v1"

  init() {}

  func contains(_ index: UInt64, of log: LogID) -> Bool {
    logs[log]?.contains(index..<(index + 1)) ?? false
  }

  mutating func insert(_ index: UInt64, of log: LogID) { insert(index..<(index + 1), of: log) }

  private mutating func insert(_ entries: Range<UInt64>, of log: LogID) {
    logs[log, default: IndexRanges(.joining(ForgottenRecords.ranges))].insert(entries)
  }

  mutating func formUnion(_ other: ForgottenRecords) {
    for log in other.logs.keys.sorted() {
      for range in other.logs[log]?.ranges ?? [] { insert(range, of: log) }
    }
  }

  // MARK: The file

  /// None where there is no such file.
  /// - Throws: for one that cannot be used: without it readers would forget what only they have.
  static func load(_ folder: NodeFolder) throws(IdentityError) -> ForgottenRecords {
    let path = folder.forgotten
    let bytes: [UInt8]
    do throws(SystemError) {
      guard try FileSystem.status(path) != nil else { return ForgottenRecords() }
      bytes = try FileSystem.read(path, maxBytes: maxBytes)
    } catch {
      throw IdentityError(error)
    }
    guard let records = ForgottenRecords(bytes) else {
      throw IdentityError(
        .malformed, "\(path) does not say which records were forgotten",
        hint:
          "bring it back from a copy of the folder; without it the hub forgets those records, too, when it is removed"
      )
    }
    return records
  }

  func write(_ folder: NodeFolder) throws(IdentityError) {
    try IdentityError.wrap { () throws(SystemError) in
      try FileSystem.atomicWrite(folder.forgotten, encoded)
    }
  }

  /// A line for each log, followed by one for each range, then the first half of SHA-256 of all of
  /// them.
  var encoded: [UInt8] {
    var text = ForgottenRecords.head + "\n"
    for log in logs.keys.sorted() {
      text += "log \(log)\n"
      for range in logs[log]?.ranges ?? [] {
        text += "\(range.lowerBound) \(range.upperBound - range.lowerBound)\n"
      }
    }
    return Array(text.utf8) + Array((ForgottenRecords.sum(text) + "\n").utf8)
  }

  private static func sum(_ text: String) -> String {
    String(Hex.encode(SHA256.hash(Array(text.utf8)).bytes.array).prefix(32))
  }

  init?(_ bytes: [UInt8]) {
    guard let text = String(validating: bytes, as: UTF8.self), text.hasSuffix("\n") else {
      return nil
    }
    var lines = text.dropLast().split(separator: "\n", omittingEmptySubsequences: false)
    let said = lines.removeLast()
    let covered = lines.map { $0 + "\n" }.joined()
    guard said == ForgottenRecords.sum(covered), lines.first == ForgottenRecords.head[...] else {
      return nil
    }
    var log: LogID?
    for line in lines.dropFirst() {
      let words = line.split(separator: " ", omittingEmptySubsequences: false)
      guard words.count == 2 else { return nil }
      if words[0] == "log" {
        guard let id = Hex.decode(words[1]).flatMap({ LogID($0) }) else { return nil }
        log = id
      } else {
        guard let log, let first = UInt64(words[0]), let count = UInt64(words[1]), count > 0,
          case let (end, overflow) = first.addingReportingOverflow(count), !overflow
        else { return nil }
        insert(first..<end, of: log)
      }
    }
  }
}
