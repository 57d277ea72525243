/// Protocols/matching.md, 5: organisations.
extension Measure {
  /// PLA is People's Liberation Army: one word that is the first letters of at least three others.
  mutating func acronym(_ a: FoldedName, _ b: FoldedName) -> Bool {
    guard isAcronym(a, of: b) || isAcronym(b, of: a) else { return false }
    base = Likeness.Ceiling.mixed
    paired = base
    score = base
    factors = [Factor(rule: .acronym, pair: nil, value: Likeness.whole)]
    return true
  }

  private func isAcronym(_ short: FoldedName, of long: FoldedName) -> Bool {
    let own = short.words.filter { $0.kind != .place && $0.kind != .particle }
    return own.count == 1 && long.initials.count >= 3 && own[0].spelling == long.initials
  }

  /// Legal forms of different kinds.
  static let otherLegalForm = 6_500
  /// Nothing that one of many would not be called.
  static let noOwnWord = 6_500
  /// A word of its own that only one of them has.
  static let oneSided = 7_500

  mutating func organizations(_ a: FoldedName, _ b: FoldedName) {
    if areOtherForms(a.legalForms, b.legalForms) {
      append(.legalForm, cost: Likeness.whole - Measure.otherLegalForm)
    }
    // Another word than a country makes another organisation: Bank and Bank Trust.
    let left = restOfOwn(a.words, alignment.restLeft)
    let right = restOfOwn(b.words, alignment.restRight)
    if left != right { append(.oneSided, cost: Likeness.whole - Measure.oneSided) }
    let hasRest = alignment.restLeft != 0 || alignment.restRight != 0
    let ownWord = alignment.pairs.contains { pair in
      a.words[pair.left].kind == .name || b.words[pair.right].kind == .name
    }
    if hasRest, !ownWord { append(.noOwnWord, cost: Likeness.whole - Measure.noOwnWord) }
    // A number that only one has tells two ships or funds apart.
    if hasNumber(a.words, alignment.restLeft) != hasNumber(b.words, alignment.restRight) {
      append(.contradiction, cost: Measure.contradiction)
    }
  }

  private func restOfOwn(_ words: [Word], _ bits: UInt32) -> Bool {
    words.indices.contains { index in
      bits & (1 << UInt32(index)) != 0 && !words[index].isAside
        && (words[index].kind == .name || words[index].kind == .common)
    }
  }

  private func hasNumber(_ words: [Word], _ bits: UInt32) -> Bool {
    words.indices.contains { bits & (1 << UInt32($0)) != 0 && words[$0].kind == .number }
  }

  private func areOtherForms(_ a: [LegalForm], _ b: [LegalForm]) -> Bool {
    guard !a.isEmpty, !b.isEmpty else { return false }
    for x in a {
      for y in b where x.form == y.form || (x.kind == y.kind && x.kind != 0) { return false }
    }
    return true
  }
}
