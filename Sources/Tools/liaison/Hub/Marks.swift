import HubInterface

/// Warnings about a record before it is used. They stand before everything else that is shown of
/// it.
enum Marks {
  /// The hub's marks, and what the record itself says: a mark that the hub left out must not be
  /// missing here.
  static func all(_ found: Found, _ record: RecordFields?) -> [String] {
    var marks = found.marks.map(emphasised)
    guard let record else {
      return marks + (names("malformed", in: marks) ? [] : ["MALFORMED: it is no JSON object"])
    }
    if let category = record.words("category"), protected.contains(category),
      !names(category, in: marks)
    {
      marks.append("\(category.uppercased()): not to be treated as a suspect")
    }
    for code in record["handling"]?.elements.map(\.words) ?? [] {
      guard let meaning = meaning(code, of: found.author), !names(code, in: marks) else { continue }
      marks.append("\(code): \(meaning)")
    }
    if let caveat = record.words("caveat"), !marks.contains(where: { $0.hasSuffix(caveat) }) {
      marks.append("CAVEAT: \(caveat)")
    }
    for warning in record["warning"]?.elements.prefix(warningsShown).map(\.words) ?? []
    where !marks.contains(where: { $0.hasSuffix(warning) }) {
      marks.append("WARNING: \(warning)")
    }
    return marks
  }

  /// True when a mark has this word.
  private static func names(_ word: String, in marks: [String]) -> Bool {
    let word = word.lowercased()
    return marks.contains { mark in
      mark.lowercased().split { !$0.isLetter && !$0.isNumber }.contains { $0 == word }
    }
  }

  private static let protected: Set = ["victim", "witness"]

  /// Europol's handling codes; nil: H0 restricts nothing, and others are not known.
  private static func meaning(_ code: String, of author: String) -> String? {
    switch code {
    case "H1": "not in court without consent of \(author)"
    case "H2": "not to be passed on without consent of \(author)"
    case "H3": "other restrictions apply"
    default: nil
    }
  }

  /// Words that nobody may overlook stand in capitals.
  static func emphasised(_ mark: String) -> String {
    let words = mark.split(separator: " ", omittingEmptySubsequences: false)
    return words.map { word in
      loud.contains(word.lowercased().filter(\.isLetter)) ? word.uppercased() : String(word)
    }.joined(separator: " ")
  }

  private static let loud: Set = ["disputed", "late", "victim", "witness", "malformed", "warning"]
  private static let warningsShown = 16

  /// A line for each.
  static func lines(_ marks: [String], indent: Int) -> String {
    marks.map { "!! \($0)".wrapped(indent: indent) }.joined()
  }
}
