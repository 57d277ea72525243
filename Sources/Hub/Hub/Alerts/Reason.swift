internal import HubInterface
internal import Matching
internal import Records

/// Why a record is told of: one for each watch that it fits (Protocols/hub.md, HUB-73).
struct Reason: Sendable {
  let watch: WatchID
  let revision: Int64
  /// `Purpose` bits for which the record may be looked at.
  let purposes: Int64
  var band: Band
  var points: Int
  /// The name that fits best.
  private var name: (points: Int, rows: [Row], sentence: String, features: [String])?
  private var others: [Row] = []
  private var sentences: [String] = []
  /// Features with their folded values.
  private var features: [String] = []

  var rows: [Row] { (name?.rows ?? []) + others }
  var sentence: String {
    ((name.map { [$0.sentence] } ?? []) + sentences).joined(separator: "; ")
  }

  init(_ watcher: Watcher, sees purposes: Int64) {
    watch = watcher.id
    revision = watcher.revision
    let both = watcher.purposes & purposes
    self.purposes = both != 0 ? both : watcher.purposes
    band = .review
    points = 0
  }

  mutating func add(_ match: RecordMatch, _ band: Band) {
    self.band = max(self.band, band)
    points = max(points, match.points)
    // The better of two names that fit tells why.
    guard match.points > name?.points ?? 0 else { return }
    let explained = ExplainedMatch(match)
    let carried = match.rows.filter { $0.points >= 0 && $0.similarity > 0 }
    name = (
      match.points, explained.rows, explained.sentence,
      carried.map { row in
        ([row.feature.rawValue] + WordFolding.words([row.left]).sorted() + ["="]
          + WordFolding.words([row.right]).sorted()).joined(separator: " ")
      }
    )
  }

  mutating func add(number: String, _ kind: Selector.Kind, _ band: Band) {
    self.band = max(self.band, band)
    points = Reason.whole
    others.append(
      Row(
        feature: kind.rawValue, left: number, right: number, similarity: 1, weight: 1,
        contribution: 1, rule: "the same \(kind.words)"))
    sentences.append("the \(kind.words) \(number) is the same")
    features.append("\(kind.rawValue) \(number)")
  }

  mutating func add(_ journey: Journey, of person: String, _ band: Band) {
    self.band = max(self.band, band)
    points = Reason.whole
    others.append(
      Row(
        feature: "trip", left: person, right: journey.text, similarity: 1, weight: 1,
        contribution: 1, rule: "travels"))
    sentences.append("\(person) travels: \(journey.text)")
    features.append("trip \(person) \(journey.text)")
  }

  private static let whole = 10_000

  /// The key by which it is known for ever.
  func key(_ secret: AlertKey) -> [UInt8] {
    secret.hash(.reason, [band.word] + Set(features + (name?.features ?? [])).sorted())
  }
}
