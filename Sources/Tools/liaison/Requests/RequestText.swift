import HubInterface
import Text

/// A request for information as a person reads it.
struct RequestText {
  let request: InformationRequest

  init(_ request: InformationRequest) { self.request = request }

  /// One row for each.
  static func table(_ requests: [InformationRequest]) -> String {
    var table = TextTable(["REQUEST", "FROM", "TO", "DUE", "STATE", "ANSWERED"])
    for request in requests {
      let text = RequestText(request)
      table.add(
        [
          request.found.ref ?? request.found.entry, request.found.author,
          request.asked.map(\.node).joined(separator: ",").cut(to: 24), text.due, text.state,
          text.answered,
        ], below: text.question)
    }
    return table.text
  }

  /// All that it says, and each part of its answers.
  var whole: String {
    let found = FoundText(request.found)
    var text = found.head(indent: 0) + found.body(indent: 2)
    text += "asked: \(HubTime.minute(request.askedAt)), by its author's word; due: \(due)\n"
    text += "state: \(state)\n"
    for node in request.asked { text += RequestText.line(node).wrapped(indent: 2) }
    for part in request.answers { text += "\n" + RequestText.part(part) }
    return text
  }

  private var due: String { request.dueAt.map(HubTime.minute) ?? "at no time" }
  private var state: String { request.overdue ? "OVERDUE" : request.state }

  private var answered: String {
    let done = request.asked.count { $0.finalAt != nil }
    let late = request.asked.count { $0.finalAt != nil && $0.late }
    return "\(done) of \(request.asked.count)" + (late > 0 ? ", \(late) late" : "")
  }

  private var question: String {
    let asked = FoundText(request.found).record?.words("question") ?? ""
    return asked.isEmpty ? "" : asked.cut(to: 240).wrapped(indent: 4)
  }

  private static func line(_ node: AskedNode) -> String {
    let words =
      switch node.state {
      case "waiting": node.late ? "has not answered, and is late" : "has not answered yet"
      case "part":
        node.late ? "has answered in part, and is late" : "has answered in part, more is to come"
      case "refused": "refused"
      default: "answered"
      }
    guard let time = node.finalAt else { return "\(node.node) \(words)" }
    return "\(node.node) \(words) on \(HubTime.minute(time))\(node.late ? ", LATE" : "")"
  }

  private static func part(_ part: AnswerPart) -> String {
    let found = FoundText(part.found)
    let last = part.final ? "the last part" : "more follows"
    var text =
      "part \(part.number) of \(part.found.author): \(part.result.printable), \(last)\n"
    if !part.counts { text += "  !! NOT ASKED, or not to be relied on: it answers nothing\n" }
    text += found.head(indent: 2)
    if let reason = part.reason { text += reason.wrapped(behind: "reason: ", indent: 2) }
    if !part.refs.isEmpty {
      text += part.refs.joined(separator: ", ").wrapped(behind: "records: ", indent: 2)
    }
    return text
  }
}
