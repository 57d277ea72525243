/// Cuts an interchange into segments by ISO 9735, however it is divided. Protocols/lists.md,
/// LIST-60, LIST-61.
struct SegmentCutter: Sendable {
  private enum State {
    /// Lines above the interchange.
    case heading
    /// The rest of such a line.
    case otherLine
    /// Between segments.
    case before
    case inside
    /// Behind a release character.
    case released
    case advice
  }

  /// The segment that was cut last.
  private(set) var segment = Segment()

  private var service = ServiceCharacters()
  private var state = State.heading
  private var isCut = false
  private var line = 1
  private var isBehindReturn = false
  private var element = 0

  private static let advice = Array("UNA".utf8)
  private static let starts = ["UNA", "UNB", "UNG", "UNH"].map { Array($0.utf8) }

  /// Takes bytes from `next` on.
  ///
  /// - Returns: true when `segment` is whole; false when there is nothing left to take.
  mutating func cut(_ bytes: [UInt8], from next: inout Int) -> Bool {
    if isCut { begin() }
    while next < bytes.count, !isCut {
      let byte = bytes[next]
      next += 1
      countLine(byte)
      switch state {
      case .heading: takeHeading(byte)
      case .otherLine: if byte == 0x0a || byte == 0x0d { state = .heading }
      case .before: if byte > 0x20, byte != service.terminator { takeFirst(byte) }
      case .inside: takeInside(byte)
      case .released:
        state = .inside
        append(byte)
      case .advice: takeAdvice(byte)
      }
    }
    return isCut
  }

  /// The text has ended.
  ///
  /// - Returns: true when `segment` is what was begun.
  mutating func end() -> Bool {
    if isCut { begin() }
    guard [.inside, .released, .advice].contains(state) else { return false }
    segment.problem = .cutOff
    endComponent()
    isCut = true
    return true
  }

  private mutating func begin() {
    isCut = false
    state = .before
    clear()
  }

  private mutating func clear() {
    segment.bytes.removeAll(keepingCapacity: true)
    segment.ends.removeAll(keepingCapacity: true)
    segment.elements.removeAll(keepingCapacity: true)
    segment.problem = nil
    element = 0
  }

  private mutating func countLine(_ byte: UInt8) {
    if byte == 0x0d || byte == 0x0a && !isBehindReturn { line += 1 }
    isBehindReturn = byte == 0x0d
  }

  private mutating func takeHeading(_ byte: UInt8) {
    guard byte > 0x20 else {
      if !segment.bytes.isEmpty { clear() }
      return
    }
    if segment.bytes.isEmpty { segment.line = line }
    segment.bytes.append(byte)
    guard segment.bytes.count == SegmentCutter.advice.count else { return }
    if SegmentCutter.starts.contains(segment.bytes) {
      state = segment.bytes == SegmentCutter.advice ? .advice : .inside
    } else {
      clear()
      state = .otherLine
    }
  }

  private mutating func takeFirst(_ byte: UInt8) {
    segment.line = line
    state = .inside
    takeInside(byte)
  }

  private mutating func takeInside(_ byte: UInt8) {
    if byte == service.terminator {
      endComponent()
      isCut = true
    } else if byte == 0x0a || byte == 0x0d {
      // Lines are wrapped wherever a device ended them.
      return
    } else if byte == service.component {
      endComponent()
    } else if byte == service.element {
      endComponent()
      element += 1
    } else if byte == service.release, byte != 0x20 {
      state = .released
    } else {
      append(byte)
      if segment.bytes == SegmentCutter.advice, segment.ends.isEmpty { state = .advice }
    }
  }

  private mutating func takeAdvice(_ byte: UInt8) {
    segment.bytes.append(byte)
    let tag = SegmentCutter.advice.count
    guard segment.bytes.count == tag + ServiceCharacters.adviceBytes else { return }
    if let advised = ServiceCharacters(advice: segment.bytes[tag...]) {
      service = advised
      begin()
    } else {
      segment.ends = [tag]
      segment.elements = [0]
      segment.problem = .advice
      isCut = true
    }
  }

  private mutating func append(_ byte: UInt8) {
    if segment.bytes.count < ListLimits.segmentBytes {
      segment.bytes.append(byte)
    } else {
      segment.problem = .long
    }
  }

  private mutating func endComponent() {
    guard segment.ends.count < ListLimits.components else {
      segment.problem = segment.problem ?? .long
      return
    }
    segment.ends.append(segment.bytes.count)
    segment.elements.append(element)
  }
}

/// The segments of a source.
struct CutSegments<Source: ListSource> {
  private var feed: TextFeed<Source>
  private var cutter = SegmentCutter()

  init(_ source: Source, _ transcoder: Transcoder) { feed = TextFeed(source, transcoder) }

  /// The segment that was cut last.
  var segment: Segment { cutter.segment }
  var source: Source { feed.source }

  /// - Returns: false at the end.
  mutating func next() throws(Source.Failure) -> Bool {
    while true {
      if cutter.cut(feed.chunk, from: &feed.next) { return true }
      guard try feed.refill() else { return cutter.end() }
    }
  }
}
