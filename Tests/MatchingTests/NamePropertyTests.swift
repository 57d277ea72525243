import Testing

@testable import Matching

@Suite("Protocols/matching.md, 1 and 5: properties of every name, whoever wrote it")
struct NamePropertyTests {
  /// SplitMix64, so that each run has the same names.
  struct Random {
    var state: UInt64
    mutating func next() -> UInt64 {
      state &+= 0x9e37_79b9_7f4a_7c15
      var z = state
      z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
      z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
      return z ^ (z >> 31)
    }
    mutating func below(_ bound: UInt64) -> UInt64 { next() % bound }
  }

  /// Scalars from all over Unicode, with many marks, separators and letters of each script.
  static func text(_ random: inout Random) -> String {
    let ranges: [ClosedRange<UInt32>] = [
      0x20...0x7e, 0xa0...0x24f, 0x300...0x36f, 0x370...0x52f, 0x591...0x6ff, 0x900...0xdff,
      0xe00...0x10ff, 0x1100...0x11ff, 0x1200...0x13ff, 0x1e00...0x206f, 0x3000...0x30ff,
      0x4e00...0x9fff, 0xac00...0xd7a3, 0xf900...0xffef, 0x10000...0x1ffff, 0x20000...0x10ffff,
    ]
    var text = ""
    let script = ranges[Int(random.below(UInt64(ranges.count)))]
    for _ in 0..<(1 + random.below(30)) {
      let range = random.below(4) == 0 ? ranges[Int(random.below(UInt64(ranges.count)))] : script
      let value = range.lowerBound + UInt32(random.below(UInt64(range.count)))
      guard let scalar = Unicode.Scalar(value) else { continue }
      text.unicodeScalars.append(scalar)
      if random.below(6) == 0 { text += " " }
    }
    return text
  }

  @Test("MAT-50: no text traps; scores are 0 to 1; a name that says anything is itself")
  func anyText() {
    var random = Random(state: 20_160_111)
    var last = FoldedName("Darina Testova")
    for _ in 0..<1_500 {
      let text = Self.text(&random)
      for kind in [NameKind.person, .organization] {
        let name = FoldedName(text, as: kind)
        let points = Matcher.points(name, last)
        #expect((0...10_000).contains(points))
        if !name.words.isEmpty { #expect(Matcher.points(name, name) == 10_000, "\(text)") }
        for word in name.words { _ = name.written(word) }
        if kind == .person { last = name }
      }
    }
  }

  @Test("MAT-4: a name costs no more than the limits, however long it is")
  func long() {
    let long = [
      String(repeating: "a", count: 65_536), String(repeating: "a ", count: 32_768),
      String(repeating: "\u{301}", count: 32_768),
      String(repeating: "e\u{301}\u{323}", count: 13_000),
      String(repeating: "ﷺ", count: 20_000), String(repeating: "الله", count: 8_000),
      String(repeating: "김", count: 20_000), String(repeating: "\u{0}", count: 65_536),
    ]
    for text in long {
      let name = FoldedName(text)
      #expect(name.isCut)
      #expect(name.words.count <= NameLimits.words)
      #expect((0...10_000).contains(Matcher.points(name, FoldedName("Darina Testova"))))
    }
    // Words that were cut are not equal, as far as anybody knows.
    let head = String(repeating: "a", count: 40)
    #expect(!FoldedName(head + "b").words[0].isSame(as: FoldedName(head + "c").words[0]))
  }

  @Test("MAT-2: the same letters, composed or apart, marked or in wide forms, are one name")
  func normalized() {
    for (a, b) in [
      ("Jose\u{301}", "José"), ("Ｄａｒｉｎａ", "Darina"), ("и\u{306}ван", "йван"),
      ("\u{1112}\u{1161}\u{11ab}", "한"), ("か\u{3099}", "が"), ("ﺍﻟﻠﻪ", "الله"),
      ("o\u{323}\u{302}", "ộ"),
      ("習近平", "习近平"),
    ] {
      let (x, y) = (FoldedName(a), FoldedName(b))
      #expect(!x.words.isEmpty)
      #expect(Matcher.areEqual(x, y), "\(a) \(b)")
    }
  }
}

@Suite("Protocols/matching.md, 6: points alone are those of the explained comparison")
struct PointsTests {
  @Test("Of any two records")
  func points() {
    var random = NamePropertyTests.Random(state: 2_016)
    var last = Evidence()
    for number in 0..<600 {
      let names = (0..<(1 + random.below(3))).map { _ in
        Evidence.Name(
          FoldedName(NamePropertyTests.text(&random)), random.below(4) == 0 ? .weak : .alias)
      }
      let evidence = Evidence(
        names: names + last.names.prefix(number % 2), gender: number % 3 == 0 ? "male" : "female",
        countries: number % 5 == 0 ? [] : [number % 2 == 0 ? "nl" : "be"],
        identifiers: [.init(kind: "document", value: "\(number / 2)")])
      #expect(Matching.points(last, evidence) == compare(last, evidence).points)
      last = evidence
    }
  }
}
