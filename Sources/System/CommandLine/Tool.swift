/// One executable, as a table. Parsing, `--help`, usage errors and the man page are all made from
/// it.
public struct Tool: Sendable {
  /// An exit status other than those of `sysexits.h`, for the man page.
  public struct Exit: Sendable {
    /// 0 to 125: shells use the others.
    public var number: Int32
    /// Completes "the process exits with N: …", without a full stop.
    public var meaning: String

    /// - Parameter meaning: without a full stop.
    public init(_ number: Int32, _ meaning: String) {
      self.number = number
      self.meaning = meaning
    }
  }

  /// As it is typed; heads the man page.
  public var name: String
  /// One line, without a full stop.
  public var summary: String
  /// Paragraphs for the man page.
  public var description: [String]
  /// A tool without verbs has one, whose name is empty.
  public var verbs: [Verb]
  /// Listed in the man page, `sysexits.h` first.
  public var exits: [Exit]
  /// Printed by `--version`.
  public var version: String
  /// Man pages, as `liaisond(8)`.
  public var seeAlso: [String]

  /// A table in one expression; `parse` and `manPage` read it.
  public init(
    name: String, summary: String, description: [String] = [], verbs: [Verb],
    exits: [Exit] = ExitCode.allCases.map { Exit($0.rawValue, $0.meaning) },
    version: String, seeAlso: [String] = []
  ) {
    self.name = name
    self.summary = summary
    self.description = description
    self.verbs = verbs
    self.exits = exits
    self.version = version
    self.seeAlso = seeAlso
  }

  /// The command as the user types it: `liaison peer add`.
  public func command(_ verb: Verb) -> String {
    verb.name.isEmpty ? name : "\(name) \(verb.name)"
  }
}

/// One thing that a tool does, with all that its command line may hold.
public struct Verb: Sendable {
  /// One word or two, `peer add`.
  public var name: String
  /// One line, without a full stop.
  public var summary: String
  /// More, for `--help` and the man page.
  public var details: [String]
  /// In the order in which they are written; only the last may repeat.
  public var arguments: [Argument]
  /// In the order of the help.
  public var options: [Option]

  /// - Parameter name: one word or two; empty for a tool without verbs.
  public init(
    _ name: String, _ summary: String, details: [String] = [], arguments: [Argument] = [],
    options: [Option] = []
  ) {
    self.name = name
    self.summary = summary
    self.details = details
    self.arguments = arguments
    self.options = options
  }
}

/// A word without dashes.
public struct Argument: Sendable {
  /// In capitals, as the help shows it: `FILE`.
  public var name: String
  /// Completes a refusal: "FILE is missing: …". Without a full stop.
  public var summary: String
  /// Required ones stand before the others.
  public var isRequired: Bool
  /// Takes all words that are left.
  public var repeats: Bool

  /// - Parameter name: in capitals.
  public init(_ name: String, _ summary: String, isRequired: Bool = true, repeats: Bool = false) {
    self.name = name
    self.summary = summary
    self.isRequired = isRequired
    self.repeats = repeats
  }
}

/// `--name` or `--name VALUE`.
public struct Option: Sendable {
  /// The name with its dashes.
  public var name: String
  /// The value's name in the help; nil for a flag.
  public var value: String?
  /// One line of the help, without a full stop.
  public var summary: String
  /// The verb is refused without it.
  public var isRequired: Bool
  /// May be given several times; `Arguments.all` has every value.
  public var repeats: Bool
  /// The value where it is not given; nil for none.
  public var fallback: String?

  /// - Parameter value: what stands for the value in the help; nil for a flag.
  public init(
    _ name: String, _ value: String? = nil, summary: String, isRequired: Bool = false,
    repeats: Bool = false, fallback: String? = nil
  ) {
    self.name = name
    self.value = value
    self.summary = summary
    self.isRequired = isRequired
    self.repeats = repeats
    self.fallback = fallback
  }

  /// `--data DIR`
  var usage: String { value.map { "\(name) \($0)" } ?? name }
}
