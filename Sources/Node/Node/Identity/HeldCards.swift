public import Crypto
public import Log
import Runtime

/// `cards/` in the data folder: of each log the card that this node held first. Which key opens the
/// epoch after a log is read here and nowhere else, so that no later card, and no removal from the
/// roster, changes it (Protocols/card.md, CARD-11).
public struct HeldCards: Sendable {
  private let folder: NodeFolder
  private var cards: [LogID: Card] = [:]
  /// Files that could not be used, each with why.
  public private(set) var problems: [String] = []
  /// Logs of which a card is held that cannot be read: none takes its place.
  private var damaged: Set<LogID> = []
  /// Which cards are held cannot be read at all.
  private var isUnreadable = false

  /// A folder that is not there yet holds nothing; one that cannot be read may hold anything.
  public init(_ folder: NodeFolder) {
    self.folder = folder
    do throws(SystemError) {
      for name in try FileSystem.list(folder.cards).sorted() where name.hasSuffix(".card") {
        load(name)
      }
    } catch {
      isUnreadable = true
      problems.append("\(folder.cards): \(error): \(HeldCards.consequence)")
    }
  }

  private static let consequence =
    "no epoch after such a log is followed, till the file is mended and liaisond was restarted"

  private mutating func load(_ name: String) {
    let path = "\(folder.cards)/\(name)"
    var reason = "\(path): the card of another log"
    do throws(IdentityError) {
      let card = try CardFile.read(path)
      if name == "\(card.identity.id).card" {
        cards[card.identity.id] = card
        return
      }
    } catch {
      reason = error.reason
    }
    if let log = Hex.decode(name.dropLast(".card".count)).flatMap({ LogID($0) }) {
      damaged.insert(log)
    }
    problems.append("\(reason): \(HeldCards.consequence)")
  }

  /// True when a card of the log may be held that cannot be read: the key that opens the epoch
  /// after it is then not known.
  public func isDoubted(_ log: LogID) -> Bool { isUnreadable || damaged.contains(log) }

  /// Which key opens the epoch after each log.
  public var openingKeys: [LogID: OpeningKeyHash] { cards.mapValues(\.opening) }

  /// Nil: none is held, or it cannot be read (`isDoubted`).
  public func card(of log: LogID) -> Card? { cards[log] }

  /// Cards of other nodes than `name`, in no order that means anything.
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
  /// - Throws: `.refused` for one that names another opening key than the first did; that one is
  ///   kept as evidence. `.malformed` where the first cannot be read: it is not written over.
  public mutating func hold(_ card: Card) throws(IdentityError) {
    let id = card.identity.id
    guard !isDoubted(id) else {
      throw IdentityError(
        .malformed,
        "\(folder.cards)/\(id).card cannot be read, and it alone says which key opens the epoch after "
          + card.origin.text,
        hint: "restore that file from a backup, or compare the card by voice and remove the file; "
          + "then restart liaisond")
    }
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

  /// Both cards, one after the other: each is signed by the log key. The first contradiction is
  /// enough.
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
