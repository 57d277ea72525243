/// A small generator, the same in every run and on every machine (Steele, Lea and Flood 2014).
/// Nothing in a simulation draws from anything else.
public struct SplitMix64: Sendable {
  private var state: UInt64

  /// Equal seeds give equal numbers, whatever the machine.
  public init(seed: UInt64) { state = seed }

  /// A generator of its own for part `number` of what `seed` gives.
  public init(seed: UInt64, part number: UInt64) {
    self.init(seed: SplitMix64.mix(SplitMix64.mix(seed) &+ number &* 0x9e37_79b9_7f4a_7c15))
  }

  /// All 64 bits are random.
  public mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    return SplitMix64.mix(state)
  }

  /// - Precondition: `bound` is positive.
  /// - Returns: a number from 0 to `bound` − 1.
  public mutating func below(_ bound: Int) -> Int { Int(next() % UInt64(bound)) }

  /// True once in `count` times.
  public mutating func oneIn(_ count: Int) -> Bool { below(count) == 0 }

  /// Puts elements into an order that is drawn.
  public mutating func shuffle<Element>(_ elements: inout [Element]) {
    for place in elements.indices.reversed() { elements.swapAt(place, below(place + 1)) }
  }

  /// Little-endian words, the last one cut.
  public mutating func bytes(_ count: Int) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(count + 7)
    while bytes.count < count {
      var value = next()
      for _ in 0..<8 {
        bytes.append(UInt8(truncatingIfNeeded: value))
        value >>= 8
      }
    }
    bytes.removeLast(bytes.count - count)
    return bytes
  }

  private static func mix(_ state: UInt64) -> UInt64 {
    var value = state
    value = (value ^ value >> 30) &* 0xbf58_476d_1ce4_e5b9
    value = (value ^ value >> 27) &* 0x94d0_49bb_1331_11eb
    return value ^ value >> 31
  }
}
