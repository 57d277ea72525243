internal import HubInterface
internal import Records

/// A question that may be answered: who asks, for which purpose, and why.
struct CheckedLook: Hashable, Sendable {
  let user: String
  let purpose: Purpose
  let reason: String
  let caseNumber: Int?

  /// A record is shown to a look of one of its purposes alone. One that names no purpose breaks the
  /// rules, and is shown with that mark.
  func sees(_ purposes: Int64) -> Bool {
    purposes & (purpose.bit | Purpose.unnamedBit) != 0
  }
}

extension Purpose {
  /// Its bit in `entry.purposes`.
  var bit: Int64 {
    switch self {
    case .ct: 1
    case .soc: 2
    case .finance: 4
    case .border: 8
    case .missing: 16
    }
  }

  static let unnamedBit: Int64 = 1 << 30

  /// - Parameter terms: a word that this version does not know is somebody else's purpose.
  static func bits(_ terms: [Term<Purpose>]) -> Int64 {
    terms.isEmpty ? unnamedBit : terms.reduce(0) { $0 | ($1.value?.bit ?? 0) }
  }
}
