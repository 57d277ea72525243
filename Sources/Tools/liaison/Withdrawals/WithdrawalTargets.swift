import CommandLine
import Records
import Runtime
import Text

/// Entries that somebody wants withdrawn, and records by their ids, each once, in their order.
struct WithdrawalTargets {
  private(set) var entries: [String] = []
  private(set) var references: [RecordReference] = []
  private var known: Set<String> = []

  /// A court's order of a hundred thousand lines.
  private static let fileBytes = 16 << 20

  var isEmpty: Bool { entries.isEmpty && references.isEmpty }
  var count: Int { entries.count + references.count }

  /// - Parameter place: where it was named, for the refusal.
  mutating func add(_ word: String, at place: String = "") throws(Failure) {
    guard known.insert(word).inserted else { return }
    if word.isEntry {
      entries.append(word)
    } else if let reference = RecordReference(word) {
      references.append(reference)
    } else {
      throw Failure(
        .usage, "\(place)\"\(word)\" is neither an entry nor a record.",
        hint:
          "Write NAME/EPOCH/INDEX, for example nl/1/17, or NODE:ID, for example nl:4711. Nothing was withdrawn."
      )
    }
  }

  /// The lines of a file; all of them are read before anything is done.
  mutating func add(linesOf path: String) throws(Failure) {
    let file: TextFile
    do {
      file = try TextFile(
        try FileSystem.readGiven(path, maxBytes: WithdrawalTargets.fileBytes))
    } catch let error as SystemError {
      throw Failure(input: error)
    } catch {
      throw Failure(.dataError, "\(path): \(error)", hint: "Nothing was withdrawn.")
    }
    for (number, line) in file.lines.enumerated() {
      let text = line.prefix { $0 != "#" }
      let words = text.split { $0 == " " || $0 == "\t" }.map(String.init)
      guard words.count <= 1 else {
        throw Failure(
          .dataError, "\(path), line \(number + 1): more than one word.",
          hint: "Write one entry or NODE:ID a line. Nothing was withdrawn.")
      }
      if let word = words.first { try add(word, at: "\(path), line \(number + 1): ") }
    }
  }
}
