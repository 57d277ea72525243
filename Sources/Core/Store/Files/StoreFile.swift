public import Log

/// One of the files that a log's folder holds (Protocols/store.md, 4).
public enum LogFile: Hashable, Sendable {
  case identity
  case entries
  case hashes
  case nodes
  case bodiesIndex
  /// A body segment by its number, from 0.
  case bodies(UInt32)
  case checkpoints
  case cosignatures
  case control

  /// Every file of a log except its body segments, in the order in which they are made.
  static let fixed: [LogFile] = [
    .identity, .entries, .hashes, .nodes, .bodiesIndex, .checkpoints, .cosignatures, .control,
  ]

  /// - Returns: nil unless it is exactly the name of a segment: eight decimal digits.
  static func segment(named name: String) -> UInt32? {
    guard name.utf8.count == 8, name.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else {
      return nil
    }
    return UInt32(name)
  }

  /// Path inside the log's folder.
  public var name: String {
    switch self {
    case .identity: "identity"
    case .entries: "entries"
    case .hashes: "hashes"
    case .nodes: "nodes"
    case .bodiesIndex: "bodies.index"
    case .bodies(let segment):
      "bodies/" + String(repeating: "0", count: max(0, 8 - String(segment).utf8.count))
        + String(segment)
    case .checkpoints: "checkpoints"
    case .cosignatures: "cosignatures"
    case .control: "control"
    }
  }
}

/// A file of the store, by its meaning. The disk maps it to `path` under the data folder.
public enum StoreFile: Hashable, Sendable {
  case format
  /// `format` while it is written: renamed when it is complete and synced.
  case formatDraft
  /// Journal 0 or 1.
  case journal(Int)
  /// Space set aside, so that a full disk still lets a stop complete.
  case reserve
  /// Entries that may read otherwise than a reader was told (Protocols/readability.md): a file on
  /// the store's disk that is not the store's.
  case readability
  case log(LogID, LogFile)

  /// Path relative to the data folder, without a leading slash.
  public var path: String {
    switch self {
    case .format: "format"
    case .formatDraft: "format.new"
    case .journal(let number): "journal.\(number)"
    case .reserve: "reserve"
    case .readability: "readability"
    case .log(let id, let file): "logs/\(id)/\(file.name)"
    }
  }

  /// The folder that holds the file's name: what must be synced after it is created.
  public var folder: StoreFolder {
    switch self {
    case .format, .formatDraft, .journal, .reserve, .readability: .root
    case .log(let id, .bodies): .bodies(id)
    case .log(let id, _): .log(id)
    }
  }
}

/// A folder of the store.
public enum StoreFolder: Hashable, Sendable {
  /// The data folder itself. The store does not create it.
  case root
  case logs
  case log(LogID)
  case bodies(LogID)

  /// Path relative to the data folder; empty for the data folder itself.
  public var path: String {
    switch self {
    case .root: ""
    case .logs: "logs"
    case .log(let id): "logs/\(id)"
    case .bodies(let id): "logs/\(id)/bodies"
    }
  }
}

extension StoreFile {
  var logID: LogID? {
    if case .log(let id, _) = self { id } else { nil }
  }
}
