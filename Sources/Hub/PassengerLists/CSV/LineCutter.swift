/// Cuts text into lines and fields by RFC 4180, however the text is divided. Protocols/lists.md, 3.
///
/// A quote that is not closed where it may be was none: its line cannot be read, and the lines that
/// it took for its own are put back and read again. Each line is put back at most
/// `ListLimits.quotedLineBreaks` times.
struct LineCutter: Sendable {
  private enum State {
    /// Nothing of the field but white space.
    case before
    case plain
    case quoted
    /// Behind a quote that may have closed the field.
    case behindQuote
    /// To the end of a line that cannot be read.
    case skipped
  }

  /// The line that was cut last.
  private(set) var line = CutLine()

  private let separator: UInt8
  private var state = State.before
  private var isLineCut = false
  private var lineNumber = 1
  /// The last byte ended a line, and a line feed after it belongs to it.
  private var skipsLineFeed = false

  private var lineBreaks = 0
  /// The input behind the first line break in quotes, and the number of the line that begins there.
  private var quotedLines: [UInt8] = []
  private var quotedLinesNumber = 0
  /// The quote was none: the input in `quotedLines` must be read again.
  private var putsBack = false

  private var replay: [UInt8] = []
  private var nextOfReplay = 0

  private static let lineFeed: UInt8 = 0x0a
  private static let carriageReturn: UInt8 = 0x0d
  private static let quote = UInt8(ascii: "\"")

  init(_ separator: ListDelimiter) { self.separator = separator.byte }

  /// Takes bytes from `next` on.
  ///
  /// - Returns: true when `line` is whole; false when there is nothing left to take.
  mutating func cut(_ bytes: [UInt8], from next: inout Int) -> Bool {
    if cutReplay() { return true }
    guard scan(bytes, &next) else { return false }
    putBack([])
    return true
  }

  /// The text has ended.
  ///
  /// - Returns: true when `line` is whole: there may be one more.
  mutating func end() -> Bool {
    if cutReplay() { return true }
    switch state {
    case .quoted:
      abandonQuote()
      endLine()
      putBack([])
      return true
    case .before where line.ends.isEmpty: return false
    default:
      endField()
      endLine()
      return true
    }
  }

  private mutating func cutReplay() -> Bool {
    if isLineCut { begin() }
    let bytes = replay
    var next = nextOfReplay
    let isWhole = scan(bytes, &next)
    nextOfReplay = next
    if isWhole { putBack(bytes[next...]) }
    return isWhole
  }

  private mutating func putBack(_ rest: ArraySlice<UInt8>) {
    guard putsBack else { return }
    replay = quotedLines + rest
    nextOfReplay = 0
    putsBack = false
    lineNumber = quotedLinesNumber
    skipsLineFeed = false
  }

  private mutating func begin() {
    isLineCut = false
    state = .before
    line.bytes.removeAll(keepingCapacity: true)
    line.ends.removeAll(keepingCapacity: true)
    line.problem = nil
    line.number = lineNumber
  }

  private mutating func scan(_ bytes: [UInt8], _ next: inout Int) -> Bool {
    while next < bytes.count, !isLineCut {
      if skipsLineFeed {
        skipsLineFeed = false
        if bytes[next] == LineCutter.lineFeed {
          next += 1
          continue
        }
      }
      switch state {
      case .before: scanBefore(bytes, &next)
      case .plain: scanPlain(bytes, &next)
      case .quoted: scanQuoted(bytes, &next)
      case .behindQuote: scanBehindQuote(bytes, &next)
      case .skipped: scanSkipped(bytes, &next)
      }
    }
    return isLineCut
  }

  private mutating func scanBefore(_ bytes: [UInt8], _ next: inout Int) {
    let byte = bytes[next]
    if byte == 0x20 || byte == 0x09 && byte != separator {
      next += 1
    } else if byte == LineCutter.quote {
      next += 1
      state = .quoted
      lineBreaks = 0
    } else {
      state = .plain
    }
  }

