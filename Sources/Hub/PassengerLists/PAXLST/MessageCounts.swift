/// An interchange's statements of its own size, beside the count of what is there.
/// Protocols/lists.md, LIST-68.
struct MessageCounts: Sendable {
  private(set) var warnings: [String] = []
  /// Messages about passengers.
  private(set) var lists = 0
  /// How many passengers the list says it has.
  private(set) var stated: Int?

  private var hasInterchange = false
  private var groups = 0
  private var messages = 0
  private var messagesOfGroup = 0
  private var isMessageOpen = false
  /// The message is one of several for one flight: each may state the total.
  private var isPart = false
  private var hasParts = false
  private var segments = 0
  private var passengers = 0
  private var crew = 0
  private var allPassengers = 0
  private var allCrew = 0

  mutating func take(_ role: PassengerGroup.Role) {
    switch role {
    case .passenger: (passengers, allPassengers) = (passengers + 1, allPassengers + 1)
    case .crew: (crew, allCrew) = (crew + 1, allCrew + 1)
    }
  }

  mutating func warn(_ text: String) {
    if warnings.count < ListLimits.warnings { warnings.append(text) }
  }

  mutating func take(_ segment: Segment) {
    segments += 1
    switch segment.tag {
    case "UNB": hasInterchange = true
    case "UNG": (groups, messagesOfGroup) = (groups + 1, 0)
    case "UNH": beginMessage(segment)
    case "CNT": takeTotal(segment)
    case "UNT":
      compare(segment, "segments in message \(messages)", segments)
      isMessageOpen = false
    case "UNE": compare(segment, "messages in group \(groups)", messagesOfGroup)
    case "UNZ":
      closeMessage()
      compare(
        segment, groups > 0 ? "groups" : "messages", groups > 0 ? groups : messages)
      (hasInterchange, groups, messages) = (false, 0, 0)
    default: break
    }
  }

  mutating func end() {
    closeMessage()
    if hasInterchange { warn("The list is cut off: its UNZ is missing.") }
  }

  private mutating func beginMessage(_ segment: Segment) {
    closeMessage()
    isMessageOpen = true
    isPart = segment.text(4) != nil
    hasParts = hasParts || isPart
    (messages, messagesOfGroup, segments) = (messages + 1, messagesOfGroup + 1, 1)
    (passengers, crew) = (0, 0)
    if segment.text(2) == "PAXLST" { lists += 1 }
  }

  private mutating func closeMessage() {
    if isMessageOpen { warn("Message \(messages) is cut off: its UNT is missing.") }
    isMessageOpen = false
  }

  private mutating func compare(_ segment: Segment, _ what: String, _ count: Int) {
    guard let stated = segment.text(1).flatMap({ Int($0) }) else {
      warn("\(segment.tag) states no number of \(what).")
      return
    }
    if stated != count { warn("\(segment.tag) states \(stated) \(what): \(count) were read.") }
  }

  private mutating func takeTotal(_ segment: Segment) {
    guard let number = segment.text(1, 1).flatMap({ Int($0) }), number >= 0 else { return }
    switch segment.text(1) {
    case "42":
      stated = hasParts ? number : (stated ?? 0) &+ number
      let isRight = number == passengers || isPart && number == allPassengers
      if !isRight { warn("CNT states \(number) passengers: \(passengers) were read.") }
    case "41":
      let isRight = number == crew || isPart && number == allCrew
      if !isRight { warn("CNT states \(number) of the crew: \(crew) were read.") }
    default: break
    }
  }
}
