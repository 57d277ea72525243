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
  let counted: String
  let isCorrection: Bool
  /// Its row in `entry`, and the purposes of its record; nil: it is gone.
  let row: (number: Int64, purposes: Int64)?

  var author: String { PartnerFacts.node(place.origin) }
}

extension PairEntry {
  /// - Parameter row: of `PartnerFacts.entries`.
  fileprivate init(
    _ row: Statement, _ log: PartnerFacts.LogRow, counted: String, isCorrection: Bool = false,
    _ numbers: (number: Int64, purposes: Int64)?
  ) {
    place = Place(time: row.integer(0), index: row.integer(1), origin: log.origin)
    self.log = log.id
    self.counted = counted
    self.isCorrection = isCorrection
    self.row = numbers
  }

  /// - Parameter row: of `PartnerFacts.entries`.
  init(standing row: Statement, _ log: PartnerFacts.LogRow, today: Int64) {
    let numbers = (number: row.integer(5), purposes: row.integer(6))
    if PairEntry.isExpired(row, today) {
      self.init(row, log, counted: Contribution.expired, numbers)
    } else if row.integer(3) != 0 {
      self.init(row, log, counted: Contribution.malformed, numbers)
    } else {
      let record = SharedRecord.read(row.blob(7))
      self.init(
        row, log, counted: record.knownType?.rawValue ?? RecordSummary.otherType,
        isCorrection: record.common.change != nil, numbers)
    }
  }

  /// - Parameter row: of `PartnerFacts.entries`.
  init(gone row: Statement, _ log: PartnerFacts.LogRow, today: Int64) {
    let isExpired = PairEntry.isExpired(row, today)
    self.init(row, log, counted: isExpired ? Contribution.expired : row.text(4), nil)
  }

  private static func isExpired(_ row: Statement, _ today: Int64) -> Bool {
    row.integer(2) > 0 && row.integer(2) <= today
  }
}
