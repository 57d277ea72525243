/// Answers each line of a list that was surveyed.
public struct ListReader<Source: ListSource> {
  private var lines: LineAnswers<Source>?
  private var messages: MessageAnswers<Source>?

  /// - Parameter source: the one that was surveyed; it is rewound.
  public init(_ source: Source, _ survey: ListSurvey) throws(Source.Failure) {
    var source = source
    try source.rewind()
    switch survey.format {
    case .csv: lines = LineAnswers(source, survey)
    case .paxlst: messages = MessageAnswers(source, survey)
    }
  }

  /// - Returns: nil at the end.
  public mutating func next() throws(Source.Failure) -> ListLine? {
    if let line = try lines?.next() { return line }
    return try messages?.next()
  }

  /// Counts that are wrong, each in a sentence. They are all there when `next` gave nil.
  public var warnings: [String] { (lines?.warnings ?? []) + (messages?.warnings ?? []) }
}

/// Protocols/lists.md, 3 to 5.
struct LineAnswers<Source: ListSource> {
  private(set) var warnings: [String] = []
  private let survey: ListSurvey
  private let places: PassengerPlaces
  private var lines: CutLines<Source>
  private var count = 0
  private var answered = 0
  private var hasEnded = false

  init(_ source: Source, _ survey: ListSurvey) {
    guard let separator = survey.delimiter else { preconditionFailure("a CSV has a separator") }
    self.survey = survey
    places = PassengerPlaces(survey.columns)
    lines = CutLines(source, survey.transcoder, separator)
  }

  mutating func next() throws(Source.Failure) -> ListLine? {
    while !hasEnded, try lines.next() {
      count += 1
      let line = lines.line
      guard count > survey.skippedLines, !line.isBlank, TotalLine.count(of: line) == nil else {
        continue
      }
      answered += 1
      return ListLine(number: line.number, content: places.answer(line, survey))
    }
    if !hasEnded, let stated = survey.statedCount, stated != answered {
      warnings.append("The list states \(stated) passengers: \(answered) lines were read.")
    }
    hasEnded = true
    return nil
  }
}

/// Protocols/lists.md, 6.
struct MessageAnswers<Source: ListSource> {
  private var segments: CutSegments<Source>
  private var reading: MessageReading
  private var hasEnded = false

  init(_ source: Source, _ survey: ListSurvey) {
    segments = CutSegments(source, survey.transcoder)
    reading = MessageReading(survey.numbering, survey.encoding, today: survey.today)
  }

  var warnings: [String] { reading.counts.warnings }

  mutating func next() throws(Source.Failure) -> ListLine? {
    guard !hasEnded else { return nil }
    while try segments.next() {
      if let line = reading.take(segments.segment) { return line }
    }
    hasEnded = true
    return reading.end()
  }
}
