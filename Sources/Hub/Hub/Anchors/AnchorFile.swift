internal import Crypto
internal import Runtime

/// `looks.EPOCH.anchors`: nonces, what they hide, and what came back (Protocols/hub.md, HUB-61).
/// Lines, each synced.
struct AnchorFile {
  private let file: AppendFile
  private let path: String

  /// Opens the file, or makes it. Bytes that a crash left behind the last newline are cut off:
  /// nothing was sent with them.
  init(_ path: String) throws {
    self.path = path
    let isNew = try FileSystem.status(path) == nil
    file = try AppendFile(path)
    if isNew { try FileSystem.syncFolder(FileSystem.parent(path)) }
    let tail = try tail()
    guard tail.last ?? AnchorFile.newline != AnchorFile.newline else { return }
    let torn = tail.reversed().prefix { $0 != AnchorFile.newline }.count
    guard torn <= HubLimits.anchorLineBytes else {
      throw SystemError(
        number: 22, call: "read", detail: path, found: "it has a line that no hub wrote")
    }
    try file.truncate(toBytes: file.bytes - UInt64(torn))
  }

  /// Durable when this returns.
  func add(nonce: Bytes32, checkpoint: [UInt8]) throws(SystemError) {
    try append("anchor \(Hex.encode(nonce.array)) \(Base64.encode(checkpoint))")
  }

  /// - Parameter time: Unix ms.
  func add(entry: String, time: UInt64) throws(SystemError) {
    try append("entry \(entry) \(time)")
  }

  private func append(_ line: String) throws(SystemError) {
    let end = file.bytes
    do throws(SystemError) { try file.append(Array(line.utf8) + [AnchorFile.newline]) } catch {
      // A part of it would make one line of two.
      try? file.truncate(toBytes: end)
      throw error
    }
  }

  private func tail() throws(SystemError) -> [UInt8] {
    let count = min(file.bytes, UInt64(HubLimits.anchorTailBytes))
    return try file.read(at: file.bytes - count, count: Int(count))
  }

  private static let newline = UInt8(ascii: "\n")

  /// The last answer and what it was for, as far as the end of the file tells; a file that is not
  /// there has none.
  static func last(_ path: String) throws(SystemError) -> LastAnchor? {
    guard let status = try FileSystem.status(path), status.bytes > 0 else { return nil }
    let file = try AppendFile(path)
    let count = min(file.bytes, UInt64(HubLimits.anchorTailBytes))
    let bytes = try file.read(at: file.bytes - count, count: Int(count))
    // A line that is cut at its beginning gives nothing.
    var size: UInt64?
    var last: LastAnchor?
    for line in String(decoding: bytes, as: UTF8.self).split(separator: "\n") {
      let words = line.split(separator: " ", omittingEmptySubsequences: false)
      guard words.count == 3 else { continue }
      switch words[0] {
      case "anchor": size = Base64.decode(words[2]).flatMap(checkpointSize)
      case "entry":
        guard let size, let time = UInt64(words[2]) else { continue }
        last = LastAnchor(entry: String(words[1]), time: time, size: size)
      default: continue
      }
    }
    return last
  }

  /// The second line of a note that this hub made.
  private static func checkpointSize(_ note: [UInt8]) -> UInt64? {
    let lines = String(decoding: note, as: UTF8.self).split(separator: "\n")
    return lines.count > 1 ? UInt64(lines[1]) : nil
  }
}

/// The newest anchor that was answered.
struct LastAnchor: Hashable, Sendable {
  /// `nl/1/17`
  let entry: String
  /// Unix ms, by the hub's clock.
  let time: UInt64
  /// Entries of the consultation log, the genesis included.
  let size: UInt64
}
