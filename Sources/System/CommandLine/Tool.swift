/// One executable, as a table. Parsing, `--help`, usage errors and the man page are all made from
/// it.
public struct Tool: Sendable {
  /// An exit status other than those of `sysexits.h`, for the man page.
  public struct Exit: Sendable {
    public var number: Int32
    public var meaning: String

    public init(_ number: Int32, _ meaning: String) {
      self.number = number
      self.meaning = meaning
    }
  }

  public var name: String
  /// One line, without a full stop.
  public var summary: String
  /// Paragraphs for the man page.
  public var description: [String]
  /// A tool without verbs has one, whose name is empty.
  public var verbs: [Verb]
  public var exits: [Exit]
  public var version: String
  public var seeAlso: [String]

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

public struct Verb: Sendable {
  /// One word or two, `peer add`.
  public var name: String
  /// One line, without a full stop.
  public var summary: String
  /// More, for `--help` and the man page.
  public var details: [String]
  public var arguments: [Argument]
  public var options: [Option]

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
  public var name: String
  public var summary: String
  public var isRequired: Bool
  public var repeats: Bool

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
  public var summary: String
  public var isRequired: Bool
  public var repeats: Bool
  public var fallback: String?

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
