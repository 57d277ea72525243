import Crypto
import Groups
import JSON
package import Log
import Sealing

extension GroupRefusal {
  /// For the operator.
  func error(_ group: GroupName) -> ControlError {
    .refused(reason: reason(group), hint: hint(group))
  }

  /// Completes nothing: a clause of its own.
  func reason(_ group: GroupName) -> String {
    switch self {
    case .unknown: "no version of \(group) was read here"
    case .unreadable(let problem): "the newest version of \(group) cannot be used: \(problem.words)"
    case .twofold:
      "\(group.convener) made two records of the newest version of \(group): its defect"
    case .tornOff:
      "the newest version of \(group) names another one before it than was read: a defect of "
        + "\(group.convener)"
    case .notAccepted: "\(group) was not accepted here"
    case .left: "this node left \(group)"
    case .notMember: "this node is no member of the newest version of \(group)"
    case .older(let number):
      "version \(number) of \(group) was accepted, and only older ones can be read here"
    case .nobodyElse: "no other member of \(group) is accepted: it would be sealed to nobody"
    }
  }

  func hint(_ group: GroupName) -> String {
    switch self {
    case .unknown: "see liaison group list; a version comes with its convener's log"
    case .unreadable, .older: "wait until it came, or ask \(group.convener) for another version"
    case .twofold, .tornOff: "ask \(group.convener) for another version"
    case .notAccepted, .left, .nobodyElse:
      "see liaison group show \(group), then liaison group accept \(group)"
    case .notMember: "ask \(group.convener)"
    }
  }
}

extension GroupProblem {
  fileprivate var words: String {
    switch self {
    case .form: "it breaks the form of a group"
    case .newerVersion: "it is of a later version of Liaison"
    case .members: "its members break the rules"
    case .notHere: "it is not here yet"
    case .disputed: "it stands where the log is disputed or ended"
    }
  }
}

/// The version of a group that a record names (Protocols/records.md, REC-63).
package struct GroupCitation: Hashable {
  package let version: GroupVersion

  /// - Returns: nil unless the record names one.
  package init?(_ record: [UInt8]) {
    guard let record = try? Record(checking: record) else { return nil }
    var reader = JSONReader(JSONText(record))
    var (name, hash): (String?, String?)
    guard (try? reader.beginObject()) != nil else { return nil }
    while let key = (try? reader.nextKey()) ?? nil {
      switch key {
      case "group": name = try? reader.text()
      case "groupHash": hash = try? reader.text()
      default: reader.skip()
      }
    }
    guard let name, let hash, let digest = Hex.decode(hash).flatMap({ Digest($0) }),
      let version = GroupVersion(name, hash: digest)
    else { return nil }
    self.version = version
  }
}
