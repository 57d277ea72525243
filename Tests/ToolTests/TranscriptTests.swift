import Foundation
import Testing

/// The texts that operators and analysts read, whole: a change of a word is a difference that
/// somebody looks at. LIAISON_REWRITE_TRANSCRIPTS=1 writes the files of `Tests/Transcripts` anew.
@Suite("Help and errors of liaison, as Tests/Transcripts have them")
struct TranscriptTests {
  /// `$ liaison …`, what it printed, and how it ended where that was no success.
  private func said(_ words: [String], input: String = "") throws -> String {
    let result = try ToolProcess.run(words, input: input)
    let end = result.status == 0 ? "" : "[\(result.status)]\n"
    let command = words.map { $0.contains(" ") ? "'\($0)'" : $0 }.joined(separator: " ")
    return "$ liaison \(command)\n" + result.output + result.errors + end + "\n"
  }

  private func check(_ name: String, _ text: String) throws {
    let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent().appendingPathComponent("Transcripts/\(name).txt")
    if ProcessInfo.processInfo.environment["LIAISON_REWRITE_TRANSCRIPTS"] == "1" {
      try Data(text.utf8).write(to: file)
    }
    let kept = try String(contentsOf: file, encoding: .utf8)
    let lines = zip(
      kept.split(separator: "\n", omittingEmptySubsequences: false),
      text.split(separator: "\n", omittingEmptySubsequences: false))
    let first = lines.first { $0 != $1 }
    #expect(
      kept == text,
      "\(name).txt has \"\(first?.0 ?? "less")\" where \"\(first?.1 ?? "less")\" is said")
  }

  @Test("The help of the tool and of each verb")
  func help() throws {
    let whole = try said(["--help"])
    var text = whole
    for line in whole.split(separator: "\n") where line.hasPrefix("  ") && !line.hasPrefix("   ") {
      // Two spaces, the verb in a column of its own, its summary.
      guard let end = line.dropFirst(2).range(of: "  ") else { continue }
      let verb = line[line.index(line.startIndex, offsetBy: 2)..<end.lowerBound]
      guard !verb.hasPrefix("-") else { continue }
      text += try said(verb.split(separator: " ").map(String.init) + ["--help"])
    }
    try check("help", text)
  }

  private static let look = ["--hub", "/nowhere", "--purpose", "ct", "--reason", "a test"]
  private static let mistakes: [(words: [String], input: String)] = [
    (["pubish"], ""), (["peer"], ""), (["publish"], ""), (["status", "--date", "x"], ""),
    (["publish", "--to", "be", "--data", "/nowhere/nl", "x.jsonl"], ""),
    (["show", "nl/1", "--data", "/nowhere"], ""), (["status", "--data", "/nowhere"], ""),
    (["peer", "add", "be.card", "--data", "/nowhere"], ""), (["fsck", "--data", "/nowhere"], ""),
    (["fingerprint", "-"], "no card\n"),
    (["record", "check", "-"], #"{"type":"person",}"# + "\n"),
    (["record", "check", "-"], #"{"type":"person","names":[]}"# + "\n" + #"{"type":"x"}"# + "\n"),
    (["record", "check", "-"], "[1]\n\"x\"\n"),
    (["search", "Muster", "--hub", "/nowhere"], ""),
    (["search", "Muster", "--hub", "/nowhere", "--purpose", "why", "--reason", "x"], ""),
    (["search", "Muster"] + look, ""), (["person", "nl:x"] + look, ""),
    (["watch", "add"] + look, ""), (["alert", "close", "one", "--hub", "/nowhere"], ""),
    (["screen", "/nowhere/list.csv"] + look, ""),
  ]

  @Test("Mistakes that people make, and what they are told")
  func errors() throws {
    let text = try TranscriptTests.mistakes.map { try said($0.words, input: $0.input) }.joined()
    try check("mistakes", text)
  }
}
