import Crypto
import Log
import Runtime
import Store

/// The contents of a backup or a restored folder.
public struct CopySummary: Codable, Hashable, Sendable {
  /// One log that was copied.
  public struct Log: Codable, Hashable, Sendable {
    /// `nl/1`
    public var origin: String
    /// Entries that the copy holds.
    public var size: UInt64
  }
  /// One for each that was copied.
  public var logs: [Log]
  /// The first problems of the copy, in words.
  public var problems: [String]
  /// All of them, those in `problems` included.
  public var problemCount: Int
}

/// A consistent copy of a node without its secrets: logs, card, roster, evidence.
public enum Backup {
  /// Copies a node whose daemon is not running: the caller has the folder's lock. The folder is not
  /// changed.
  public static func run(
    _ folder: NodeFolder, to target: String
  ) throws(IdentityError) -> CopySummary {
    try prepare(folder, target).run { source, disk, salt throws(StoreCopyError) in
      try StoreCopy.run(closed: source, to: disk, salt: salt)
    }
  }

  /// Copies a running node, beside it.
  /// - Parameter snapshot: of its store.
  static func run(
    _ folder: NodeFolder, _ snapshot: StoreSnapshot, to target: String, until flag: StopFlag
  ) throws(IdentityError) -> CopySummary {
    try prepare(folder, target).run { source, disk, salt throws(StoreCopyError) in
      try StoreCopy(from: source, to: disk, goesOn: { !flag.isStopped }).run(snapshot, salt: salt)
      return snapshot
    }
  }

  static func prepare(
    _ folder: NodeFolder, _ target: String
  ) throws(IdentityError) -> NodeCopy {
    let card = try CardFile.own(folder)
    try NodeCopy.check(target, source: folder.root)
    return NodeCopy(source: folder.root, target: NodeFolder(target), card: card)
  }
}
