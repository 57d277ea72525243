import Records

/// Looks at the head of a list, decides what it is, and walks it. Protocols/lists.md, 2.
struct SurveyWalk<Source: ListSource> {
  private(set) var source: Source
  private let today: CivilDay
  private let options: ListOptions
  private var head: [UInt8] = []
  /// The head is the list.
  private var isWhole = false

  typealias Problem = ListProblem<Source.Failure>

  init(_ source: Source, today: CivilDay, _ options: ListOptions) {
    self.source = source
    self.today = today
    self.options = options
  }

  mutating func survey() throws(Problem) -> ListSurvey {
    try readHead()
    if let question = ForeignFormat.question(head) { throw .question(question) }
    let mark = EncodingMark.of(head)
    let encoding = options.encoding ?? mark?.encoding
    let markBytes = mark?.encoding == encoding ? mark?.bytes ?? 0 : 0
    let text = transcode(encoding ?? .utf8, markBytes)
    if text.allSatisfy({ $0 <= 0x20 }), isWhole {
      throw .question(
        ListQuestion(.format, "The list is empty.", hint: "Give a file with passengers in it."))
    }
    var survey = ListSurvey(
      MessageStart.isIn(text) ? .paxlst : .csv, encoding ?? .utf8, markBytes: markBytes,
      today: today)
    if survey.format == .paxlst {
      try walkMessages(&survey, isEncodingKnown: encoding != nil)
    } else {
      let search = search(encoding, markBytes)
      survey.encoding = search.encoding
      do throws(ListQuestion) {
        try CSVSurvey.prepare(&survey, search, options)
      } catch {
        // Where nothing can be read, headers cannot either.
        if encoding == nil, let sample = undecoded(search) { throw .question(sample) }
        throw .question(error)
      }
      try walkLines(&survey, isEncodingKnown: encoding != nil || search.beyondASCII > 0)
    }
    return survey
  }

  private mutating func readHead() throws(Problem) {
    do throws(Source.Failure) {
      try source.rewind()
      while head.count < ListLimits.headBytes {
        let bytes = try source.read(ListLimits.headBytes - head.count)
        isWhole = bytes.isEmpty
        if isWhole { return }
        head += bytes
      }
    } catch {
      throw .source(error)
    }
  }

  private func transcode(_ encoding: ListEncoding, _ markBytes: Int) -> [UInt8] {
    var transcoder = Transcoder(encoding, skipping: markBytes)
    let text = transcoder.transcode(head)
    return isWhole ? text + transcoder.end() : text
  }

  /// The best of all separators, and of all encodings where none is known.
  private func search(_ encoding: ListEncoding?, _ markBytes: Int) -> HeaderSearch {
    let isASCII = head.allSatisfy { $0 < 0x80 }
    let encodings = encoding.map { [$0] } ?? (isASCII ? [.utf8] : [.utf8] + ListEncoding.pages)
    var best: HeaderSearch?
    for encoding in encodings {
      let text = transcode(encoding, markBytes)
      let line = text.prefix { $0 != 0x0a && $0 != 0x0d }
      let stated = ListDelimiter.stated(in: line)
      for separator in stated.map({ [$0] }) ?? ListDelimiter.allCases {
        let found = HeaderSearch(
          text, isWhole: isWhole, encoding: encoding, separator: separator,
          areColumnsKnown: options.columns != nil)
        guard let before = best else {
          best = found
          continue
        }
        if found.isBetter(than: before) { best = found }
      }
    }
    guard let best else { preconditionFailure("there is a separator") }
    return best
  }

  private func undecoded(_ search: HeaderSearch) -> ListQuestion? {
    search.first.first { $0.problem == nil && !$0.isUTF8 }.map { EncodingEvidence.question($0) }
  }
}

extension SurveyWalk {
  private mutating func walkLines(_ survey: inout ListSurvey, isEncodingKnown: Bool)
    throws(Problem)
  {
    guard let separator = survey.delimiter else { preconditionFailure("a CSV has a separator") }
    var walk = CSVSurvey(survey)
    do throws(Source.Failure) {
      try source.rewind()
      var lines = CutLines(source, survey.transcoder, separator)
      while try lines.next() { walk.take(lines.line, &survey) }
      source = lines.source
    } catch {
      throw .source(error)
    }
    do throws(ListQuestion) {
      if !isEncodingKnown { try walk.encodings.decide() }
      try walk.finish(&survey, options)
    } catch {
      throw .question(error)
    }
  }

  private mutating func walkMessages(_ survey: inout ListSurvey, isEncodingKnown: Bool)
    throws(Problem)
  {
    var walk = MessageSurvey(survey)
    do throws(Source.Failure) {
      try source.rewind()
      var segments = CutSegments(source, survey.transcoder)
      while try segments.next() { walk.take(segments.segment) }
      source = segments.source
    } catch {
      throw .source(error)
    }
    do throws(ListQuestion) {
      if !isEncodingKnown { survey.encoding = try walk.encoding() }
      try walk.finish(&survey)
    } catch {
      throw .question(error)
    }
  }
}
