internal import Crypto
internal import HubInterface
internal import Records
internal import SQL

/// One entry that counts for a pair.
struct PairEntry {
  /// Where a list of entries goes on: by time, then by index, then by log.
  struct Place: Hashable, Comparable {
    var time: Int64
    var index: Int64
    /// `nl/1`
    var origin: String

    static func < (a: Place, b: Place) -> Bool {
      (a.time, a.index, a.origin) < (b.time, b.index, b.origin)
    }

    /// `1700000000000 nl/1/17`
    var text: String { "\(time) \(origin)/\(index)" }

    init(time: Int64, index: Int64, origin: String) {
      self.time = time
      self.index = index
      self.origin = origin
    }

    init?(_ text: String) {
      let parts = text.split(separator: " ", omittingEmptySubsequences: false)
      guard parts.count == 2, let time = Int64(parts[0]), let slash = parts[1].lastIndex(of: "/"),
        let index = Int64(parts[1][parts[1].index(after: slash)...])
      else { return nil }
      self.init(time: time, index: index, origin: String(parts[1][..<slash]))
    }
  }

  let place: Place
  /// The log's id.
  let log: [UInt8]
  /// A word of `Contribution`; nil: the type of its record.
  let word: String?
  /// Its row in `entry`, and the purposes of its record; nil: it is gone.
  let row: (number: Int64, purposes: Int64)?

  var author: String { PartnerFacts.node(place.origin) }
  /// `nl/1/17`
  var entry: String { "\(place.origin)/\(place.index)" }

  /// - Parameter record: its own; empty where it counts by a word.
  func counted(_ record: [UInt8]) -> CountedEntry {
    let read = word == nil ? SharedRecord.read(record) : nil
    return CountedEntry(
      entry: entry, log: Hex.encode(log),
      counted: word ?? read?.knownType?.rawValue ?? RecordSummary.otherType,
      correction: read?.common.change != nil, time: Int(place.time))
  }
}

extension PairEntry {
  private init(
    _ row: Statement, _ log: PartnerFacts.LogRow, _ word: String?,
    _ numbers: (number: Int64, purposes: Int64)?
  ) {
    place = Place(time: row.integer(0), index: row.integer(1), origin: log.origin)
    self.log = log.id
    self.word = word
    self.row = numbers
  }

  /// - Parameter row: of `PartnerFacts.entries`.
  init(standing row: Statement, _ log: PartnerFacts.LogRow, today: Int64) {
    let isMalformed = row.integer(3) != 0
    let word =
      PairEntry.isExpired(row, today)
      ? Contribution.expired : isMalformed ? Contribution.malformed : nil
    self.init(row, log, word, (number: row.integer(4), purposes: row.integer(5)))
  }

  /// - Parameter row: of `PartnerFacts.entries`.
  init(gone row: Statement, _ log: PartnerFacts.LogRow, today: Int64) {
    let isExpired = row.integer(4) != 0 || PairEntry.isExpired(row, today)
    self.init(row, log, isExpired ? Contribution.expired : Contribution.withdrawn, nil)
  }

  private static func isExpired(_ row: Statement, _ today: Int64) -> Bool {
    row.integer(2) > 0 && row.integer(2) <= today
  }
}
