import Crypto
import Log
import Runtime

/// How far the background verification came, kept over restarts in the file `verified`: at 10^7 entries it is eleven
/// minutes of a processor. A note to ourselves: a file that is missing or damaged only makes the work begin anew.
///
///     <log id, 64 hexadecimal digits> <entries verified> <defects found>
enum VerifiedProgress {
  /// 4,096 logs at some 110 bytes each, rounded up.
  private static let fileBytes = 1 << 20

  static func load(_ folder: NodeFolder) -> (verified: [LogID: UInt64], defects: [LogID: UInt64]) {
    var verified: [LogID: UInt64] = [:]
    var defects: [LogID: UInt64] = [:]
    guard let bytes = try? FileSystem.read(folder.verified, maxBytes: fileBytes) else {
      return (verified, defects)
    }
    for line in String(decoding: bytes, as: UTF8.self).split(separator: "\n") {
      let fields = line.split(separator: " ")
      guard fields.count == 3, let id = Hex.decode(fields[0]).flatMap({ LogID($0) }),
        let count = UInt64(fields[1]), let bad = UInt64(fields[2])
      else { return ([:], [:]) }
      verified[id] = count
      defects[id] = bad
    }
    return (verified, defects)
  }

  static func save(
    _ verified: [LogID: UInt64], _ defects: [LogID: UInt64], _ folder: NodeFolder
  ) throws(SystemError) {
    var text = ""
    for id in verified.keys.sorted() {
      text += "\(id) \(verified[id]!) \(defects[id] ?? 0)\n"
    }
    try FileSystem.atomicWrite(folder.verified, Array(text.utf8), mode: 0o600)
  }
}
