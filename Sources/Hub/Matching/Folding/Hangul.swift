/// Syllables of Hangul are made of their letters by arithmetic (The Unicode Standard, 3.12).
enum Hangul {
  private static let syllables: ClosedRange<UInt32> = 0xac00...0xd7a3
  private static let leadBase: UInt32 = 0x1100
  private static let vowelBase: UInt32 = 0x1161
  private static let trailBase: UInt32 = 0x11a7
  private static let leads: UInt32 = 19
  private static let vowels: UInt32 = 21
  private static let trails: UInt32 = 28

  static func isSyllable(_ scalar: UInt32) -> Bool { syllables.contains(scalar) }

  /// - Returns: the syllable that two scalars make: a lead and a vowel, or an open syllable and a
  ///   trail.
  static func composition(_ first: UInt32, _ second: UInt32) -> UInt32? {
    if first >= leadBase, first < leadBase + leads, second >= vowelBase,
      second < vowelBase + vowels
    {
      let lead = first - leadBase
      let vowel = second - vowelBase
      return syllables.lowerBound + (lead * vowels + vowel) * trails
    }
    if isSyllable(first), (first - syllables.lowerBound).isMultiple(of: trails),
      second > trailBase, second < trailBase + trails
    {
      return first + (second - trailBase)
    }
    return nil
  }

  /// Latin letters by the Revised Romanization, without assimilation.
  static func spelling(_ scalar: UInt32) -> StaticSpelling {
    guard isSyllable(scalar) else { return StaticSpelling("", "", "") }
    let index = Int(scalar - syllables.lowerBound)
    let perLead = Int(vowels * trails)
    return StaticSpelling(
      leadSpellings[index / perLead], vowelSpellings[index % perLead / Int(trails)],
      trailSpellings[index % Int(trails)])
  }

  struct StaticSpelling {
    let parts: (StaticString, StaticString, StaticString)
    init(_ lead: StaticString, _ vowel: StaticString, _ trail: StaticString) {
      parts = (lead, vowel, trail)
    }
  }

  private static let leadSpellings: [StaticString] = [
    "g", "kk", "n", "d", "tt", "r", "m", "b", "pp", "s", "ss", "", "j", "jj", "ch", "k", "t", "p",
    "h",
  ]
  private static let vowelSpellings: [StaticString] = [
    "a", "ae", "ya", "yae", "eo", "e", "yeo", "ye", "o", "wa", "wae", "oe", "yo", "u", "wo", "we",
    "wi", "yu", "eu", "ui", "i",
  ]
  private static let trailSpellings: [StaticString] = [
    "", "k", "k", "k", "n", "n", "n", "t", "l", "k", "m", "l", "l", "l", "p", "l", "m", "p", "p",
    "t", "t", "ng", "t", "t", "k", "t", "p", "h",
  ]

  /// Family names as their bearers write them, which no rule of romanization gives: Lee, Park,
  /// Choi.
  static func familyName(_ scalar: UInt32) -> StaticString? {
    guard let scalar = Unicode.Scalar(scalar) else { return nil }
    return switch scalar {
    case "김": "kim"
    case "이": "lee"
    case "박": "park"
    case "최": "choi"
    case "정": "jung"
    case "강": "kang"
    case "조": "cho"
    case "윤": "yoon"
    case "임": "lim"
    case "오": "oh"
    case "서": "seo"
    case "신": "shin"
    case "권": "kwon"
    case "안": "ahn"
    case "류", "유": "yoo"
    case "고": "ko"
    case "허": "huh"
    case "심": "shim"
    case "노": "noh"
    case "곽": "kwak"
    case "구": "koo"
    case "공": "kong"
    case "금": "keum"
    case "우": "woo"
    case "주": "joo"
    case "추": "choo"
    case "국": "kook"
    default: nil
    }
  }
}
