import HubInterface

/// A line of a list that somebody has to look at; nothing for one that is clear.
enum ScreenText {
  /// - Parameter unit: what its number counts.
  static func block(_ line: ScreenLine, _ result: PassengerResult?, unit: String) -> String {
    let head = "\(unit) \(line.number)"
    switch (line.content, result) {
    case (.unreadable(let reason), _):
      return "\(head), compared with nothing: \(reason)".wrapped(
        behind: "UNREADABLE  ", indent: 0) + "\n"
    case (.passenger(let passenger), let result?) where !result.hits.isEmpty:
      let band = result.result == "alert" ? "ALERT" : result.result
      var text = "\(head): \(self.passenger(passenger))".wrapped(behind: band + "  ", indent: 0)
      for note in result.notes { text += note.wrapped(indent: 2) }
      return text + result.hits.map(block).joined() + "\n"
    default: return ""
    }
  }

  /// The person that the list names, in its own words.
  private static func passenger(_ passenger: ScreenPassenger) -> String {
    var parts = [passenger.name.cut(to: 60)]
    if let birth = passenger.birth { parts.append("born \(birth)") }
    if let nationality = passenger.nationality { parts.append("of \(nationality)") }
    if let document = passenger.document {
      let issuer = passenger.issuer.map { " (\($0))" } ?? ""
      parts.append("document \(document.cut(to: 30))\(issuer)")
    }
    return parts.joined(separator: ", ")
  }

  private static func block(_ hit: PassengerHit) -> String {
    let band = hit.band == "alert" ? "ALERT" : hit.band
    let known = hit.known ? "; an earlier list of this flight had it" : ""
    let text = DutyText(
      found: FoundText(hit.found), warnings: hit.warnings, handling: [], action: hit.action,
      contact: hit.contact)
    let sentence = hit.sentence.isEmpty ? "" : ": \(hit.sentence)"
    return "\(band) by \(hit.kind)\(known)".wrapped(behind: "hit \(hit.hit)  ", indent: 2)
      + text.lines(why: ScoreTable.number(hit.score) + sentence, indent: 4)
  }
}
