import Log
import Runtime

/// Remembers in the data folder that the own log is closed here (Protocols/store.md, STO-42).
package struct ClosedMark: Hashable {
  let origin: Origin
  /// One line.
  let reason: String

  private static let reasonBytes = 1_024
  private static let fileBytes = 2_048

  init(origin: Origin, reason: String) {
    self.origin = origin
    let line = reason.split(whereSeparator: \.isNewline).joined(separator: " ")
    var text = line
    while text.utf8.count > ClosedMark.reasonBytes { text.removeLast() }
    self.reason = text
  }

  /// - Returns: why the log `origin` is closed; nil when it is not. A file that cannot be
  ///   understood closes any log.
  static func load(_ folder: NodeFolder, _ origin: Origin) throws(IdentityError) -> String? {
    let bytes: [UInt8]
    do throws(SystemError) {
      bytes = try FileSystem.read(folder.closed, maxBytes: fileBytes)
    } catch {
      if error.isNotFound { return nil }
      throw IdentityError(error)
    }
    guard let mark = ClosedMark(parsing: bytes) else {
      return "the file \(folder.closed) is damaged: something closed the log before"
    }
    return mark.origin == origin ? mark.reason : nil
  }

  func save(_ folder: NodeFolder) throws(SystemError) {
    try FileSystem.atomicWrite(folder.closed, encode(), mode: 0o600)
  }

  package func encode() -> [UInt8] {
    Array("liaison-closed/v1\norigin \(origin.text)\nreason \(reason)\n".utf8)
  }

  package init?(parsing bytes: [UInt8]) {
    guard let text = String(validating: bytes, as: UTF8.self) else { return nil }
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    guard lines.count == 4, lines[1].hasPrefix("origin "), lines[2].hasPrefix("reason "),
      let origin = try? Origin(String(lines[1].dropFirst(7)))
    else { return nil }
    self.init(origin: origin, reason: String(lines[2].dropFirst(7)))
    guard encode() == bytes else { return nil }
  }
}
