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

  private static func make(_ name: String, _ folder: NodeFolder) throws {
    let passphrase = Array("a passphrase for tests".utf8)
    _ = try NodeInit.run(
      name: NodeName(name), folder: folder, recoveryPath: folder.defaultRecovery,
      tokenPath: folder.defaultToken, address: nil,
      passphrase: GuardedBytes(copying: passphrase.span), cost: cheap)
  }

  /// Nobody tries passphrases here, and most of the time would go there.
  private static let cheap = PassphraseCost(passes: 1, memoryBytes: 8_192)

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
    try FileManager.default.copyItem(atPath: other.root, toPath: folder.root)
    try FileManager.default.copyItem(atPath: other.defaultToken, toPath: folder.defaultToken)
    return folder
  }

  private func copy(_ name: String, to folder: NodeFolder) throws {
    let template = NodeFolder(NodeTemplates.root.appendingPathComponent(name).path)
    // Others wait: two at once would need the memory twice.
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
    for (from, to) in [
      (template.root, folder.root), (template.defaultRecovery, folder.defaultRecovery),
      (template.defaultToken, folder.defaultToken),
    ] { try files.copyItem(atPath: from, toPath: to) }
  }
}
