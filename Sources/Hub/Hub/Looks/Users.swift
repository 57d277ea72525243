internal import HubInterface
internal import Records
internal import Runtime

/// The users that may look, and for which purposes: `users.conf` in the hub's folder, one line for
/// each, `NAME PURPOSE…`; the word `audit` beside them lets a user read who looked at what. Without
/// that file the hub's own user and root may look for every purpose, and others not at all.
struct Users: Sendable {
  private var purposes: [String: Set<Purpose>]?
  private var auditors: Set<String> = []

  /// Some ten thousand lines.
  static let fileBytes = 1 << 20

  /// Everybody may look for everything.
  init() {}

  /// - Throws: the line that could not be understood, as a sentence.
  init(parsing text: String) throws(HubError) {
    var found: [String: Set<Purpose>] = [:]
    for (number, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated()
    {
      let words = line.prefix { $0 != "#" }.split(whereSeparator: { $0 == " " || $0 == "\t" })
      guard let name = words.first else { continue }
      var allowed: Set<Purpose> = []
      for word in words.dropFirst() {
        if word == "audit" {
          auditors.insert(String(name))
          continue
        }
        guard let purpose = Purpose(rawValue: String(word)) else {
          throw .refused(
            reason: "users.conf, line \(number + 1): \"\(word)\" is no purpose",
            hint: "write NAME and then some of \(Users.known)")
        }
        allowed.insert(purpose)
      }
      found[String(name)] = allowed
    }
    purposes = found
  }

  static let known = Purpose.allCases.map(\.rawValue).joined(separator: " ")

  var isOpen: Bool { purposes == nil }

  func isAuditor(_ user: String) -> Bool { isOpen || auditors.contains(user) }

  func checkAuditor(_ user: String) throws(HubError) {
    guard isAuditor(user) else {
      throw .notAllowed(
        reason: "\(user) may not read who looked at what",
        hint: "users.conf gives that with the word audit")
    }
  }

  func check(_ user: String, _ purpose: Purpose) throws(HubError) {
    guard let purposes else { return }
    guard let allowed = purposes[user] else {
      throw .notAllowed(
        reason: "\(user) is not in users.conf", hint: "ask who runs this hub for access")
    }
    guard allowed.contains(purpose) else {
      throw .notAllowed(
        reason: "\(user) may not look for the purpose \(purpose.rawValue)",
        hint: "allowed: "
          + Purpose.allCases.filter(allowed.contains).map(\.rawValue).joined(separator: ", "))
    }
  }
}
