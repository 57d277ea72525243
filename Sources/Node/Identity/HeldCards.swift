public import Crypto
public import Log
import Runtime

/// `cards/` in the data folder: of each log the card that this node held first. Which key opens the epoch after a log is
/// read here and nowhere else, so that no later card, and no removal from the roster, changes it (Protocols/card.md,
/// CARD-11).
public struct HeldCards: Sendable {
  private let folder: NodeFolder
  private var cards: [LogID: Card] = [:]
  /// Files that could not be used, each with why.
  public private(set) var problems: [String] = []

  /// A folder that is not there yet holds nothing.
  public init(_ folder: NodeFolder) {
    self.folder = folder
    guard FileSystem.isFolder(folder.cards) else { return }
    do throws(SystemError) {
      for name in try FileSystem.list(folder.cards).sorted() where name.hasSuffix(".card") {
        load(name)
      }
    } catch {
      problems.append("\(folder.cards): \(error)")
    }
  }

  private mutating func load(_ name: String) {
    let path = "\(folder.cards)/\(name)"
    do throws(IdentityError) {
      let card = try CardFile.read(path)
      guard name == "\(card.identity.id).card" else {
        return problems.append("\(path): the card of another log")
      }
      cards[card.identity.id] = card
    } catch {
      problems.append(error.reason)
    }
  }

  /// Which key opens the epoch after each log.
  public var openingKeys: [LogID: OpeningKeyHash] { cards.mapValues(\.opening) }

  public func card(of log: LogID) -> Card? { cards[log] }

  /// Of other nodes than `name`, in no order that means anything.
  func cards(besides name: NodeName) -> [Card] {
    cards.values.filter { $0.name != name }.sorted { $0.identity.id < $1.identity.id }
  }

  /// Cards of the same node from epochs before that of `present`.
  func earlier(than present: Card) -> [Card] {
    cards.values.filter {
      $0.name == present.name && $0.origin.epoch < present.origin.epoch
    }.sorted { $0.origin.epoch > $1.origin.epoch }
  }

  /// Keeps the card, if it is the first of its log. Synced when this returns.
  /// - Throws: `.refused` for one that names another opening key than the first did; that one is kept as evidence.
  public mutating func hold(_ card: Card) throws(IdentityError) {
    let id = card.identity.id
    if let first = cards[id] {
      guard card.contradicts(first) else { return }
      let file = try keepEvidence(card, first)
      throw IdentityError(
        .refused, "two cards of \(card.origin.text) name two keys for its next epoch",
        hint:
          "its node made both, and one is for ever: talk to its operator; the evidence is \(file)")
    }
    try IdentityError.wrap { () throws(SystemError) in
      try FileSystem.makeFolder(folder.cards)
      try FileSystem.atomicWrite("\(folder.cards)/\(id).card", card.note, mode: 0o644)
    }
    cards[id] = card
  }

  /// Both cards, one after the other: each is signed by the log key. The first contradiction is enough.
  /// - Returns: where they are.
  private func keepEvidence(_ card: Card, _ first: Card) throws(IdentityError) -> String {
    let path = "\(folder.faults)/\(card.identity.id)-two.cards"
    try IdentityError.wrap { () throws(SystemError) in
      guard try FileSystem.status(path) == nil else { return }
      try FileSystem.makeFolder(folder.faults, mode: 0o700)
      try FileSystem.atomicWrite(path, first.note + card.note, mode: 0o600)
    }
    return path
  }
}
