import Foundation

/// The project's own text, as tests look at it.
struct SourceFile {
  /// The path from the top of the repository.
  let path: String
  let lines: [String]

  /// `Sources/<floor>/<target>/…`
  var target: String {
    let parts = path.split(separator: "/")
    return parts.count > 3 ? String(parts[2]) : ""
  }

  var floor: String {
    let parts = path.split(separator: "/")
    return parts.count > 3 ? String(parts[1]) : ""
  }

  /// Names of modules, whatever stands before `import`.
  var imports: [String] {
    lines.filter { $0.utf8.contains(0x20) && $0.contains("import ") }.compactMap { line in
      let words = line.split(separator: " ")
      guard let place = words.firstIndex(of: "import"), place <= 2, place + 1 < words.count,
        !line.hasPrefix("//")
      else { return nil }
      return String(words[place + 1])
    }
  }

  /// Without comments.
  var code: [(number: Int, text: String)] {
    lines.enumerated().compactMap { place, line in isComment(line) ? nil : (place + 1, line) }
  }

  func isComment(_ line: String) -> Bool {
    line.utf8.drop { $0 == 0x20 }.starts(with: "//".utf8)
  }

  static let top = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

  /// The file `place`, or every file below that folder whose name ends like this.
  static func all(_ place: String, _ end: String = ".swift") throws -> [SourceFile] {
    let root = top.appendingPathComponent(place)
    let isFolder = try root.resourceValues(forKeys: [.isDirectoryKey]).isDirectory == true
    guard isFolder else { return [try read(root)] }
    guard let walk = FileManager.default.enumerator(at: root, includingPropertiesForKeys: nil)
    else { return [] }
    var files: [SourceFile] = []
    for case let url as URL in walk where url.lastPathComponent.hasSuffix(end) {
      files.append(try read(url))
    }
    return files.sorted { $0.path < $1.path }
  }

  private static func read(_ url: URL) throws -> SourceFile {
    let text = try String(contentsOf: url, encoding: .utf8)
    return SourceFile(
      path: String(url.path.dropFirst(top.path.count + 1)),
      lines: text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init))
  }
}
