/// A mistake planted in whoever carries out what the core and the store say, to see that a campaign finds it.
public enum NetworkBug: String, CaseIterable, Sendable {
  /// A batch is reported as done before it is: heads are announced before their fsync, and entries lost.
  case answersEarly = "answers-early"
  /// A batch is reported as done twice.
  case answersTwice = "answers-twice"

  var ofDisk: DiskBug? {
    switch self {
    case .answersEarly: .answersEarly
    case .answersTwice: .answersTwice
    }
  }
}
