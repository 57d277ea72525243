import HubInterface

/// The totals of a list.
struct ScreenTally {
  private static let linesShown = 8
  /// Different notes that are counted; the hub has a few.
  private static let notesKept = 32

  private(set) var lines = 0
  private var alerts = 0
  private var reviews = 0
  private(set) var unreadable = 0
  /// Lines with a hit that no earlier list of the flight had.
  private var new = 0
  /// Notes of lines that are not printed in full.
  private var notes: [(text: String, lines: [Int], count: Int)] = []
  private var otherNotes = 0

  mutating func add(_ line: ScreenLine, _ result: PassengerResult?) {
    lines += 1
    guard let result else {
      unreadable += 1
      return
    }
    if result.result == "alert" { alerts += 1 }
    if result.result == "review" { reviews += 1 }
    if result.hits.contains(where: { !$0.known }) { new += 1 }
    if result.hits.isEmpty { for note in result.notes { add(note, line.number) } }
  }

  private mutating func add(_ note: String, _ line: Int) {
    let place = notes.firstIndex { $0.text == note } ?? notes.count
    if place == notes.count {
      guard place < ScreenTally.notesKept else {
        otherNotes += 1
        return
      }
      notes.append((note, [], 0))
    }
    notes[place].count += 1
    if notes[place].lines.count < ScreenTally.linesShown { notes[place].lines.append(line) }
  }

  /// `300 passengers: 1 alert, 2 reviews (1 new since the list of …), 296 clear, 1 unreadable`
  func summary(
    _ reply: FinishListReply, since: Screening?, same: Screening?, unit: String
  ) -> String {
    let clear = lines - alerts - reviews - unreadable
    let news =
      since.map { " (\(new) new since the list of \(HubTime.minute($0.time)))" } ?? ""
    var text =
      "\(count(lines, "passenger")): \(count(alerts, "alert")), \(count(reviews, "review"))\(news), \(clear) clear, \(unreadable) unreadable"
      .wrapped(indent: 0)
    for note in notes { text += describe(note, unit).wrapped(indent: 2) }
    if otherNotes > 0 {
      text += "\(count(otherNotes, "other note")): --json has them all".wrapped(indent: 2)
    }
    if reply.gone > 0 {
      text +=
        "\(count(reply.gone, "hit")) of the flight's last list \(reply.gone == 1 ? "is" : "are") not in this one"
        .wrapped(indent: 2)
    }
    if let same {
      text += "the same list was screened on \(HubTime.minute(same.time)), number \(same.number)"
        .wrapped(indent: 2)
    }
    return text + "  list \(reply.screening.number)\n"
  }

  private func describe(_ note: (text: String, lines: [Int], count: Int), _ unit: String) -> String
  {
    let more = note.count - note.lines.count
    let numbers =
      note.lines.map { "\($0)" }.joined(separator: ", ") + (more > 0 ? " and \(more) more" : "")
    return "\(note.text): \(unit)\(note.count == 1 ? "" : "s") \(numbers)"
  }

  private func count(_ number: Int, _ what: String) -> String {
    "\(number) \(what)\(number == 1 ? "" : "s")"
  }
}
