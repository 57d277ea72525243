import Log
import Replica
import Replication

extension Replica {
  /// `be/1` of a log, `be` of all of a node; nil for all that a peer sends.
  func label(_ part: UnreadPart) -> String? {
    switch part {
    case .all: nil
    case .author(let name): name.text
    case .log(let log): name(of: log)
    }
  }
}
