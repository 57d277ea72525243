/// The score of two names in ten thousandths, and each step that made it. One piece of code scores
/// and explains, so that an explanation cannot say anything else than the score.
/// Protocols/matching.md, 5.
struct Measure {
  /// The weight of a word that the other name lacks, in hundredths of its own: the query said it,
  /// or only the record does.
  static let extraOurs = 30
  static let extraTheirs = 20
  /// The cost of one contradiction, and the least and the most of them that count, in hundredths.
  static let contradiction = 4_500
  static let contradictions = 50...150
  /// One shared word, where both names have more.
  static let oneOfSeveral = 8_000
  /// Words less alike than this are doubted, in part, down to where they contradict each other.
  static let doubtFrom = 7_500
  static let doubtTo = 4_500
  /// Below it a word is doubted once more where one name has words that the other lacks.
  static let doubtBesideExtras = 8_000
  static let besideExtras = 8_000
  /// Given and family name, exchanged where both records say which is which.
  static let exchanged = 5_000

  /// A factor that a rule takes the score down by.
  struct Factor {
    var rule: MatchRule
    var pair: Int?
    /// Ten thousandths.
    var value: Int
  }

  let alignment: Alignment
  var factors: [Factor] = []
  /// Before the factors, in ten thousandths.
  var base = 0
  /// Without the words that have no counterpart.
  var paired = 0
  var score = 0

  init(_ a: FoldedName, _ b: FoldedName) {
    alignment = Alignment(
      a.words, b.words, isPerson: a.kind == .person, joins: (a.joins, b.joins))
    if a.kind == .organization, acronym(a, b) { return }
    guard hasName(a, b) else { return }
    sum(a.words, b.words)
    contradict(a, b)
    oneWord(a, b)
    doubt(a.words, b.words)
    if a.kind == .person { otherSex(a.words, b.words) }
    if a.kind == .organization || b.kind == .organization { organizations(a, b) }
    exchangedParts(a, b)
    score = base
    for factor in factors { score = score * factor.value / Likeness.whole }
    score = min(score, Likeness.whole)
  }

  /// Joints and initials alone are no agreement.
  private func hasName(_ a: FoldedName, _ b: FoldedName) -> Bool {
    alignment.pairs.contains { pair in
      (pair.left..<(pair.left + pair.leftCount)).contains { isSolid(a.words[$0]) }
    }
  }

  private func isSolid(_ word: Word) -> Bool {
    switch word.kind {
    case .name, .common, .number, .place: true
    case .initial, .part, .particle: false
    }
  }

  private mutating func sum(_ a: [Word], _ b: [Word]) {
    var agreed = 0
    var weights = 0
    for pair in alignment.pairs {
      agreed += pair.likeness.value * pair.weight
      weights += pair.weight
    }
    guard weights > 0 else { return }
    paired = agreed / weights
    weights *= 100
    for index in a.indices where alignment.restLeft & (1 << UInt32(index)) != 0 {
      weights += Int(a[index].weight) * Measure.extraOurs
    }
    for index in b.indices where alignment.restRight & (1 << UInt32(index)) != 0 {
      weights += Int(b[index].weight) * Measure.extraTheirs
    }
    base = agreed * 100 / weights
  }

  /// - Returns: the weight of words that have no counterpart and mean something, in hundredths.
  private func rest(_ words: [Word], _ bits: UInt32) -> Int {
    var weight = 0
    for index in words.indices where bits & (1 << UInt32(index)) != 0 {
      if words[index].kind != .particle { weight += Int(words[index].weight) }
    }
    return weight
  }

  /// Words that are left on both sides contradict each other, however much else agrees: averaging
  /// would drown it.
  private mutating func contradict(_ a: FoldedName, _ b: FoldedName) {
    let left = rest(a.words, alignment.restLeft)
    let right = rest(b.words, alignment.restRight)
    let crossed = crossedFathers(a.words, b.words)
    if left > 0, right > 0 {
      let count = clamp(min(left, right))
      append(.contradiction, cost: Measure.contradiction * count / 100)
    }
    if crossed > 0 {
      append(.fatherAndSon, cost: Measure.contradiction * clamp(crossed * 100) / 100)
    }
  }

  private func clamp(_ hundredths: Int) -> Int {
    min(
      max(hundredths, Measure.contradictions.lowerBound), Measure.contradictions.upperBound)
  }

  mutating func append(_ rule: MatchRule, pair: Int? = nil, cost: Int) {
    guard cost > 0 else { return }
    factors.append(Factor(rule: rule, pair: pair, value: max(0, Likeness.whole - cost)))
  }

