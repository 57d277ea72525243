import HubInterface

/// A record that somebody has to act on, as lines: what to beware of, what to do and whom to call
/// stand before everything else.
struct DutyText {
  let found: FoundText
  let warnings: [String]
  let handling: [String]
  let action: String?
  let contact: Contact?

  private static let labelColumns = 6

  /// - Parameter why: one sentence.
  func lines(why: String, indent: Int) -> String {
    var text = Marks.lines(warnings.map { "WARNING: \($0.uppercased())" } + urgent, indent: indent)
    text += DutyText.row("do", doing, indent)
    if let call { text += DutyText.row("call", call, indent) }
    text += DutyText.row("who", found.title, indent)
    text += DutyText.row("why", why, indent)
    text += DutyText.row("from", found.source, indent)
    return text + Marks.lines(restrictions, indent: indent)
  }

  /// `why   one sentence`
  static func row(_ label: String, _ text: String, _ indent: Int) -> String {
    let space = String(repeating: " ", count: max(1, labelColumns - label.count))
    return text.wrapped(behind: label + space, indent: indent)
  }

  // MARK: - What is to be known

  /// Marks that are no warnings and say nothing of handling.
  private var urgent: [String] {
    found.marks.filter { mark in
      !DutyText.isRestriction(mark) && !warnings.contains { mark.hasSuffix($0) }
    }
  }

  private var restrictions: [String] {
    let marks = found.marks.filter(DutyText.isRestriction)
    let codes = handling.filter { $0 != "H0" }
    guard marks.isEmpty, !codes.isEmpty else { return marks }
    return ["handling \(codes.joined(separator: ", "))"]
  }

  private static func isRestriction(_ mark: String) -> Bool {
    ["H1", "H2", "H3", "CAVEAT"].contains { mark.hasPrefix($0) }
  }

  // MARK: - What is to be done

  private var doing: String {
    switch action {
    case nil, "none":
      document
        ?? "nothing that would be noticed: the record asks for no action; look at it, and judge"
    case "discreet": "DISCREET CHECK: he must not notice; let him go on, and report"
    case "inquiry": "INQUIRY CHECK: ask him, and report what he says"
    case "specific": "SPECIFIC CHECK: search him and what he carries, where your law allows it"
    case "locate": "LOCATE: report where he is"
    case "refuse-entry": "REFUSE ENTRY"
    case "protect": "PROTECT: he may be in danger, or a danger to himself"
    case "arrest": "ARREST"
    case "seize": "SEIZE it"
    case let action?: action
    }
  }

  /// A document that is not what it should be, whoever holds it.
  private var document: String? {
    guard found.found.type == "document", let state = found.record?.words("state"),
      state != "valid"
    else { return nil }
    return
      "CHECK THE DOCUMENT: it is reported as \(state); who holds it may be the one from whom it was taken"
  }

  private var call: String? {
    let parts = [
      contact?.phone, contact?.hours, contact?.reference.map { "reference \($0)" },
    ].compactMap { $0 }
    if !parts.isEmpty { return parts.joined(separator: ", ") }
    guard let action, action != "none" else { return nil }
    return "the record names nobody: ask its author, \(found.found.author)"
  }
}
