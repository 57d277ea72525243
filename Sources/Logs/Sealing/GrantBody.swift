public import Crypto
internal import Secrets
internal import Wire

/// The parts of the body of a grant, or of a history entry, that anybody can read
/// (Protocols/sealing.md, 4 and 11).
public struct GrantBody: Sendable {
  static let x25519: UInt8 = 1
  static let hintBytes = 8
  static let wrappedBytes = 48
  static let slotBytes = hintBytes + wrappedBytes
  static let slotsStart = 66

  /// The body as stored, slots and sealed metadata included.
  public let bytes: [UInt8]
  /// A power of two from 8 to 512: how many members there are stays hidden.
  let slotCount: Int
  /// Binds the body to one key, so that two members cannot be given two.
  public let commitment: Bytes32
  /// The author's key of this body alone; each slot is agreed with it.
  public let ephemeral: SealingPublicKey

  /// - Throws: `shape` or `unknownEncapsulation`.
  public init(parsing bytes: [UInt8]) throws(SealingDefect) {
    guard bytes.count >= GrantBody.slotsStart else { throw .shape }
    guard bytes[0] == GrantBody.x25519 else { throw .unknownEncapsulation }
    guard SealingLimits.slotsLog2.contains(bytes[1]) else { throw .shape }
    slotCount = 1 << Int(bytes[1])
    commitment = Bytes32(bytes.span, at: 2)
    ephemeral = SealingPublicKey(bytes.span, at: 34)
    let nonceStart = GrantBody.nonceStart(slots: slotCount)
    let sealed = bytes.count - nonceStart - XChaChaPoly.nonceBytes - XChaChaPoly.tagBytes
    guard sealed >= SealingLimits.leastPaddedBytes, sealed <= SealingLimits.metadataBytes else {
      throw .shape
    }
    self.bytes = bytes
  }

  static func nonceStart(slots: Int) -> Int { slotsStart + slots * slotBytes }

  var nonceStart: Int { GrantBody.nonceStart(slots: slotCount) }
  var ciphertextStart: Int { nonceStart + XChaChaPoly.nonceBytes }

  /// Where the wrapped keys of the slots with this hint are.
  func slots(with hint: [UInt8]) -> [Range<Int>] {
    (0..<slotCount).compactMap { slot in
      let start = GrantBody.slotsStart + slot * GrantBody.slotBytes
      guard bytes[start..<(start + GrantBody.hintBytes)].elementsEqual(hint) else { return nil }
      return (start + GrantBody.hintBytes)..<(start + GrantBody.slotBytes)
    }
  }

  /// The number of slots for this many members, the author included, as its logarithm.
  static func slotsLog2(for members: Int) -> UInt8 {
    var log2 = SealingLimits.slotsLog2.lowerBound
    while 1 << Int(log2) < members { log2 += 1 }
    return log2
  }
}
