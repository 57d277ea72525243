internal import HubInterface

/// The findings for one line of a list.
struct ScreenedPassenger: Sendable {
  struct Hit: Sendable {
    var stored: StoredRecord
    var band: Band
    /// True for a hit by name, not by a document.
    var isNamed: Bool
    var points: Int
    var rows: [Row]
    var sentence: String
    /// Filled in when it is kept.
    var number: Int64 = 0
    var isKnown = false
  }

  let line: Int
  /// A keyed hash.
  let traveller: [UInt8]
  /// He has a document and a date of birth.
  let isDocumented: Bool
  var hits: [Hit] = []
  var notes: [String] = []

  var band: Band? { hits.map(\.band).max() }
}

/// A part of a list, and records that its look must not see.
struct ScreenedPart: Sendable {
  var passengers: [ScreenedPassenger] = []
  var hidden: Set<Int64> = []
  var hiddenFrom: Set<String> = []

  /// Where the records of all hits are more than an answer takes, each passenger keeps the first of
  /// his, and is told so.
  mutating func fit() {
    let bytes = passengers.reduce(0) { $0 + $1.hits.reduce(0) { $0 + $1.stored.record.count } }
    guard bytes > HubLimits.answerBytes else { return }
    for place in passengers.indices where passengers[place].hits.count > 1 {
      let more = passengers[place].hits.count - 1
      passengers[place].hits.removeLast(more)
      passengers[place].notes.append("\(more) more hits: screen this passenger alone")
    }
  }
}
