/// Which of a node's keys a rotation replaces. The log key is never among them.
public struct RotatedKinds: OptionSet, Hashable, Sendable {
  public let rawValue: UInt8
  public init(rawValue: UInt8) { self.rawValue = rawValue }

  public static let cosigning = RotatedKinds(rawValue: 1)
  /// With a fresh own secret.
  public static let sealing = RotatedKinds(rawValue: 2)
  public static let transport = RotatedKinds(rawValue: 4)
  public static let all: RotatedKinds = [.cosigning, .sealing, .transport]
}

/// The secrets of one rotation: of exactly the keys that changed (Protocols/sealing.md, 10).
public struct KeyGeneration: Sendable {
  /// That of the card that names the public keys; from 2, for each epoch begins with 1.
  public let serial: UInt64
  /// The day since 1970-01-01 on which they were made, by the node's clock.
  public let day: UInt32
  public let cosigning: Held<CosigningSecretKey>?
  public let sealing: Held<SealingSecretKey>?
  /// There exactly when `sealing` is: it opens the own slots of the grants since.
  public let author: Held<AuthorSecret>?
  public let transport: Held<TransportSecretKey>?

  static let headBytes = 8 + 4 + 1

  /// Fresh keys.
  public static func generate(
    _ kinds: RotatedKinds, serial: UInt64, day: UInt32, using random: inout some RandomSource
  ) -> KeyGeneration {
    precondition(!kinds.isEmpty && serial > 1)
    return KeyGeneration(
      serial: serial, day: day,
      cosigning: kinds.contains(.cosigning) ? Held(.generate(using: &random)) : nil,
      sealing: kinds.contains(.sealing) ? Held(.generate(using: &random)) : nil,
      author: kinds.contains(.sealing) ? Held(.generate(using: &random)) : nil,
      transport: kinds.contains(.transport) ? Held(.generate(using: &random)) : nil)
  }

  private init(
    serial: UInt64, day: UInt32, cosigning: Held<CosigningSecretKey>?,
    sealing: Held<SealingSecretKey>?, author: Held<AuthorSecret>?,
    transport: Held<TransportSecretKey>?
  ) {
    self.serial = serial
    self.day = day
    self.cosigning = cosigning
    self.sealing = sealing
    self.author = author
    self.transport = transport
  }

  /// Another pair in the place of its own, where it has one.
  func sealing(by pair: SealingPair) -> KeyGeneration {
    guard sealing != nil else { return self }
    return KeyGeneration(
      serial: serial, day: day, cosigning: cosigning, sealing: pair.sealing, author: pair.author,
      transport: transport)
  }

  public var kinds: RotatedKinds {
    var kinds: RotatedKinds = []
    if cosigning != nil { kinds.insert(.cosigning) }
    if sealing != nil { kinds.insert(.sealing) }
    if transport != nil { kinds.insert(.transport) }
    return kinds
  }

  // MARK: Bytes

  var encodedBytes: Int { KeyGeneration.bytes(of: kinds) }

  private static func bytes(of kinds: RotatedKinds) -> Int {
    headBytes + (kinds.contains(.cosigning) ? 32 : 0) + (kinds.contains(.sealing) ? 64 : 0)
      + (kinds.contains(.transport) ? 32 : 0)
  }

  /// - Parameter bytes: begin with a generation.
  init(beginning bytes: Span<UInt8>) throws(NodeSecretsError) {
    guard bytes.count >= KeyGeneration.headBytes else { throw .notASecretsFile }
    let kinds = RotatedKinds(rawValue: bytes[12])
    guard !kinds.isEmpty, kinds.isSubset(of: .all), bytes.count >= KeyGeneration.bytes(of: kinds)
    else { throw .notASecretsFile }
    serial = (0..<8).reduce(0) { $0 << 8 | UInt64(bytes[$1]) }
    day = (8..<12).reduce(0) { $0 << 8 | UInt32(bytes[$1]) }
    guard serial > 1 else { throw .notASecretsFile }
    var next = KeyGeneration.headBytes
    func range() -> Range<Int> {
      defer { next += 32 }
      return next..<(next + 32)
    }
    let hasSealing = kinds.contains(.sealing)
    cosigning =
      kinds.contains(.cosigning)
      ? Held(CosigningSecretKey(seed: bytes.extracting(range()))) : nil
    sealing = hasSealing ? Held(SealingSecretKey(seed: bytes.extracting(range()))) : nil
    author = hasSealing ? Held(AuthorSecret(copying: bytes.extracting(range()))) : nil
    transport =
      kinds.contains(.transport)
      ? Held(TransportSecretKey(seed: bytes.extracting(range()))) : nil
  }

  func write(to output: inout MutableSpan<UInt8>, at offset: Int) {
    for index in 0..<8 {
      output[offset + index] = UInt8(truncatingIfNeeded: serial >> UInt64(56 - 8 * index))
    }
    for index in 0..<4 {
      output[offset + 8 + index] = UInt8(truncatingIfNeeded: day >> UInt32(24 - 8 * index))
    }
    output[offset + 12] = kinds.rawValue
    var next = offset + KeyGeneration.headBytes
    cosigning?.secret.withSeed { copy($0, to: &output, at: &next) }
    sealing?.secret.withSeed { copy($0, to: &output, at: &next) }
    author?.secret.withBytes { copy($0, to: &output, at: &next) }
    transport?.secret.withSeed { copy($0, to: &output, at: &next) }
  }

  private func copy(_ key: Span<UInt8>, to output: inout MutableSpan<UInt8>, at next: inout Int) {
    for index in 0..<32 { output[next + index] = key[index] }
    next += 32
  }
}
