internal import HubInterface
internal import Records
internal import SQL

/// Decides whether a question may be asked: purpose and reason, or an open case that holds both.
struct LookGate {
  let users: Users
  let desk: Desk

  func check(_ look: Look, of user: String) throws -> CheckedLook {
    if let number = look.case {
      guard let investigation = try desk.investigation(number), investigation.user == user else {
        throw HubError.unknownCase(number)
      }
      guard investigation.closedAt == nil else {
        throw HubError.notAllowed(
          reason: "case \(number) is closed", hint: "open another: liaison case open")
      }
      return try check(investigation.purpose, look.reason ?? investigation.reason, user, number)
    }
    return try check(look.purpose, look.reason, user, nil)
  }

  func check(
    _ purpose: String?, _ reason: String?, _ user: String, _ number: Int?
  ) throws(HubError) -> CheckedLook {
    guard let text = purpose else {
      throw .notAllowed(
        reason: "no purpose was named",
        hint: "say why you look: --purpose ct --reason \"…\", or --case NUMBER")
    }
    guard let purpose = Purpose(rawValue: text) else {
      throw .notAllowed(
        reason: "\"\(text)\" is no purpose", hint: "use one of \(Users.known)")
    }
    let reason = (reason ?? "").trimmed
    guard !reason.isEmpty else {
      throw .notAllowed(
        reason: "no reason was given", hint: "say why you look: --reason \"…\"")
    }
    guard reason.utf8.count <= HubLimits.reasonBytes else {
      throw .notAllowed(
        reason: "the reason has more than \(HubLimits.reasonBytes) bytes", hint: "make it shorter")
    }
    try users.check(user, purpose)
    return CheckedLook(user: user, purpose: purpose, reason: reason, caseNumber: number)
  }
}

extension String {
  /// Without white space at its ends.
  var trimmed: String {
    var text = self[...]
    while let first = text.first, first.isWhitespace { text.removeFirst() }
    while let last = text.last, last.isWhitespace { text.removeLast() }
    return String(text)
  }
}
