/// Why two words, or two records, agree or contradict each other. The raw value stands in stored
/// explanations.
public enum MatchRule: String, Hashable, Sendable, CaseIterable {
  case equal
  case spelling
  case sound
  case consonants
  case sameName = "same-name"
  case sameWord = "same-word"
  case sameNumber = "same-number"
  case initial
  case joined
  case signs
  case turned
  case acronym
  case different

  case onlyOurs = "only-ours"
  case onlyTheirs = "only-theirs"
  case contradiction
  case doubt
  case fatherAndSon = "father-and-son"
  case exchangedParts = "exchanged-parts"
  case oneWord = "one-word"
  case otherSex = "other-sex"
  case oneSided = "one-sided"
  case legalForm = "legal-form"
  case noOwnWord = "no-own-word"
  case weakAlias = "weak-alias"

  case day
  case month
  case year
  case exchangedDay = "exchanged-day"
  case oneDigit = "one-digit"
  case near
  case otherDay = "other-day"
  case otherYear = "other-year"
  case otherGender = "other-gender"
  case otherCountry = "other-country"
  case sameIdentifier = "same-identifier"
}
