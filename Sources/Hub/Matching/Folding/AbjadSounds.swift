/// How one letter of Arabic or Hebrew may be heard, the likeliest first: up to three sounds, or
/// silence.
struct AbjadSounds: Sendable {
  private var codes: (UInt8, UInt8, UInt8) = (0, 0, 0)
  private(set) var count = 0
  /// The sounds, by raw value.
  private(set) var set: UInt32 = 0
  private(set) var maybeSilent = false

  private static let silence: UInt8 = 31

  private init() {}

  private mutating func append(_ code: UInt8) {
    switch count {
    case 0: codes.0 = code
    case 1: codes.1 = code
    default: codes.2 = code
    }
    count += 1
    if code == AbjadSounds.silence { maybeSilent = true } else { set |= 1 << UInt32(code) }
  }

  /// - Returns: nil for silence.
  func reading(_ index: Int) -> Sound? {
    Sound(rawValue: index == 0 ? codes.0 : index == 1 ? codes.1 : codes.2)
  }

  var isFirstSilent: Bool { codes.0 == AbjadSounds.silence }

  func contains(_ sound: Sound) -> Bool { set & (1 << UInt32(sound.rawValue)) != 0 }

  private static func heard(_ sounds: Sound...) -> AbjadSounds {
    var letter = AbjadSounds()
    for sound in sounds { letter.append(sound.rawValue) }
    return letter
  }

  private static func quiet(_ sounds: Sound...) -> AbjadSounds {
    var letter = AbjadSounds()
    letter.append(silence)
    for sound in sounds { letter.append(sound.rawValue) }
    return letter
  }

  /// - Returns: nil for what is no letter of Arabic, Persian, Urdu, Pashto, Kurdish or Hebrew.
  static func of(_ scalar: UInt32) -> AbjadSounds? {
    guard scalar >= 0x5d0, scalar < 0x700 else { return nil }
    let letter = table[Int(scalar - 0x5d0)]
    return letter.count > 0 ? letter : nil
  }

  private static let table: [AbjadSounds] = (0x5d0..<0x700).map { made($0) ?? AbjadSounds() }

  private static func made(_ scalar: UInt32) -> AbjadSounds? {
    switch scalar {
    case 0x0627, 0x0623, 0x0625, 0x0622, 0x0671, 0x0649, 0x06d5: heard(.a)
    case 0x0621: quiet()
    case 0x0626: quiet(.i)
    case 0x0624: quiet(.u)
    case 0x0639, 0x05d0, 0x05e2: quiet(.a)
    case 0x0628, 0x067e: heard(.b)
    case 0x062a, 0x0637, 0x067c, 0x0679, 0x05d8, 0x05ea: heard(.t)
    case 0x0629: quiet(.t, .a)
    case 0x062b: heard(.t, .s)
    case 0x062c: heard(.j, .k, .x)
    case 0x0686: heard(.x, .j)
    case 0x062d, 0x06be: heard(.h)
    case 0x062e, 0x05db, 0x05da: heard(.k, .h)
    case 0x062f, 0x0689, 0x0688, 0x05d3: heard(.d)
    case 0x0630: heard(.d, .s, .t)
    case 0x0631, 0x0691, 0x0693, 0x05e8: heard(.r)
    case 0x0632, 0x0633, 0x0635, 0x0685, 0x05d6, 0x05e1: heard(.s)
    case 0x0698: heard(.j, .s)
    case 0x0634: heard(.x)
    case 0x0636: heard(.d, .s)
    case 0x0638: heard(.s, .d, .t)
    case 0x063a, 0x0642, 0x0643, 0x06a9, 0x06ab, 0x05e7: heard(.k)
    case 0x0641, 0x06a4, 0x05e3: heard(.f)
    case 0x06af, 0x05d2: heard(.k, .j)
    case 0x0644, 0x06b5, 0x05dc: heard(.l)
    case 0x0645, 0x05de, 0x05dd: heard(.m)
    case 0x0646, 0x06ba, 0x05e0, 0x05df: heard(.n)
    case 0x0647, 0x06c1, 0x06c0, 0x05d4: heard(.h, .a)
    case 0x0648: heard(.u, .f, .w)
    case 0x064a, 0x06cc, 0x05d9: heard(.i, .y)
    case 0x06cd, 0x06d0, 0x06ce: heard(.i)
    case 0x06d2: heard(.i, .a)
    case 0x0696: heard(.j, .k)
    case 0x069a: heard(.x, .k)
    case 0x0681: heard(.s, .j)
    case 0x06c6: heard(.u)
    case 0x05d1: heard(.b, .f)
    case 0x05d5: heard(.u, .f)
    case 0x05d7: heard(.h, .k)
    case 0x05e4: heard(.f, .b)
    case 0x05e6, 0x05e5: heard(.s, .x)
    case 0x05e9: heard(.x, .s)
    default: nil
    }
  }

