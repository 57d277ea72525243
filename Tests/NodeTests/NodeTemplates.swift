import Foundation
import Log
import Node
import Secrets
import Synchronization

/// Nodes that were made once and are copied, one of each name. Gone when the process ends.
final class NodeTemplates: Sendable {
  static let shared = NodeTemplates()
  private static let root = FileManager.default.temporaryDirectory
    .appendingPathComponent("liaison-templates-\(getpid())")
  private let made = Mutex<Set<String>>([])

  private init() {
    atexit { try? FileManager.default.removeItem(at: NodeTemplates.root) }
  }

  static let passphrase = "a passphrase for tests"
  static var guardedPassphrase: GuardedBytes { GuardedBytes(copying: Array(passphrase.utf8).span) }

  private static func make(_ name: String, _ folder: NodeFolder) throws {
    _ = try NodeInit.run(
      name: NodeName(name), folder: folder, recoveryPath: folder.defaultRecovery,
      tokenPath: folder.defaultToken, address: nil,
      passphrase: guardedPassphrase, cost: cheap)
  }

  /// Nobody tries passphrases here, and most of the time would go there.
  static let cheap = PassphraseCost(passes: 1, memoryBytes: 8_192)

  /// A folder as `liaison init` makes it, with the recovery file and the token beside it.
  ///
  /// - Parameter isNew: with keys of its own, as another operator's by the same name.
  static func folder(_ name: String, in root: URL, isNew: Bool) throws -> NodeFolder {
    let folder = NodeFolder(root.appendingPathComponent(name).path)
    if isNew { try make(name, folder) } else { try shared.copy(name, to: folder) }
    return folder
  }

  /// A copy of a stopped node's folder and token, under another path.
  static func copy(of other: NodeFolder, as path: String, in root: URL) throws -> NodeFolder {
    let folder = NodeFolder(root.appendingPathComponent(path).path)
    try copyFolder(other.root, to: folder.root)
    try FileManager.default.copyItem(atPath: other.defaultToken, toPath: folder.defaultToken)
    return folder
  }

  private func copy(_ name: String, to folder: NodeFolder) throws {
    let template = NodeFolder(NodeTemplates.root.appendingPathComponent(name).path)
    // Others wait for the one that makes it.
    try made.withLock { made in
      guard made.insert(name).inserted else { return }
      try FileManager.default.createDirectory(
        at: NodeTemplates.root, withIntermediateDirectories: true)
      try NodeTemplates.make(name, template)
    }
    let files = FileManager.default
    try files.createDirectory(
      atPath: URL(fileURLWithPath: folder.root).deletingLastPathComponent().path,
      withIntermediateDirectories: true)
    try NodeTemplates.copyFolder(template.root, to: folder.root)
    for (from, to) in [
      (template.defaultRecovery, folder.defaultRecovery),
      (template.defaultToken, folder.defaultToken),
    ] { try files.copyItem(atPath: from, toPath: to) }
  }

  // MARK: Files

  /// Journals and reserve are 80 MiB of zeros, almost: those are not written again for each node.
  private static let large = ["journal.0", "journal.1", "reserve"]

  static func copyFolder(_ from: String, to: String) throws {
    let files = FileManager.default
    try files.createDirectory(atPath: to, withIntermediateDirectories: false)
    for name in try files.contentsOfDirectory(atPath: from) {
      if large.contains(name) {
        try copyLarge("\(from)/\(name)", to: "\(to)/\(name)")
      } else {
        try files.copyItem(atPath: "\(from)/\(name)", toPath: "\(to)/\(name)")
      }
    }
  }

  private static let pieceBytes = 1 << 20
  private static let zeros = Data(count: pieceBytes)

  /// A copy with the same blocks, of which those that hold nothing are reserved alone.
  private static func copyLarge(_ from: String, to: String) throws {
    let source = try FileHandle(forReadingFrom: URL(fileURLWithPath: from))
    defer { try? source.close() }
    _ = FileManager.default.createFile(
      atPath: to, contents: nil, attributes: [.posixPermissions: 0o600])
    let target = try FileHandle(forWritingTo: URL(fileURLWithPath: to))
    defer { try? target.close() }
    guard posix_fallocate(target.fileDescriptor, 0, off_t(try source.seekToEnd())) == 0 else {
      throw TestFailure("no room for \(to)")
    }
    try source.seek(toOffset: 0)
    while let piece = try source.read(upToCount: pieceBytes), !piece.isEmpty {
      let place = try source.offset() - UInt64(piece.count)
      if piece == zeros { continue }
      try target.seek(toOffset: place)
      try target.write(contentsOf: piece)
    }
  }
}