  /// Ali bin Omar is not Omar bin Ali.
  private func crossedFathers(_ a: [Word], _ b: [Word]) -> Int {
    var crossed = 0
    for pair in alignment.pairs {
      let (x, y) = (a[pair.left], b[pair.right])
      if x.afterFather, x.position >= 2, y.position < x.position, !y.afterFather,
        pair.right + 1 < b.count, b[pair.right + 1].isFather
      {
        crossed += 1
      }
    }
    return crossed
  }

  private mutating func oneWord(_ a: FoldedName, _ b: FoldedName) {
    guard a.kind == .person else { return }
    var solid = 0
    for pair in alignment.pairs {
      if pair.likeness.rule == .initial || pair.leftCount + pair.rightCount > 2 { return }
      if isSolid(a.words[pair.left]) { solid += 1 }
    }
    guard solid == 1 else { return }
    let ours = a.words.count { $0.kind == .name }
    let theirs = b.words.count { $0.kind == .name }
    if min(ours, theirs) > 1 || rest(a.words, alignment.restLeft) > 0 {
      append(.oneWord, cost: Likeness.whole - Measure.oneOfSeveral)
    }
  }

  /// Words that are alike but not very: each may be another name.
  private mutating func doubt(_ a: [Word], _ b: [Word]) {
    for (index, pair) in alignment.pairs.enumerated() {
      switch pair.likeness.rule {
      case .spelling, .sound, .consonants, .joined, .turned: break
      default: continue
      }
      let lack = Measure.doubtFrom - pair.likeness.value
      guard lack > 0, isSolid(a[pair.left]) else { continue }
      let part = min(lack, Measure.doubtFrom - Measure.doubtTo)
      let cost =
        Measure.contradiction * min(100, pair.weight) / 100 * part
        / (Measure.doubtFrom - Measure.doubtTo)
      append(.doubt, pair: index, cost: cost)
    }
    doubtBesideExtras(a, b)
  }

  /// A word that is only alike, beside words that one name lacks: the two may be made of other
  /// names.
  private mutating func doubtBesideExtras(_ a: [Word], _ b: [Word]) {
    let left = hasExtraName(a, alignment.restLeft)
    let right = hasExtraName(b, alignment.restRight)
    guard left != right else { return }
    let doubted = alignment.pairs.firstIndex { pair in
      pair.likeness.rule == .spelling && pair.likeness.value < Measure.doubtBesideExtras
        && isSolid(a[pair.left])
    }
    if let doubted { append(.doubt, pair: doubted, cost: Likeness.whole - Measure.besideExtras) }
  }

  /// Testova is a woman's and Testov a man's form: of one person only if the other names say so.
  private mutating func otherSex(_ a: [Word], _ b: [Word]) {
    guard alignment.pairs.contains(where: { areOfOtherSex(a[$0.left], b[$0.right]) }) else {
      return
    }
    let hasEqual = alignment.pairs.contains { pair in
      pair.likeness.value >= Likeness.Ceiling.sameName && isSolid(a[pair.left])
        || pair.likeness.rule == .initial
    }
    if !hasEqual, alignment.pairs.count > 1 {
      append(.otherSex, cost: Measure.contradiction)
    }
  }

  private func areOfOtherSex(_ a: Word, _ b: Word) -> Bool {
    guard a.kind == .name, b.kind == .name, !a.isSame(as: b) else { return false }
    return FamilyNameForm(a.spelling).isWomans(of: FamilyNameForm(b.spelling))
      || FamilyNameForm(b.spelling).isWomans(of: FamilyNameForm(a.spelling))
  }

  private func hasExtraName(_ words: [Word], _ bits: UInt32) -> Bool {
    words.indices.contains { index in
      bits & (1 << UInt32(index)) != 0 && words[index].kind == .name
        && !Patronymic.isOne(words[index])
    }
  }

  private mutating func exchangedParts(_ a: FoldedName, _ b: FoldedName) {
    guard a.parts.given != 0, a.parts.family != 0, b.parts.given != 0, b.parts.family != 0,
      a.parts.given & a.parts.family == 0, b.parts.given & b.parts.family == 0
    else { return }
    var crossed = 0
    for pair in alignment.pairs {
      let left: UInt32 = 1 << UInt32(pair.left)
      let right: UInt32 = 1 << UInt32(pair.right)
      if a.parts.given & left != 0, b.parts.family & right != 0 { crossed += 1 }
      if a.parts.family & left != 0, b.parts.given & right != 0 { crossed += 1 }
    }
    if crossed >= 2 { append(.exchangedParts, cost: Likeness.whole - Measure.exchanged) }
  }
}
