import Synchronization

/// Words that were read lately. Names share most of their words, and a word that is known costs a
/// look instead of its reading; what comes out is the same. One place for each hash, so it never
/// grows; who finds it in use does without it, so nobody waits.
final class WordMemory: Sendable {
  static let whole = WordMemory()
  static let joined = WordMemory()

  private let places: Mutex<[WordLetters?]>

  private init() {
    places = Mutex(Array(repeating: nil, count: NameLimits.rememberedWords))
  }

  /// - Parameters:
  ///   - isWanted: whether the word in the place of `hash` is the one that is asked for.
  ///   - made: makes it; it is remembered instead of the one that was there.
  func word(
    _ hash: UInt64, _ isWanted: (WordLetters) -> Bool, orMade made: () -> WordLetters
  ) -> WordLetters {
    let place = Int(truncatingIfNeeded: hash ^ (hash >> 29)) & (NameLimits.rememberedWords - 1)
    if let known = places.withLockIfAvailable({ $0[place] }) ?? nil, isWanted(known) {
      return known
    }
    let word = made()
    places.withLockIfAvailable { $0[place] = word }
    return word
  }
}
