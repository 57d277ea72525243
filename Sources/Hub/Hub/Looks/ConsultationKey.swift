internal import Runtime
internal import Secrets

/// The key that signs the consultation log: of the hub alone, in a file that nobody else may read.
struct ConsultationKey: ~Copyable {
  let secret: LogSecretKey

  private static let bytes = 32

  /// Reads the key, or makes one where there is none.
  /// - Parameter mayMake: false: ENOENT is thrown where there is none, since a log was signed with
  ///   it.
  static func load(_ path: String, mayMake: Bool) throws(SystemError) -> ConsultationKey {
    guard try FileSystem.status(path) != nil || !mayMake else {
      let made = LogSecretKey.generate()
      try made.withSeed { seed throws(SystemError) in try GuardedFile.write(path, seed) }
      return ConsultationKey(secret: made)
    }
    let file = try GuardedFile(path, maxBytes: bytes)
    guard file.bytes == bytes else {
      throw SystemError(number: 22, call: "read secret (not a key)", detail: path)
    }
    let seed = try GuardedBytes(count: bytes) { memory throws(SystemError) in
      try file.read(into: &memory)
    }
    return ConsultationKey(secret: seed.withBytes { LogSecretKey(seed: $0) })
  }
}