  /// Letters that are written for one another: hamza and its carriers, ya and alif maqsura, ta
  /// marbuta and ha, Persian letters.
  static func plain(_ scalar: UInt32) -> UInt32 {
    switch scalar {
    case 0x0622, 0x0623, 0x0625, 0x0671: 0x0627
    case 0x0649, 0x06cc, 0x0626: 0x064a
    case 0x06a9: 0x0643
    case 0x06c1, 0x06be, 0x0629: 0x0647
    case 0x0624: 0x0648
    default: scalar
    }
  }
}

/// The letters of a word of Arabic or Hebrew, as they may be heard.
struct AbjadWord: Sendable {
  private let letters: [UInt16]
  private let heard: [AbjadSounds]
  /// Every sound that one of its letters may be, by raw value.
  let sounds: UInt32
  /// Hundredths of letters that have to agree: the length that costs are measured by.
  let solid: Int

  var count: Int { letters.count }

  init() { self.init([]) }

  /// - Parameter scalars: what is no letter is left out, and what is beyond `NameLimits.letters`.
  init(_ scalars: [UInt32]) {
    var letters = [UInt16]()
    var heard = [AbjadSounds]()
    var sounds: UInt32 = 0
    var solid = 20
    for scalar in scalars where letters.count < NameLimits.letters {
      guard let letter = AbjadSounds.of(scalar) else { continue }
      letters.append(UInt16(scalar))
      heard.append(letter)
      sounds |= letter.set
      switch letter.reading(0) {
      case .i, .u: solid += 40
      case .a, nil: break
      default: solid += 100
      }
    }
    (self.letters, self.heard, self.sounds) = (letters, heard, sounds)
    self.solid = max(120, solid)
  }

  subscript(index: Int) -> AbjadSounds { heard[index] }

  private func isTaMarbuta(_ index: Int) -> Bool { letters[index] == 0x0629 }

  /// Latin letters by the likeliest reading, without the vowels that are not written.
  var spelling: Spelling {
    var spelt = Spelling()
    for index in 0..<count {
      guard let sound = self[index].reading(0) else { continue }
      switch sound {
      case .a: spelt.append(UInt8(ascii: "a"))
      case .u: spelt.append(UInt8(ascii: "w"))
      case .i: spelt.append(UInt8(ascii: "y"))
      case .x:
        spelt.append(UInt8(ascii: "s"))
        spelt.append(UInt8(ascii: "h"))
      default: spelt.append(AbjadWord.letter(sound))
      }
    }
    return spelt
  }

  private static func letter(_ sound: Sound) -> UInt8 {
    switch sound {
    case .b: UInt8(ascii: "b")
    case .k: UInt8(ascii: "k")
    case .d: UInt8(ascii: "d")
    case .t: UInt8(ascii: "t")
    case .f: UInt8(ascii: "f")
    case .w: UInt8(ascii: "w")
    case .j: UInt8(ascii: "j")
    case .s: UInt8(ascii: "s")
    case .h: UInt8(ascii: "h")
    case .l: UInt8(ascii: "l")
    case .r: UInt8(ascii: "r")
    case .m: UInt8(ascii: "m")
    case .n: UInt8(ascii: "n")
    default: UInt8(ascii: "y")
    }
  }

  /// The consonants of every way to read the word, at most `NameLimits.readings` of them, the
  /// likeliest first.
  var skeletons: Skeletons {
    var readings = [Skeleton()]
    for index in 0..<count {
      let options = options(of: self[index], at: index)
      var next = [Skeleton]()
      for reading in readings {
        for option in options where next.count < NameLimits.readings * 2 {
          var longer = reading
          if let option { longer.append(option) }
          next.append(longer)
        }
      }
      readings = next
    }
    var found = Skeletons()
    for reading in readings { found.append(reading) }
    return found
  }

  /// - Returns: the consonants that one letter may be in a skeleton; nil is none.
  private func options(of letter: AbjadSounds, at index: Int) -> [Sound?] {
    var options = [Sound?]()
    for reading in 0..<letter.count {
      let sound = letter.reading(reading)
      let option: Sound?
      switch sound {
      case nil, .a: option = index == 0 ? .a : nil
      case .u: option = index == 0 ? .f : nil
      case .i: option = index == 0 ? .y : nil
      case .y, .w: option = index == 0 ? sound : nil
      case .h where index == count - 1: option = nil
      default: option = isTaMarbuta(index) ? nil : sound
      }
      if !options.contains(option) { options.append(option) }
    }
    return options
  }
}

extension AbjadWord: Equatable {
  static func == (a: AbjadWord, b: AbjadWord) -> Bool { a.letters == b.letters }

  func scalar(_ index: Int) -> UInt32 { UInt32(letters[index]) }
}
