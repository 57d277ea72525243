import Testing

@Suite("Types and functions stay small")
struct SizeTests {
  private static let sources = Result { try SourceFile.all("Sources") }
  private let sources: [SourceFile]

  init() throws { sources = try SizeTests.sources.get() }

  private static let linesOfType = 1_000
  /// Types that are larger, over all their files, and may only become smaller.
  private static let larger = [
    "Replicator": 4_060, "HubService": 1_200,
    "Replica": 1_300,
  ]

  @Test("No type has more lines over all its files than a reader can hold")
  func types() {
    var lines: [String: Int] = [:]
    for file in sources {
      for (type, count) in file.types { lines[type, default: 0] += count }
    }
    for (type, count) in lines.sorted(by: { $0.key < $1.key }) {
      let most = SizeTests.larger[type] ?? SizeTests.linesOfType
      #expect(count <= most, "\(type) has \(count) lines over all its files, \(most) at most")
    }
    for (type, most) in SizeTests.larger {
      #expect(lines[type] ?? 0 > most - 200, "\(type) became smaller: lower its number")
    }
  }

  private static let linesOfFunction = 75

  @Test("No function is longer than a screen")
  func functions() {
    for file in sources {
      for function in file.functions {
        #expect(
          function.lines <= SizeTests.linesOfFunction,
          "\(file.path):\(function.number) has \(function.lines) lines")
      }
    }
  }
}

extension SourceFile {
  /// Lines of each type that is declared or extended at the beginning of a line.
  fileprivate var types: [(name: String, lines: Int)] {
    let kinds: Set<Substring> = ["struct", "class", "enum", "extension", "actor"]
    var found: [(String, Int)] = []
    var open: (name: String, start: Int)?
    for (place, line) in lines.enumerated() where !line.hasPrefix(" ") && !line.isEmpty {
      if line.hasPrefix("}"), let type = open {
        found.append((type.name, place - type.start + 1))
        open = nil
      } else if open == nil, !isComment(line) {
        let words = line.split(separator: " ")
        if let kind = words.firstIndex(where: kinds.contains), kind + 1 < words.count {
          let name = words[kind + 1].prefix { $0.isLetter || $0.isNumber || $0 == "_" }
          open = (String(name), place)
        }
      }
    }
    return found
  }

  /// Functions whose end stands under their beginning, as the formatter writes them.
  fileprivate var functions: [(number: Int, lines: Int)] {
    var found: [(Int, Int)] = []
    var open: (indent: Int, start: Int)?
    for (place, line) in lines.enumerated() {
      let indent = line.utf8.prefix { $0 == 0x20 }.count
      if let function = open {
        guard indent == function.indent, !line.isEmpty else { continue }
        // A protocol asks for it, and has no body.
        if line.hasSuffix(")") || line.dropFirst(indent).hasPrefix("func ") { open = nil }
        guard line.dropFirst(indent).hasPrefix("}") else { continue }
        found.append((function.start + 1, place - function.start + 1))
        open = nil
      } else if !isComment(line), line.hasSuffix("{") || line.hasSuffix("("),
        line.contains("func ") || line.contains(" init(") || line.contains(" init?(")
      {
        open = (indent, place)
      }
    }
    return found
  }
}
