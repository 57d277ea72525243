import Crypto
import Log
import Secrets

/// The secrets of this node as they are now, and those that it had: a rotation replaces some of
/// them while the node runs. All parts of a node share it.
final class OwnKeys {
  /// The card that names the present keys.
  private(set) var card: Card
  private(set) var present: NodeSecrets
  /// One set for each card, the present one first, then the newer before the older.
  private(set) var sets: [EarlierSecrets] = []
  private(set) var rotated: RotatedKeys
  /// The keys of the first card of this epoch.
  let first: NodeSecrets
  let earlier: EarlierKeys

  /// - Parameter first: the keys in `node.key`, or the credential's.
  init(
    _ first: NodeSecrets, _ rotated: RotatedKeys, _ earlier: EarlierKeys, card: Card
  ) {
    self.first = first
    self.rotated = rotated
    self.earlier = earlier
    self.card = card
    present = first.after(rotated.upTo(card.serial))
    arrange()
  }

  convenience init(
    _ folder: NodeFolder, credential: String?, card: Card
  ) throws(IdentityError) {
    self.init(
      try OwnSecrets.first(folder, credential: credential, for: card),
      try OwnSecrets.rotated(folder), try OwnSecrets.earlier(folder), card: card)
  }

  private func arrange() {
    let own = first.sets(after: rotated, of: card.origin.epoch)
    let at = own.firstIndex { $0.serial <= card.serial } ?? own.startIndex
    sets = [own[at]] + own[..<at] + own[(at + 1)...] + earlier.cards
  }

  /// The keys of a new card take the place of the present ones.
  func rotate(to next: Card, _ generation: KeyGeneration) {
    present = present.replaced(by: generation)
    rotated = rotated.adding(generation)
    card = next
    arrange()
  }

  /// Each different one, the present one first.
  var pairs: [SealingPair] {
    var known: Set<SealingPublicKey> = []
    return sets.filter { known.insert($0.sealing.secret.publicKey).inserted }.map {
      SealingPair($0)
    }
  }

  /// The day on which the present sealing key was made; nil: it is the epoch's first.
  var sealingDay: UInt32? {
    rotated.upTo(card.serial).generations.last { $0.sealing != nil }?.day
  }
}
