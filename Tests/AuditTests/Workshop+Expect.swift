import Foundation
import Runtime
import Store
import Testing

extension Workshop {
  /// Expects the same words of both verifiers about a folder.
  func expect(
    _ folder: DataFolder, _ last: String, says place: String = "checked", fsckIsClean: Bool? = nil
  ) throws {
    let given = try cards(folder.authors)
    for opinion in [try swift(folder.url, given), try python(folder.url, given)] {
      #expect(opinion.last == last, "\(opinion.output)")
      #expect(opinion.says(place), "\(place) not in\n\(opinion.output)")
    }
    if let fsckIsClean {
      let report = try Fsck.run(on: try FileDisk(folder: folder.url.path))
      #expect(report.isClean == fsckIsClean, "\(report.findings)")
    }
  }

  func write(_ folder: DataFolder, _ name: String, _ bytes: some Sequence<UInt8>) throws {
    let file = folder.url.appendingPathComponent(name)
    try FileManager.default.createDirectory(
      at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(bytes).write(to: file)
  }
}
