import Records

/// Goes through the segments of an interchange, and gives each passenger when the next begins.
/// Protocols/lists.md, 6.
struct MessageReading: Sendable {
  private(set) var counts = MessageCounts()
  private(set) var flight: String?
  private(set) var departure: PartialDate?
  private(set) var from: String?
  private(set) var to: String?
  /// Two passengers begin in one line.
  private(set) var sharesLines = false
  private(set) var passengers = 0

  private let numbering: ListNumbering
  private let encoding: ListEncoding
  private let today: CivilDay
  private var isList = false
  private var group: PassengerGroup?
  private var lastLine = 0

  init(_ numbering: ListNumbering, _ encoding: ListEncoding, today: CivilDay) {
    self.numbering = numbering
    self.encoding = encoding
    self.today = today
  }

  /// - Returns: the passenger whose last segment was the one before.
  mutating func take(_ segment: Segment) -> ListLine? {
    counts.take(segment)
    switch segment.tag {
    case "NAD": return takeName(segment)
    case "UNB", "UNG", "UNH", "CNT", "UNT", "UNE", "UNZ":
      let finished = finish(segment)
      if segment.tag == "UNH" { beginMessage(segment) }
      if segment.tag == "UNT" { isList = false }
      return finished
    default:
      if group != nil {
        group?.take(segment, encoding: encoding, today: today)
      } else {
        takeHeader(segment)
      }
      return nil
    }
  }

  mutating func end() -> ListLine? {
    defer { counts.end() }
    return finish(nil)
  }

  private mutating func beginMessage(_ segment: Segment) {
    isList = segment.text(2) == "PAXLST"
    if !isList { counts.warn("A message of type \((segment.text(2) ?? "").shown) is not read.") }
  }

  private mutating func takeName(_ segment: Segment) -> ListLine? {
    let finished = finish(nil)
    guard isList else { return finished }
    let reason = segment.reason(encoding)
    let role = PassengerGroup.Role(segment.text(1))
    // One whose role cannot be read is taken for a passenger: nobody goes without an answer.
    guard role != nil || reason != nil && segment.text(1) == nil else { return finished }
    counts.take(role ?? .passenger)
    group = PassengerGroup(role ?? .passenger, segment)
    if let reason { group?.refuse(reason) }
    return finished
  }

  /// - Parameter segment: what ended it; a broken one is its last.
  private mutating func finish(_ segment: Segment?) -> ListLine? {
    guard var group else {
      if let reason = segment?.reason(encoding) { counts.warn(reason) }
      return nil
    }
    if let reason = segment?.reason(encoding) { group.refuse(reason) }
    self.group = nil
    passengers += 1
    sharesLines = sharesLines || group.line == lastLine
    lastLine = group.line
    return ListLine(
      number: numbering == .lines ? group.line : passengers, content: group.content)
  }

  private mutating func takeHeader(_ segment: Segment) {
    if let reason = segment.reason(encoding) { return counts.warn(reason) }
    guard isList else { return }
    switch (segment.tag, segment.text(1)) {
    case ("TDT", _): takeFlight(segment)
    case ("LOC", "125"): from = from ?? segment.text(2)
    case ("LOC", "87"): to = to ?? segment.text(2)
    case ("DTM", "189"):
      guard departure == nil, let value = segment.text(1, 1) else { return }
      departure = try? MessageDate.read(
        value, format: segment.text(1, 2), .near, today: today)
    default: break
    }
  }

  /// "UA123", or "123" and a carrier of its own.
  private mutating func takeFlight(_ segment: Segment) {
    guard flight == nil, let number = segment.text(2) else { return }
    let isNumber = number.utf8.allSatisfy { (0x30...0x39).contains($0) }
    flight = isNumber ? (segment.text(5) ?? "") + number : number
  }
}
