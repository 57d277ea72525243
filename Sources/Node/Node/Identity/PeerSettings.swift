internal import Log
package import Text
public import Replication

/// `peers/be.conf`: one `key = value` a line, `#` begins a comment (Protocols/card.md, 6).
public struct PeerSettings: Hashable, Sendable {
  /// Where to dial it; nil: it is known, and never dialled.
  public var address: String?
  /// Limits of what is stored of its log.
  public var maxBytes: UInt64?
  /// Entries of its log that are stored at most.
  public var maxEntries: UInt64?
  /// Bytes of its log that are taken in a day at most.
  public var maxBytesPerDay: UInt64?
  /// When records are sealed to its next epoch: at once, or only after its card was compared by
  /// voice.
  public var follow = Follow.atOnce

  /// The operator's word on epochs that a partner opens (card.md, 6).
  public enum Follow: String, Hashable, Sendable {
    case atOnce = "at-once"
    case confirm
  }

  /// Rates of traffic from it and to it, where they are not the standard ones.
  public var rates = PeerRates()

  /// Standard settings: known, never dialled, without limits.
  public init(
    address: String? = nil, maxBytes: UInt64? = nil, maxEntries: UInt64? = nil,
    maxBytesPerDay: UInt64? = nil
  ) {
    self.address = address
    self.maxBytes = maxBytes
    self.maxEntries = maxEntries
    self.maxBytesPerDay = maxBytesPerDay
  }

  static let fileBytes = 4_096

  package init(parsing bytes: [UInt8], path: String) throws(IdentityError) {
    self.init()
    let file: TextFile
    do throws(TextProblem) {
      file = try TextFile(bytes)
    } catch {
      throw IdentityError(error, path: path)
    }
    for (index, line) in file.lines.enumerated() {
      // By bytes: a mark after "#" or "=" must not make another character of it.
      let content = line.utf8.prefix { $0 != UInt8(ascii: "#") }.trimmed
      if content.isEmpty { continue }
      let parts = content.split(
        separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
      let value = parts.count == 2 ? parts[1].trimmed : []
      guard
        set(
          String(decoding: parts[0].trimmed, as: UTF8.self), String(decoding: value, as: UTF8.self))
      else {
        throw IdentityError(
          .malformed, "\(path), line \(index + 1): \"\(String(decoding: content, as: UTF8.self))\"",
          hint: "write \(PeerSettings.keys), \"=\" and a value; a rate is at least "
            + "\(Limits.leastBytesPerSecond) bytes or \(Limits.leastMessagesPerSecond) messages")
      }
    }
  }

  private static let keys =
    (["address", "follow", "max-bytes", "max-entries", "max-bytes-per-day"]
    + Rate.allCases.map(\.key))
    .joined(separator: ", ")

  private mutating func set(_ key: String, _ value: String) -> Bool {
    switch key {
    case "address":
      guard Card.isAddress(value) else { return false }
      address = value
      return true
    case "follow":
      guard let value = Follow(rawValue: value) else { return false }
      follow = value
      return true
    case "max-bytes":
      maxBytes = UInt64(value)
      return maxBytes != nil
    case "max-entries":
      maxEntries = UInt64(value)
      return maxEntries != nil
    case "max-bytes-per-day":
      maxBytesPerDay = UInt64(value)
      return maxBytesPerDay != nil
    default:
      guard let rate = Rate.allCases.first(where: { $0.key == key }), let number = UInt64(value),
        number >= rate.least
      else { return false }
      rates[rate] = number
      return true
    }
  }

  /// The file with another address, and everything else as the operator wrote it. A comment behind
  /// an address stays.
  package static func text(_ file: TextFile, address: String) -> [UInt8] {
    var lines = file.lines
    var isWritten = false
    for (place, line) in lines.enumerated() {
      let content = line.utf8.prefix { $0 != UInt8(ascii: "#") }
      let key = content.prefix { $0 != UInt8(ascii: "=") }.trimmed
      guard key == Array("address".utf8) else { continue }
      let comment = String(decoding: line.utf8.dropFirst(content.count), as: UTF8.self)
      lines[place] = "address = \(address)" + (comment.isEmpty ? "" : "  \(comment)")
      isWritten = true
    }
    if !isWritten { lines.append("address = \(address)") }
    return lines.flatMap { Array($0.utf8) + [UInt8(ascii: "\n")] }
  }
}

extension Rate {
  /// Its name in the settings.
  var key: String {
    switch self {
    case .receivedBytes: "received-bytes-per-second"
    case .receivedMessages: "received-messages-per-second"
    case .answeredBytes: "answered-bytes-per-second"
    case .answeringTime: "answering-microseconds-per-second"
    case .pushedBytes: "pushed-bytes-per-second"
    }
  }

  fileprivate var least: UInt64 {
    switch self {
    case .receivedMessages: Limits.leastMessagesPerSecond
    case .answeringTime: Limits.leastMicrosecondsPerSecond
    case .receivedBytes, .answeredBytes, .pushedBytes: Limits.leastBytesPerSecond
    }
  }
}

extension Collection<UInt8> {
  /// Without spaces and tabs at either end.
  fileprivate var trimmed: [UInt8] {
    let isSpace: (UInt8) -> Bool = { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") }
    var bytes = Array(drop(while: isSpace))
    while let last = bytes.last, isSpace(last) { bytes.removeLast() }
    return bytes
  }
}
