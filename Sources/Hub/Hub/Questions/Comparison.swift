internal import HubInterface
internal import Matching
internal import Records

/// Two persons or organisations side by side.
struct Comparison {
  let left: StoredRecord
  let right: StoredRecord
  let match: ExplainedMatch

  init(_ questions: Questions, _ left: String, _ right: String) throws {
    self.left = try questions.record(left)
    self.right = try questions.record(right)
    questions.show(self.left)
    questions.show(self.right)
    guard let asked = Evidence(of: self.left.read()), let listed = Evidence(of: self.right.read())
    else {
      throw HubError.refused(
        reason:
          "\(self.left.name) is a record of type \(self.left.type), \(self.right.name) of type \(self.right.type)",
        hint: "persons and organisations are compared")
    }
    match = ExplainedMatch(asked, listed)
  }
}
