import Crypto
import Log
import Secrets

/// The sealing keys of a node that are not the present one, and the day on which each was replaced.
struct ReplacedPairs {
  /// Days since 1970-01-01.
  private(set) var days: [SealingPublicKey: UInt32] = [:]
  /// The key in `node.key`.
  let first: SealingPublicKey

  /// - Parameter genesisDay: when the present epoch began: keys of earlier ones ended with it.
  init(_ keys: OwnKeys, genesisDay: UInt32) {
    first = keys.first.sealing.publicKey
    let present = keys.card.sealing
    for card in keys.earlier.cards { days[card.sealing.secret.publicKey] = genesisDay }
    var before = first
    for generation in keys.rotated.upTo(keys.card.serial).generations {
      guard let next = generation.sealing?.secret.publicKey, next != before else { continue }
      days[before] = generation.day
      before = next
    }
    days[present] = nil
  }

  /// Those that were replaced before a day.
  func replaced(before day: UInt32) -> Set<SealingPublicKey> {
    Set(days.filter { $0.value < day }.keys)
  }
}
