import Log
import Runtime

/// `DIR/keyuse`: of the present epoch the newest own transport key that each peer used, by the
/// serial of the first card that had it (Protocols/transport.md, TRN-27). A node that lost it
/// believes that nobody used any: then it answers earlier keys wholly once more, and no more.
final class KeyUse {
  private let folder: NodeFolder
  private let origin: Origin
  private var serials: [NodeName: UInt64] = [:]

  init(_ folder: NodeFolder, _ origin: Origin) {
    self.folder = folder
    self.origin = origin
    guard let bytes = try? FileSystem.read(folder.keyUse, maxBytes: KeyUse.fileBytes) else {
      return
    }
    let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n")
    guard lines.starts(with: ["liaison-keyuse/v1", "origin \(origin)"]) else { return }
    for line in lines.dropFirst(2) {
      let words = line.split(separator: " ")
      guard words.count == 2, let name = try? NodeName(String(words[0])),
        let serial = UInt64(words[1])
      else { continue }
      serials[name] = serial
    }
  }

  /// Two short lines, and for each node its name and a number.
  private static let fileBytes = 256 + NodeLimits.rosterMembers * 64

  /// 0: the peer used none that is known.
  func serial(of peer: NodeName) -> UInt64 { serials[peer] ?? 0 }

  /// A session was made with the own key that card `serial` had first.
  /// - Throws: it is not on the disk; it counts until the end of this process.
  func note(_ serial: UInt64, by peer: NodeName) throws(SystemError) {
    guard serial > self.serial(of: peer) else { return }
    serials[peer] = serial
    let lines = serials.sorted { $0.key < $1.key }.map { "\($0.key.text) \($0.value)\n" }
    try FileSystem.atomicWrite(
      folder.keyUse, Array("liaison-keyuse/v1\norigin \(origin)\n\(lines.joined())".utf8),
      mode: 0o644)
  }
}
