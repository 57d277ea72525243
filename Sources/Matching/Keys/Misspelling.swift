/// Skeletons that are one consonant away: left out, put in, another, or two exchanged. Made when somebody asks, and never stored.
enum Misspelling {
  private static let consonants: [Sound] = [.b, .k, .d, .t, .f, .j, .s, .x, .h, .l, .r, .m, .n]
  /// A skeleton of one consonant is one away from most.
  static let shortest = 2

  static func of(_ skeleton: Skeleton) -> [Skeleton] {
    let sounds = skeleton.sounds
    guard sounds.count >= shortest else { return [] }
    var found = [Skeleton]()
    found.reserveCapacity(sounds.count * 28 + 16)
    for at in 0...sounds.count {
      for consonant in consonants {
        var longer = sounds
        longer.insert(consonant, at: at)
        append(longer, skeleton, to: &found)
      }
      guard at < sounds.count else { continue }
      var shorter = sounds
      shorter.remove(at: at)
      append(shorter, skeleton, to: &found)
      for consonant in consonants {
        var other = sounds
        other[at] = consonant
        append(other, skeleton, to: &found)
      }
      if at + 1 < sounds.count {
        var exchanged = sounds
        exchanged.swapAt(at, at + 1)
        append(exchanged, skeleton, to: &found)
      }
    }
    // A vowel before the first consonant, spoken or not.
    if sounds[0] == .a {
      append(Array(sounds.dropFirst()), skeleton, to: &found)
    } else {
      append([.a] + sounds, skeleton, to: &found)
    }
    return found
  }

  private static func append(_ sounds: [Sound], _ original: Skeleton, to found: inout [Skeleton]) {
    var skeleton = Skeleton()
    for sound in sounds { skeleton.append(sound) }
    if skeleton != original, !skeleton.isEmpty { found.append(skeleton) }
  }
}

extension Skeleton {
  var sounds: [Sound] {
    (0..<count).compactMap { Sound(rawValue: UInt8(packed >> (UInt64($0) * 5) & 31)) }
  }
}
