internal import HubInterface
internal import Runtime

/// How a house handles alerts: `duty.conf` in the hub's folder, `KEYWORD VALUE…` a line, `#` begins
/// a comment (Protocols/hub.md, 12).
struct Duty: Hashable, Sendable {
  /// After so long an alert that nobody took is escalated.
  var escalateMinutes = 10
  /// Closing as false needs a second person.
  var closesInPairs = false
  /// An exclusion counts when a second person confirmed it.
  var excludesInPairs = false

  static let fileBytes = 64 << 10
  /// A week.
  private static let mostMinutes = 10_080

  init() {}

  /// The duty that the folder's `duty.conf` sets; without one, the usual one.
  static func read(_ folder: HubFolder) throws -> Duty {
    guard try FileSystem.status(folder.duty) != nil else { return Duty() }
    let bytes = try FileSystem.read(folder.duty, maxBytes: Duty.fileBytes)
    return try Duty(parsing: String(decoding: bytes, as: UTF8.self))
  }

  /// - Throws: the line that could not be understood, as a sentence.
  init(parsing text: String) throws(HubError) {
    for (number, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated()
    {
      let words = line.prefix { $0 != "#" }.split(whereSeparator: { $0 == " " || $0 == "\t" })
        .map(String.init)
      guard let keyword = words.first else { continue }
      let isRight =
        switch keyword {
        case "escalate": take(minutes: Array(words.dropFirst()))
        case "two-persons": take(pairs: Array(words.dropFirst()))
        default: false
        }
      guard isRight else {
        throw .refused(
          reason: "duty.conf, line \(number + 1): \"\(line)\" is not understood",
          hint: "write \"escalate MINUTES\" or \"two-persons close exclude\"")
      }
    }
  }

  private mutating func take(minutes words: [String]) -> Bool {
    guard words.count == 1, let minutes = Int(words[0]), (1...Duty.mostMinutes).contains(minutes)
    else { return false }
    escalateMinutes = minutes
    return true
  }

  private mutating func take(pairs words: [String]) -> Bool {
    for word in words {
      switch word {
      case "close": closesInPairs = true
      case "exclude": excludesInPairs = true
      default: return false
      }
    }
    return !words.isEmpty
  }
}
