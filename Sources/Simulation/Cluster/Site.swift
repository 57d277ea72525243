import Log
import Store

/// A data folder: what a copy of it brings along.
struct Folder {
  var image: DiskImage
  /// node.card and node.key.
  var epoch: UInt32
  /// peers/*.card, in the order of their names.
  var cards: [Card]
  /// DIR/closed.
  var closed: ClosedMark?

  struct ClosedMark {
    let origin: Origin
    let reason: String
  }
}

/// One installation of a node: its folder, the token beside it, and the process, if it runs.
final class Site {
  let number: Int
  let keys: NodeKeys
  var folder: Folder
  var token: RollbackToken?
  var process: NodeProcess?
  /// The machine, the network and the operator let it run.
  var isWanted = true
  /// Entries that were lost with an earlier folder may be signed again here.
  var isRestored = false
  /// How many times a process was started.
  var starts: UInt8 = 0

  init(number: Int, keys: NodeKeys, folder: Folder, token: RollbackToken?) {
    self.number = number
    self.keys = keys
    self.folder = folder
    self.token = token
  }

  var name: NodeName { keys.name }
  /// For traces: the second copy of a node has another number.
  var label: String { "\(name)#\(number)" }
}