  private mutating func scanPlain(_ bytes: [UInt8], _ next: inout Int) {
    let start = next
    let last = min(bytes.count, start + ListLimits.fieldBytes + 1)
    while next < last {
      let byte = bytes[next]
      if byte == separator || byte == LineCutter.lineFeed || byte == LineCutter.carriageReturn {
        break
      }
      next += 1
    }
    guard append(bytes[start..<next]), next < last else { return }
    endAt(bytes[next])
    next += 1
  }

  private mutating func scanQuoted(_ bytes: [UInt8], _ next: inout Int) {
    let start = next
    let last = min(bytes.count, start + ListLimits.fieldBytes + 1)
    while next < last {
      let byte = bytes[next]
      if byte == LineCutter.quote || byte == LineCutter.lineFeed
        || byte == LineCutter.carriageReturn
      {
        break
      }
      next += 1
    }
    if lineBreaks > 0 { quotedLines.append(contentsOf: bytes[start..<next]) }
    guard append(bytes[start..<next]), next < last else { return }
    let byte = bytes[next]
    next += 1
    if byte == LineCutter.quote {
      if lineBreaks > 0 { quotedLines.append(byte) }
      state = .behindQuote
    } else {
      breakInQuotes(byte)
    }
  }

  private mutating func breakInQuotes(_ byte: UInt8) {
    skipsLineFeed = byte == LineCutter.carriageReturn
    lineBreaks += 1
    lineNumber += 1
    if lineBreaks == 1 {
      quotedLines.removeAll(keepingCapacity: true)
      quotedLinesNumber = lineNumber
    } else {
      quotedLines.append(byte)
    }
    if lineBreaks > ListLimits.quotedLineBreaks {
      abandonQuote()
    } else {
      _ = append([LineCutter.lineFeed])
    }
  }

  private mutating func scanBehindQuote(_ bytes: [UInt8], _ next: inout Int) {
    let byte = bytes[next]
    switch byte {
    case separator, LineCutter.lineFeed, LineCutter.carriageReturn:
      next += 1
      endAt(byte)
    case LineCutter.quote, 0x20:
      next += 1
      if lineBreaks > 0 { quotedLines.append(byte) }
      if byte == LineCutter.quote {
        state = .quoted
        _ = append([byte])
      }
    default:
      if lineBreaks > 0 { abandonQuote() } else { state = .plain }
    }
  }

  private mutating func scanSkipped(_ bytes: [UInt8], _ next: inout Int) {
    while next < bytes.count {
      let byte = bytes[next]
      next += 1
      if byte == LineCutter.lineFeed || byte == LineCutter.carriageReturn {
        endAt(byte)
        return
      }
    }
  }

  /// - Returns: false when that is too much.
  private mutating func append(_ run: ArraySlice<UInt8>) -> Bool {
    let start = line.ends.last ?? 0
    let problem: CutLine.Problem? =
      if line.bytes.count - start + run.count > ListLimits.fieldBytes {
        .longField(line.count + 1)
      } else if line.bytes.count + run.count > ListLimits.lineBytes { .longLine } else { nil }
    guard let problem else {
      line.bytes.append(contentsOf: run)
      return true
    }
    if state == .quoted, lineBreaks > 0 { abandonQuote() } else { refuse(problem) }
    return false
  }

  private mutating func refuse(_ problem: CutLine.Problem) {
    line.problem = problem
    state = .skipped
  }

  /// Ends a quote that was none: the text taken for the inside of a field is lines of their own.
  private mutating func abandonQuote() {
    line.problem = .openQuote(line.count + 1)
    state = .skipped
    if lineBreaks > 0 {
      putsBack = true
      isLineCut = true
    }
  }

  /// - Parameter byte: a separator or the end of a line.
  private mutating func endAt(_ byte: UInt8) {
    endField()
    if byte == separator {
      if state != .skipped { state = .before }
      return
    }
    skipsLineFeed = byte == LineCutter.carriageReturn
    lineNumber += 1
    endLine()
  }

  private mutating func endField() {
    guard state != .skipped else { return }
    line.ends.append(line.bytes.count)
    if line.count > ListLimits.columns { refuse(.manyFields) }
  }

  private mutating func endLine() { isLineCut = true }
}
