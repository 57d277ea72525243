/// Numbers of records, a bit each.
public struct RecordSet: Sendable {
  private var words: [UInt64] = []
  /// Numbers that are in it.
  public private(set) var count = 0

  /// None.
  public init() {}

  var bytes: Int { words.count * 8 }

  /// Takes memory up to the highest number: an eighth of a byte for each below it.
  public mutating func insert(_ record: UInt32) {
    let word = Int(record >> 6)
    while words.count <= word { words.append(0) }
    let bit: UInt64 = 1 << UInt64(record & 63)
    if words[word] & bit == 0 { count += 1 }
    words[word] |= bit
  }

  /// Any number may be asked for.
  public func contains(_ record: UInt32) -> Bool {
    let word = Int(record >> 6)
    return word < words.count && words[word] & (1 << UInt64(record & 63)) != 0
  }
}
