/// Skeletons that are one consonant away: left out, put in, another, or two exchanged. Made when
/// somebody asks, and never stored.
enum Misspelling {
  private static let consonants: [Sound] = [.b, .k, .d, .t, .f, .j, .s, .x, .h, .l, .r, .m, .n]
  /// A skeleton of one consonant is one away from most.
  static let shortest = 2

  static func of(_ skeleton: Skeleton) -> [Skeleton] {
    let count = skeleton.count
    guard count >= shortest else { return [] }
    var found = [Skeleton]()
    found.reserveCapacity(count * 28 + 16)
    func add(_ near: Skeleton) {
      if near != skeleton, !near.isEmpty { found.append(near) }
    }
    for at in 0...count {
      let before = skeleton.first(at)
      for consonant in consonants { add(before.followed(by: consonant, skeleton, from: at)) }
      guard at < count else { continue }
      add(before.followed(by: nil, skeleton, from: at + 1))
      for consonant in consonants { add(before.followed(by: consonant, skeleton, from: at + 1)) }
      if at + 1 < count {
        let second = before.followed(by: skeleton[at + 1], Skeleton(), from: 0)
        add(second.followed(by: skeleton[at], skeleton, from: at + 2))
      }
    }
    // A vowel before the first consonant, spoken or not.
    if skeleton[0] == .a {
      add(Skeleton().followed(by: nil, skeleton, from: 1))
    } else {
      add(Skeleton().followed(by: .a, skeleton, from: 0))
    }
    return found
  }
}

extension Skeleton {
  subscript(index: Int) -> Sound? {
    Sound(rawValue: UInt8(packed >> (UInt64(index) * Skeleton.bits) & 31))
  }

  /// Its first consonants.
  fileprivate func first(_ count: Int) -> Skeleton {
    Skeleton(packed: packed & ((1 << (UInt64(count) * Skeleton.bits)) - 1))
  }

  /// One sound, and what stands in `rest` from an index on: none twice in a row, and no more than
  /// fit.
  fileprivate func followed(by sound: Sound?, _ rest: Skeleton, from start: Int) -> Skeleton {
    var whole = self
    if let sound { whole.append(sound) }
    var left = rest.packed >> (UInt64(start) * Skeleton.bits)
    while left != 0 {
      if let next = Sound(rawValue: UInt8(left & 31)) { whole.append(next) }
      left >>= Skeleton.bits
    }
    return whole
  }
}
