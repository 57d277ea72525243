internal import HubInterface

/// What was found for one line of a list.
struct ScreenedPassenger: Sendable {
  struct Hit: Sendable {
    var stored: StoredRecord
    var band: Band
    /// By name, not by a document.
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
}
