/// The leave that a record's author gives, as far as its codes say it (Protocols/records.md, REC-6
/// to REC-9). A code that is not known counts as the strictest of its kind.
public struct HandlingRules: Hashable, Sendable {
  /// H1, or a code that is not known: not in court without its author's leave.
  public let isBarredFromCourt: Bool
  /// The leave to pass it on, after all codes were looked at.
  public let onward: Onward
  /// Sentences that stand before the record wherever it is shown, the gravest first.
  public let marks: [String]

  /// The record as it was read, received or own.
  public init(_ common: CommonFields) {
    let codes = common.handling.map(\.value)
    let isUnknown = codes.contains(nil)
    isBarredFromCourt = isUnknown || codes.contains(.h1)
    onward = HandlingRules.onward(common, isUnknown: isUnknown)
    var marks: [String] = []
    if codes.contains(.h1) { marks.append("H1: not in court without its author's leave") }
    if codes.contains(.h2) {
      marks.append("H2: not to be passed on without its author's leave")
    }
    if codes.contains(.h3) {
      marks.append("H3: \(common.caveat ?? "its author set a condition")")
    }
    for term in common.handling where term.value == nil {
      marks.append(
        "\(term.text): a code that is not known here; neither passed on nor used in court")
    }
    if let tlp = common.tlp { marks.append("TLP \(tlp)") }
    self.marks = marks
  }

  private static func onward(_ common: CommonFields, isUnknown: Bool) -> Onward {
    // Absent: ask. A word that is not known: the strictest.
    let said = common.onward.map { $0.value ?? .none } ?? .askOriginator
    var rules = [said]
    if isUnknown { rules.append(.none) }
    if common.handling.contains(where: { $0.value == .h2 }) { rules.append(.askOriginator) }
    if let tlp = common.tlp { rules.append(TrafficLight(tlp).onward) }
    return rules.min { $0.strictness > $1.strictness } ?? .none
  }
}

/// The Traffic Light Protocol, version 2.0 (FIRST): how far a receiver may carry a record.
enum TrafficLight {
  case red, amberStrict, amber, green, clear

  /// A label that is not of version 2.0 is red.
  init(_ label: String) {
    let label = label.uppercased()
    switch label.hasPrefix("TLP:") ? String(label.dropFirst(4)) : label {
    case "AMBER+STRICT": self = .amberStrict
    case "AMBER": self = .amber
    case "GREEN": self = .green
    case "CLEAR": self = .clear
    default: self = .red
    }
  }

  /// The least that it demands.
  var onward: Onward {
    switch self {
    case .red: .none
    case .amberStrict, .amber: .askOriginator
    // Wider than a group: what the record itself says counts.
    case .green, .clear: .withinGroup
    }
  }
}

extension Onward {
  fileprivate var strictness: Int {
    switch self {
    case .none: 2
    case .askOriginator: 1
    case .withinGroup: 0
    }
  }
}
