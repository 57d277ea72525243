public import Log

/// May a record leave this node, and how? Every way out asks this, and nothing else decides
/// (Protocols/records.md, 11).
public enum Release {
  /// The ways on which a record leaves.
  public enum Way: Hashable, Sendable, CaseIterable {
    /// Its key is passed on to another node.
    case reshare
    /// Its proof is written to a file that a court may get.
    case evidence
    /// Its text is written to a file, or printed for a program.
    case export
    /// It is shown to a person of this agency.
    case show
  }

  /// A leave that this node holds.
  public enum Leave: Hashable, Sendable {
    /// Its author's consent, which counts at this moment, for this way and this receiver.
    case consent
    /// This node and the receiver are both members of the version of the group that it names.
    case group
  }

  /// The answer.
  public enum Decision: Hashable, Sendable {
    /// The marks go with it.
    case allowed(marks: [String])
    /// A clause without a full stop, a sentence, and whether asking its author may help.
    case refused(reason: String, hint: String, mayAsk: Bool)
  }

  /// - Parameters:
  ///   - author: who published it.
  ///   - own: this node.
  ///   - leaves: those that were found for it; what they are about was checked.
  public static func decide(
    _ common: CommonFields, author: NodeName, own: NodeName, way: Way, leaves: Set<Leave>
  ) -> Decision {
    let rules = HandlingRules(common)
    let allowed = Decision.allowed(marks: rules.marks)
    guard author != own else { return allowed }
    switch way {
    case .show, .export: return allowed
    case .evidence: return evidence(rules, author, leaves) ?? allowed
    case .reshare: return reshare(rules, author, leaves) ?? allowed
    }
  }

  private static func evidence(
    _ rules: HandlingRules, _ author: NodeName, _ leaves: Set<Leave>
  ) -> Decision? {
    guard rules.isBarredFromCourt, !leaves.contains(.consent) else { return nil }
    return .refused(
      reason: "it may not be used in court without the leave of \(author) (H1)",
      hint: "Ask \(author) for its consent to use it in court.", mayAsk: true)
  }

  private static func reshare(
    _ rules: HandlingRules, _ author: NodeName, _ leaves: Set<Leave>
  ) -> Decision? {
    switch rules.onward {
    case .none:
      return .refused(
        reason: "\(author) allows nobody to pass it on", hint: "Name \(author) to who needs it.",
        mayAsk: false)
    case .withinGroup where leaves.contains(.group): return nil
    case .askOriginator where leaves.contains(.consent): return nil
    case .withinGroup where leaves.contains(.consent): return nil
    case .withinGroup:
      return .refused(
        reason: "it may be passed on within its group alone, and the receiver is not of it",
        hint: "Ask \(author) for its consent.", mayAsk: true)
    case .askOriginator:
      return .refused(
        reason: "\(author) has to be asked before it is passed on",
        hint: "Ask \(author) for its consent.", mayAsk: true)
    }
  }
}
