internal import Matching
internal import Records

/// The owner of a question: a watch that somebody made, or a person that this node published.
enum WatchID: Hashable, Sendable {
  case watch(Int64)
  /// `nl:x`
  case own(String)

  var number: Int64 { if case .watch(let number) = self { number } else { 0 } }
  var ref: String { if case .own(let ref) = self { ref } else { "" } }

  init(number: Int64, ref: String) { self = ref.isEmpty ? .watch(number) : .own(ref) }
}

/// A watch as it is compared: what somebody wants to be told of.
struct Watcher: Hashable, Sendable {
  let id: WatchID
  let revision: Int64
  /// `Purpose` bits.
  let purposes: Int64
  /// Less is not told.
  let least: Band
  /// The person, and the organisation where it may be one.
  let fields: [ComparedFields]
  /// Folded.
  let documents: [String]
  /// `+` and digits, or digits alone.
  let phones: [String]

  func sees(_ purposes: Int64) -> Bool {
    self.purposes & purposes != 0 || Purpose.isUnnamed(purposes)
  }
}

extension Purpose {
  /// A record that names no purpose at all: every look sees it, with a mark (HUB-41).
  static func isUnnamed(_ bits: Int64) -> Bool { bits & unnamedBit != 0 }
}
