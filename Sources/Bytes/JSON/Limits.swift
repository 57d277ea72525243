/// Every limit of the strict scanner (Protocols/json.md, 3).
public enum JSONLimits {
  /// Arrays and objects inside one another, the outermost counted. Readers that stop early stop at
  /// 256.
  public static let depth = 64
  /// Characters of one number. A double needs at most 24, a decimal of 128 bits some 40.
  static let numberBytes = 64
  /// 2^53 - 1: up to here every integer is a double of its own.
  static let exactInteger: UInt64 = 9_007_199_254_740_991
  /// Powers of ten of a number's first digit that is not 0: all of these are normal doubles.
  static let decimalExponents = -307...307
  /// One record. Its padded ciphertext still fits a body many times.
  public static let recordBytes = 65_536
  /// Members of an object that are compared with one another as they come: 16 × 15 / 2 look-ups of
  /// one word. The keys of a larger object are sorted at its end, so that no choice of keys costs
  /// more than n log n.
  static let keysComparedAtOnce = 16
}

/// The rules of one use of JSON, beyond those that all uses share.
public struct JSONRules: Hashable, Sendable {
  /// The largest magnitude of a number without fraction and exponent.
  let largestInteger: UInt64
  /// True when LF and CR may stand between tokens.
  let takesLineBreaks: Bool

  /// One line, for any reader: `Record`.
  public static let record = JSONRules(
    largestInteger: JSONLimits.exactInteger, takesLineBreaks: false)
  /// A message of the control socket: its indexes and times are 64 bits long.
  public static let message = JSONRules(largestInteger: .max, takesLineBreaks: true)
}
