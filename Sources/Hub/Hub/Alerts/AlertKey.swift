internal import Crypto
internal import Runtime
internal import Secrets

/// The secret that makes keys of reasons, travellers and lists: without it nobody can tell from
/// `alerts.db` what a withdrawn record said, or who was on a list. Any thread.
final class AlertKey: Sendable {
  private let secret: GuardedBytes

  /// Length of the key, and of its file.
  static let bytes = 32

  /// Reads the key, or makes one where there is none.
  static func load(_ path: String) throws(SystemError) -> AlertKey {
    if try FileSystem.status(path) == nil {
      var random = SystemRandom()
      let made = random.guarded(bytes)
      try made.withBytes { memory throws(SystemError) in try GuardedFile.write(path, memory) }
      return AlertKey(secret: made)
    }
    let file = try GuardedFile(path, maxBytes: bytes)
    guard file.bytes == bytes else {
      throw SystemError(number: 22, call: "read secret (not a key)", detail: path)
    }
    return AlertKey(
      secret: try GuardedBytes(count: bytes) { memory throws(SystemError) in
        try file.read(into: &memory)
      })
  }

  private init(secret: consuming GuardedBytes) { self.secret = secret }

  /// - Parameter parts: each behind its length, so that no two lists of them give the same bytes.
  func hash(_ purpose: Purpose, _ parts: [String]) -> [UInt8] {
    var message: [UInt8] = [purpose.rawValue]
    for part in parts {
      let bytes = Array(part.utf8)
      for shift in [24, 16, 8, 0] {
        message.append(UInt8(truncatingIfNeeded: bytes.count >> shift))
      }
      message += bytes
    }
    return secret.withBytes { BLAKE2b.hash256(key: $0, message) }.array
  }

  /// A mark by which the key is known, and which tells nothing of it.
  var check: String { Hex.encode(hash(.check, [])) }

  enum Purpose: UInt8 {
    case reason = 1
    case instruction, traveller, list, check
  }
}
