/// The statements of all segments of an interchange together.
struct MessageSurvey {
  private var reading: MessageReading
  private var encodings = EncodingEvidence()
  private var syntax: String?

  init(_ survey: ListSurvey) {
    reading = MessageReading(.lines, survey.encoding, today: survey.today)
  }

  mutating func take(_ segment: Segment) {
    encodings.take(segment)
    if syntax == nil, segment.tag == "UNB" { syntax = segment.text(1) }
    _ = reading.take(segment)
  }

  /// UNOC is Latin-1, of which Windows-1252 has every letter in its place.
  func encoding() throws(ListQuestion) -> ListEncoding {
    if encodings.isOther, syntax == "UNOC" { return .windows1252 }
    try encodings.decide()
    return .utf8
  }

  mutating func finish(_ survey: inout ListSurvey) throws(ListQuestion) {
    _ = reading.end()
    guard reading.counts.lists > 0 else {
      throw ListQuestion(
        .format, "This is an EDIFACT interchange without a PAXLST message.",
        hint: "Ask for the passenger list (PAXLST), or for CSV.")
    }
    (survey.flight, survey.departure) = (reading.flight, reading.departure)
    (survey.from, survey.to) = (reading.from, reading.to)
    survey.statedCount = reading.counts.stated
    survey.lineCount = reading.passengers
    survey.numbering = reading.sharesLines ? .passengers : .lines
  }
}
