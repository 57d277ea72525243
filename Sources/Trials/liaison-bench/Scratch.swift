import Foundation

/// A folder of this run alone, removed at the end whatever happened.
final class Scratch {
  let url: URL

  init(in parent: String) throws {
    url = URL(fileURLWithPath: parent)
      .appendingPathComponent("liaison-bench-\(ProcessInfo.processInfo.processIdentifier)")
      .appendingPathComponent(UUID().uuidString)
    Interruption.shared.add(folder: url.deletingLastPathComponent())
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
  }

  deinit {
    try? FileManager.default.removeItem(at: url)
    // The run's folder goes with the last of its scratch folders; before that it is not empty.
    let parent = url.deletingLastPathComponent().path
    if (try? FileManager.default.contentsOfDirectory(atPath: parent))?.isEmpty == true {
      try? FileManager.default.removeItem(atPath: parent)
    }
  }

  func folder(_ name: String) throws -> String {
    let folder = url.appendingPathComponent(name)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    return folder.path
  }

  func file(_ name: String) -> String { url.appendingPathComponent(name).path }
}
