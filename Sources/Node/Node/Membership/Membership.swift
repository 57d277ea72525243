import Crypto
import Log
import Runtime

/// Who belongs to this node's network, as the node knows it now: the roster with its keys, and the
/// first card of each log. All parts of a node share it.
final class Membership {
  /// This node's own.
  private(set) var card: Card
  private let folder: NodeFolder
  private let notices: Notices
  private(set) var roster: LiveRoster
  /// The first card of each log, which says what opens the epoch after it.
  private(set) var held: HeldCards
  /// Logs whose genesis was compared with the card that is held.
  private var compared: Set<LogID> = []

  init(_ card: Card, _ roster: LiveRoster, _ folder: NodeFolder, _ notices: Notices) {
    self.card = card
    self.roster = roster
    self.folder = folder
    self.notices = notices
    held = HeldCards(folder)
  }

  /// A rotation replaced the own card.
  func rotated(to next: Card) { card = next }

  /// Reads the roster again.
  /// - Returns: how it differs from the one before.
  func reload() throws(ControlError) -> RosterChange {
    let fresh: LiveRoster
    do { fresh = try LiveRoster.load(folder) } catch {
      throw .refused(reason: "the roster could not be read: \(error)", hint: "see peers/")
    }
    let change = fresh.difference(from: roster)
    roster = fresh
    holdCards()
    return change
  }

  // MARK: Cards that are held

  /// The key that opens the epoch after each log. The first card of a log counts: the one in
  /// `cards/`, and until it is there the roster's.
  var openingKeys: [LogID: OpeningKeyHash] {
    var keys = held.openingKeys
    for card in cards where keys[card.identity.id] == nil && !held.isDoubted(card.identity.id) {
      keys[card.identity.id] = card.opening
    }
    return keys
  }

  private var cards: [Card] { [card] + roster.entries.map(\.card) }

  /// A card that somebody put into `peers/` by hand, and the own one, are held from now on.
  func holdCards() {
    for problem in held.problems { notices.logger.warning("cards: \(problem)") }
    for card in cards where !held.isDoubted(card.identity.id) {
      do throws(IdentityError) { try held.hold(card) } catch { contradicted(by: card, error) }
    }
  }

  func hold(_ card: Card) throws(IdentityError) { try held.hold(card) }

  /// The author's own log holds a card, too: if it names another opening key than the card that was
  /// handed over, its author made two.
  /// - Parameter genesis: the card in the first entry of a log; nil: it is not here yet.
  func compareGenesis(of log: LogID, _ genesis: (LogIdentity) -> Card?) {
    guard log != card.identity.id, let first = held.card(of: log), !compared.contains(log) else {
      return
    }
    compared.insert(log)
    guard let card = genesis(first.identity), card.contradicts(first) else { return }
    do throws(IdentityError) { try held.hold(card) } catch { contradicted(by: card, error) }
  }

  private func contradicted(by card: Card, _ error: IdentityError) {
    notices.warn("cards \(card.identity.id)", "\(error.reason); \(error.hint)")
  }
}
