internal import HubInterface
internal import Matching
internal import Records

/// Why a record is told of: one for each watch that it fits (Protocols/hub.md, HUB-73).
struct Reason: Sendable {
  let watch: WatchID
  let revision: Int64
  /// For which it may be looked at.
  let purposes: Int64
  var band: Band
  var points: Int
  var rows: [Row]
  var sentences: [String]
  /// Features with their folded values.
  var features: [String]

  var sentence: String { sentences.joined(separator: "; ") }

  init(_ watcher: Watcher, sees purposes: Int64) {
    watch = watcher.id
    revision = watcher.revision
    let both = watcher.purposes & purposes
    self.purposes = both != 0 ? both : watcher.purposes
    band = .review
    points = 0
    rows = []
    sentences = []
    features = []
  }

  mutating func add(_ match: RecordMatch, _ band: Band) {
    // Of two names that fit, the better tells why.
    guard match.points > points || self.band < band else { return }
    self.band = max(self.band, band)
    points = max(points, match.points)
    rows = rows.filter { $0.feature != "name" }
    let explained = ExplainedMatch(match)
    rows += explained.rows
    sentences.append(explained.sentence)
    for row in match.rows where row.points >= 0 && row.similarity > 0 {
      features.append(
        ([row.feature.rawValue] + WordFolding.words([row.left]).sorted() + ["="]
          + WordFolding.words([row.right]).sorted()).joined(separator: " "))
    }
  }

  mutating func add(number: String, _ kind: Selector.Kind, _ band: Band) {
    self.band = max(self.band, band)
    points = Reason.whole
    rows.append(
      Row(
        feature: kind.rawValue, left: number, right: number, similarity: 1, weight: 1,
        contribution: 1, rule: "the same \(kind.words)"))
    sentences.append("the \(kind.words) \(number) is the same")
    features.append("\(kind.rawValue) \(number)")
  }

  mutating func add(_ journey: Journey, of person: String, _ band: Band) {
    self.band = max(self.band, band)
    points = Reason.whole
    rows.append(
      Row(
        feature: "trip", left: person, right: journey.text, similarity: 1, weight: 1,
        contribution: 1, rule: "travels"))
    sentences.append("\(person) travels: \(journey.text)")
    features.append("trip \(person) \(journey.text)")
  }

  private static let whole = 10_000

  /// The key by which it is known for ever.
  func key(_ secret: AlertKey) -> [UInt8] {
    secret.hash(.reason, [band.word] + Set(features).sorted())
  }
}
