/// Something wrong inside a sealed body that is the author's: it is shown, never freezes a log, and
/// never stops another body from being opened (Protocols/sealing.md, 8).
public enum SealingDefect: String, Error, Hashable, Sendable {
  /// The header's kind, suite or tag does not fit a sealed body.
  case header
  /// Shorter than its fixed fields, or of a length that its fields do not allow.
  case shape
  /// A grant for a key encapsulation that this version does not know.
  case unknownEncapsulation = "unknown-encapsulation"
  /// The key is not the one that the body commits to.
  case commitment
  /// The ciphertext does not authenticate under the right key.
  case notAuthentic = "not-authentic"
  /// The padding is not the one that the length gives.
  case padding
  /// A grant's metadata does not follow its grammar, or contradicts itself.
  case metadata
  /// A history entry's content does not follow its grammar, or does not name the reader.
  case history
  /// A history entry gives a key that is not that of the grant or record it names.
  case wrongKey = "wrong-key"
  /// More keys from history than `SealingLimits.historyKeys`, or of one grant or record than
  /// `SealingLimits.historyKeysTried`.
  case tooManyKeys = "too-many-keys"
  /// A grant cites a predecessor that it does not continue.
  case predecessor
  /// More slots with one hint than `SealingLimits.slotsTried`.
  case tooManySlots = "too-many-slots"
  /// More open audiences than `SealingLimits.openAudiences`.
  case tooManyAudiences = "too-many-audiences"
}
