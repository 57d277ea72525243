import Foundation
import Testing

@Suite("What the repository promises of its own text")
struct TextTests {
  private static let files = Result {
    try SourceFile.all("Sources") + SourceFile.all("Tests") + SourceFile.all("Package.swift")
  }
  private let files: [SourceFile]

  init() throws { files = try TextTests.files.get() }

  private var sources: [SourceFile] { files.filter { $0.path.hasPrefix("Sources/") } }

  /// A key that is missing is a case to handle, and not the end of a process that a peer can bring
  /// about.
  @Test("Nothing from a collection is unwrapped by force")
  func noForcedLookUp() {
    for file in sources {
      for line in file.code {
        #expect(!line.text.contains("]!"), "\(file.path):\(line.number): \(line.text)")
      }
    }
  }

  @Test("Comments keep the columns that code keeps")
  func columns() {
    for file in files where !file.path.hasSuffix("WordTable.swift") {
      for (place, line) in file.lines.enumerated()
      where line.utf8.count > 100 && line.count > 100 && file.isComment(line) {
        // A word that cannot be broken is no fault: an address, a path.
        let words = line.split(separator: " ")
        #expect(words.count <= 2, "\(file.path):\(place + 1) has \(line.count) columns")
      }
    }
  }

  @Test("Whoever says that a type is Sendable unchecked says why, beside it")
  func uncheckedSendable() {
    for file in sources {
      for (place, line) in file.lines.enumerated() where line.contains("@unchecked Sendable") {
        let around = file.lines[max(0, place - 4)...min(file.lines.count - 1, place + 4)]
        #expect(
          around.contains { $0.contains("// Sendable") },
          "\(file.path):\(place + 1) gives no reason: // Sendable: …")
      }
    }
  }

  @Test("A comment names its subject first: no What, Of or Whether before the noun")
  func subjectFirst() throws {
    for file in try sources + SourceFile.all("Tests") + SourceFile.all("Package.swift") {
      for (place, line) in file.lines.enumerated() {
        let words = line.split(separator: " ", maxSplits: 2)
        guard words.count > 1, words[0] == "///" || words[0] == "//" else { continue }
        #expect(
          !["What", "Of", "Whether"].contains(words[1]), "\(file.path):\(place + 1): \(line)")
      }
    }
  }

  /// Where pointers are. A new place is a decision.
  private static let unsafeFolders = [
    "Sources/Bytes/Crypto/", "Sources/Bytes/JSON/", "Sources/Bytes/Secrets/", "Sources/Bytes/Text/",
    "Sources/Bytes/Varlink/", "Sources/Bytes/Wire/", "Sources/Hub/Matching/Folding/",
    "Sources/Hub/Matching/Tables/",
    "Sources/Hub/SQL/", "Sources/System/CommandLine/", "Sources/System/Runtime/",
    "Sources/Tools/Audit/", "Sources/Trials/",
  ]

  @Test("`unsafe` stands where it is known to stand")
  func unsafeCode() {
    for file in sources where !TextTests.unsafeFolders.contains(where: file.path.hasPrefix) {
      for line in file.code {
        let words = line.text.split { !$0.isLetter && $0 != "_" }
        #expect(!words.contains("unsafe"), "\(file.path):\(line.number): \(line.text)")
      }
    }
  }

  @Test("The version is that of CHANGELOG")
  func version() throws {
    let log = try #require(try SourceFile.all("CHANGELOG.md", "").first)
    let newest = try #require(log.lines.first { $0.hasPrefix("## ") }).dropFirst(3)
    let release = try #require(files.first { $0.path == "Sources/Bytes/Text/Release.swift" })
    #expect(release.lines.contains { $0.contains("\"\(newest)\"") }, "CHANGELOG says \(newest)")
  }

  @Test("Every script that the test command names is there and can be run")
  func steps() throws {
    let script = try #require(try SourceFile.all("Deploy/test.sh", "").first)
    let text = script.lines.joined(separator: "\n")
    let paths = text.matches(of: /(?:Deploy|Tests)\/[\w\/-]+\.(?:sh|py)/).map { String($0.output) }
    #expect(paths.count > 20)
    for path in paths {
      let file = SourceFile.top.appendingPathComponent(path).path
      #expect(FileManager.default.fileExists(atPath: file), "\(path) is not there")
      if path.hasSuffix(".sh") {
        #expect(FileManager.default.isExecutableFile(atPath: file), "\(path) cannot be run")
      }
    }
  }
}
