import HubInterface
import Testing
import Varlink

@testable import Hub

@Suite("What only the hub's own user and root may do")
struct OperatorTests {
  @Test("HUB-45: others rebuild and copy nothing, whatever users.conf lets them look for")
  func operations() throws {
    let host = try QuestionHost()
    host.service.users = try Users(parsing: "testo ct soc finance border missing")
    var done: [String] = []
    host.service.makeAnew = { done.append("rebuild") }
    host.service.copyOriginals = {
      done.append($0)
      return []
    }
    let backup = BackupRequest(folder: "/x")
    for (method, parameters) in [("Rebuild", nil), ("Backup", backup)] {
      let error = #expect(throws: HubError.self) {
        if let parameters {
          _ = try host.ask(method, parameters, as: BackupReply.self)
        } else {
          _ = try host.ask(method, NoParameters(), as: NoParameters.self)
        }
      }
      guard case .notAllowed = error else {
        Issue.record("\(method): \(String(describing: error))")
        continue
      }
    }
    #expect(done == [])
    #expect(try host.search("x").hits == [])
    host.connect(as: "hub", isOperator: true)
    _ = try host.ask("Rebuild", RebuildRequest(), as: NoParameters.self)
    #expect(try host.ask("Backup", backup, as: BackupReply.self).files == [])
    #expect(done == ["rebuild", "/x"])
    // Records that are nowhere else go only by their number.
    try host.facts.tell([Told.entry("nl", 1, Told.person("a", "Testo One"))])
    try host.facts.tell([Told.kept("nl", 1)])
    for lose in [nil, 2] as [Int?] {
      #expect(throws: HubError.self) {
        _ = try host.ask("Rebuild", RebuildRequest(lose: lose), as: NoParameters.self)
      }
    }
    _ = try host.ask("Rebuild", RebuildRequest(lose: 1), as: NoParameters.self)
    #expect(done == ["rebuild", "/x", "rebuild"])
  }
}
