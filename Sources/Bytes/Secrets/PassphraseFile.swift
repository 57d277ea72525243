internal import CSodium
internal import Crypto
public import Text

/// Problems with a file under a passphrase, or with the passphrase.
public enum PassphraseFileError: Error, Equatable, Sendable {
  /// The least bytes, in UTF-8, of a passphrase for a new file. Whoever has the file can try
  /// passphrases at home, about one a second and processor; twelve bytes are three short words.
  public static let leastNewBytes = Limits.newPassphraseBytes

  /// The passphrase is empty, or longer than 1,024 bytes.
  case passphraseLength
  /// The passphrase for a new file has fewer bytes than `PassphraseFileError.leastNewBytes`.
  case passphraseTooShort
  /// The file is no text.
  case text(TextProblem)
  /// The text is not what `seal` writes; `line` is the first wrong one, from 1.
  case malformed(line: Int)
  /// The file asks for more passes or memory than `Limits` allow.
  case costOutOfBounds
  /// The system did not give Argon2id the memory that it needs.
  case outOfMemory
  /// The passphrase is another one, or the file is damaged or altered: the two look the same.
  case wrongPassphraseOrDamaged
}

/// The cost that Argon2id is made to spend. A file says it, so that a later file may ask for more.
public struct PassphraseCost: Sendable, Equatable {
  /// 1 to 12; others are refused with `.costOutOfBounds`.
  public let passes: UInt64
  /// 8 KiB to 1 GiB; others are refused with `.costOutOfBounds`.
  public let memoryBytes: Int

  /// Takes any numbers: they are checked where a key is stretched.
  public init(passes: UInt64, memoryBytes: Int) {
    self.passes = passes
    self.memoryBytes = memoryBytes
  }

  /// libsodium's MODERATE: 3 passes over 256 MiB, about a second.
  public static let moderate = PassphraseCost(passes: 3, memoryBytes: 268_435_456)
}

/// A text of six lines that holds a secret under a passphrase (Protocols/sealing.md, 9): the
/// recovery file and the export of keys differ in their first line and in what is sealed.
struct PassphraseFile: ~Copyable {
  /// Authenticated, not encrypted.
  let origin: String
  let secret: GuardedBytes

  private static let saltBytes = 16

  /// - Returns: the file's text, ending with a newline.
  static func seal(
    _ secret: Span<UInt8>, firstLine: String, origin: String,
    passphrase: borrowing GuardedBytes, cost: PassphraseCost, using random: inout some RandomSource
  ) throws(PassphraseFileError) -> [UInt8] {
    precondition(!origin.utf8.contains(0x0a))
    guard passphrase.count >= Limits.newPassphraseBytes else { throw .passphraseTooShort }
    let salt = random.bytes(saltBytes)
    let nonce = random.bytes(XChaChaPoly.nonceBytes)
    let head = Array(
      """
      \(firstLine)
      origin \(origin)
      argon2id \(cost.passes) \(cost.memoryBytes)
      salt \(Base64.encode(salt))
      nonce \(Base64.encode(nonce))

      """.utf8)
    let key = try stretch(passphrase, salt: salt, cost: cost)
    let sealed = key.withBytes { key in
      XChaChaPoly.seal(secret, key: key, nonce: nonce, associatedData: head.span)
    }
    return head + Array("sealed \(Base64.encode(sealed))\n".utf8)
  }

  /// - Parameters:
  ///   - maxBytes: of the whole text.
  ///   - secretBytes: how long what is sealed may be.
  init(
    _ text: [UInt8], firstLine: String, maxBytes: Int, secretBytes: ClosedRange<Int>,
    passphrase: borrowing GuardedBytes
  ) throws(PassphraseFileError) {
    guard text.count <= maxBytes else { throw .malformed(line: 1) }
    let lines: [String]
    do { lines = try TextFile(text).lines } catch { throw .text(error) }
    guard lines.first == firstLine else { throw .malformed(line: 1) }
    let origin = try PassphraseFile.field("origin", 2, lines)
    let costs = try PassphraseFile.field("argon2id", 3, lines).split(separator: " ")
      .map(String.init)
    let salt = try PassphraseFile.base64(
      "salt", 4, lines, count: PassphraseFile.saltBytes...PassphraseFile.saltBytes)
    let nonce = try PassphraseFile.base64(
      "nonce", 5, lines, count: XChaChaPoly.nonceBytes...XChaChaPoly.nonceBytes)
    let tag = XChaChaPoly.tagBytes
    let sealed = try PassphraseFile.base64(
      "sealed", 6, lines, count: (secretBytes.lowerBound + tag)...(secretBytes.upperBound + tag))
    guard lines.count == 6 else { throw .malformed(line: 7) }
    guard costs.count == 2, let passes = UInt64(costs[0]), let memoryBytes = Int(costs[1]) else {
      throw .malformed(line: 3)
    }
    let key = try PassphraseFile.stretch(
      passphrase, salt: salt, cost: PassphraseCost(passes: passes, memoryBytes: memoryBytes))
    let head = Array((lines[0..<5].joined(separator: "\n") + "\n").utf8)
    do {
      secret = try key.withBytes { key throws(AEADError) in
        try XChaChaPoly.openGuarded(
          sealed.span, key: key, nonce: nonce, associatedData: head.span)
      }
    } catch { throw .wrongPassphraseOrDamaged }
    self.origin = origin
  }

  private static func field(
    _ name: String, _ line: Int, _ lines: [String]
  ) throws(PassphraseFileError) -> String {
    guard lines.count >= line, lines[line - 1].utf8.starts(with: "\(name) ".utf8) else {
      throw .malformed(line: line)
    }
    return String(decoding: lines[line - 1].utf8.dropFirst(name.utf8.count + 1), as: UTF8.self)
  }

  private static func base64(
    _ name: String, _ line: Int, _ lines: [String], count: ClosedRange<Int>
  ) throws(PassphraseFileError) -> [UInt8] {
    guard let bytes = Base64.decode(try field(name, line, lines)), count.contains(bytes.count)
    else { throw .malformed(line: line) }
    return bytes
  }

  private static func stretch(
    _ passphrase: borrowing GuardedBytes, salt: [UInt8], cost: PassphraseCost
  ) throws(PassphraseFileError) -> GuardedBytes {
    guard Limits.passphraseBytes.contains(passphrase.count) else { throw .passphraseLength }
    guard Limits.argon2idPasses.contains(cost.passes),
      Limits.argon2idMemoryBytes.contains(cost.memoryBytes)
    else { throw .costOutOfBounds }
    return try GuardedBytes(count: XChaChaPoly.keyBytes) { key throws(PassphraseFileError) in
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
