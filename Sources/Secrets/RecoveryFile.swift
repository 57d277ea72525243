internal import CSodium
internal import Crypto

public enum RecoveryError: Error, Equatable, Sendable {
  /// Empty, or longer than 1,024 bytes.
  case passphraseLength
  /// Not the text that `seal` writes; the line that is wrong, from 1.
  case malformed(line: Int)
  /// The file asks for more passes or memory than `Limits` allow.
  case costOutOfBounds
  /// The system did not give Argon2id the memory that it needs.
  case outOfMemory
  /// Another passphrase, or a damaged or altered file: the two look the same.
  case wrongPassphraseOrDamaged
}

/// The recovery file: the next epoch's log key under a passphrase. `init` writes it once, outside the
/// data folder; only opening the next epoch needs it (Protocols/sealing.md, 9).
public enum RecoveryFile {
  /// What Argon2id is made to spend. The file says it, so that a later file may ask for more.
  public struct Cost: Sendable, Equatable {
    public let passes: UInt64
    public let memoryBytes: Int

    public init(passes: UInt64, memoryBytes: Int) {
      self.passes = passes
      self.memoryBytes = memoryBytes
    }

    /// libsodium's MODERATE: 3 passes over 256 MiB, about a second.
    public static let moderate = Cost(passes: 3, memoryBytes: 268_435_456)
  }

  /// What a recovery file holds.
  public struct Contents: ~Copyable, Sendable {
    /// The origin that the key will open, for example `nl/2`.
    public let origin: String
    public let logKey: LogSecretKey
  }

  private static let firstLine = "liaison-recovery/v1"
  private static let saltBytes = 16

  /// - Returns: the file's text, ending with a newline.
  /// - Parameter origin: of the epoch that `logKey` will open; authenticated, not encrypted.
  public static func seal(
    origin: String, logKey: borrowing LogSecretKey, passphrase: borrowing GuardedBytes,
    cost: Cost = .moderate, using random: inout some RandomSource
  ) throws(RecoveryError) -> [UInt8] {
    precondition(!origin.utf8.contains(0x0a))
    let salt = random.bytes(saltBytes)
    let nonce = random.bytes(XChaChaPoly.nonceBytes)
    let head = """
      \(firstLine)
      origin \(origin)
      argon2id \(cost.passes) \(cost.memoryBytes)
      salt \(Base64.encode(salt))
      nonce \(Base64.encode(nonce))

      """
    let key = try stretch(passphrase, salt: salt, cost: cost)
    let headBytes = Array(head.utf8)
    let sealed = logKey.withSeed { seed in
      key.withBytes { key in
        XChaChaPoly.seal(seed, key: key, nonce: nonce, associatedData: headBytes.span)
      }
    }
    return headBytes + Array("sealed \(Base64.encode(sealed))\n".utf8)
  }

  public static func open(
    _ text: [UInt8], passphrase: borrowing GuardedBytes
  ) throws(RecoveryError) -> Contents {
    guard text.count <= Limits.recoveryFileBytes else { throw .malformed(line: 1) }
    let lines = String(decoding: text, as: UTF8.self)
      .split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    guard lines.first == firstLine else { throw .malformed(line: 1) }
    let origin = try field("origin", 2, lines)
    let costs = try field("argon2id", 3, lines).split(separator: " ").map(String.init)
    let salt = try base64("salt", 4, lines, count: saltBytes)
    let nonce = try base64("nonce", 5, lines, count: XChaChaPoly.nonceBytes)
    let sealed = try base64("sealed", 6, lines, count: 32 + XChaChaPoly.tagBytes)
    guard lines.count == 7, lines[6].isEmpty else { throw .malformed(line: 7) }
    guard costs.count == 2, let passes = UInt64(costs[0]), let memoryBytes = Int(costs[1]) else {
      throw .malformed(line: 3)
    }
    let key = try stretch(
      passphrase, salt: salt, cost: Cost(passes: passes, memoryBytes: memoryBytes))
    let head = Array((lines[0..<5].joined(separator: "\n") + "\n").utf8)
    let seed: GuardedBytes
    do {
      seed = try key.withBytes { key throws(AEADError) in
        try XChaChaPoly.openGuarded(
          sealed.span, key: key, nonce: nonce, associatedData: head.span)
      }
    } catch { throw .wrongPassphraseOrDamaged }
    return Contents(origin: origin, logKey: seed.withBytes { LogSecretKey(seed: $0) })
  }

  private static func field(
    _ name: String, _ line: Int, _ lines: [String]
  ) throws(RecoveryError) -> String {
    guard lines.count >= line, lines[line - 1].hasPrefix(name + " ") else {
      throw .malformed(line: line)
    }
    return String(lines[line - 1].dropFirst(name.count + 1))
  }

  private static func base64(
    _ name: String, _ line: Int, _ lines: [String], count: Int
  ) throws(RecoveryError) -> [UInt8] {
    guard let bytes = Base64.decode(try field(name, line, lines)), bytes.count == count else {
      throw .malformed(line: line)
    }
    return bytes
  }

  private static func stretch(
    _ passphrase: borrowing GuardedBytes, salt: [UInt8], cost: Cost
  ) throws(RecoveryError) -> GuardedBytes {
    guard Limits.passphraseBytes.contains(passphrase.count) else { throw .passphraseLength }
    guard Limits.recoveryPasses.contains(cost.passes),
      Limits.recoveryMemoryBytes.contains(cost.memoryBytes)
    else { throw .costOutOfBounds }
    return try GuardedBytes(count: XChaChaPoly.keyBytes) { key throws(RecoveryError) in
      let status = passphrase.withBytes { passphrase in
        unsafe passphrase.withUnsafeBytes { passphrase in
          unsafe key.withUnsafeMutableBufferPointer { key in
            let text = unsafe passphrase.baseAddress!.assumingMemoryBound(to: CChar.self)
            return unsafe crypto_pwhash(
              key.baseAddress!, UInt64(key.count), text, UInt64(passphrase.count), salt,
              cost.passes, cost.memoryBytes, Int32(crypto_pwhash_alg_argon2id13()))
          }
        }
      }
      guard status == 0 else { throw .outOfMemory }
    }
  }
}
