import CommandLine
import Testing

@Suite struct CommandParsingTests {
  let tool = Tool(
    name: "t", summary: "a tool",
    verbs: [
      Verb(
        "peer add", "add one", arguments: [Argument("FILE", "a file")],
        options: [
          Option("--data", "DIR", summary: "where", fallback: "/d"),
          Option("--key", "K", summary: "a key", repeats: true), Option("--json", summary: "JSON"),
        ]),
      Verb("show", "show one", options: [Option("--to", "N", summary: "who", isRequired: true)]),
    ], version: "1")

  private func arguments(_ words: [String]) throws -> Arguments {
    guard case .run(_, let arguments) = try tool.parse(words) else { throw Failure(.software, "") }
    return arguments
  }

  @Test func readsOptionsInAnyPlaceAndBothSpellings() throws {
    let parsed = try arguments(["peer", "add", "--key=a", "f", "--key", "b", "--json"])
    #expect(parsed.words == ["f"])
    #expect(parsed.all("--key") == ["a", "b"])
    #expect(parsed.has("--json"))
    #expect(parsed.value("--data") == "/d")
    #expect(try arguments(["peer", "add", "--", "--json"]).words == ["--json"])
  }

  @Test(arguments: [
    ([], "Which verb?"), (["shwo"], "There is no verb \"shwo\"."),
    (["peer"], "\"peer\" needs another word."), (["peer", "add"], "FILE is missing: a file."),
    (["peer", "add", "a", "b"], "\"b\" is one word too many."),
    (["show"], "--to is missing: who."), (["show", "--to"], "--to needs a value."),
    (["show", "--to="], "The value of --to is empty."),
    (["show", "--to", "a", "--to", "b"], "--to is given twice."),
    (["peer", "add", "f", "--json=1"], "--json takes no value."),
    (["show", "--tp", "a"], "t show has no option --tp."),
  ])
  func refusesInOneSentenceWithAHint(_ words: [String], _ sentence: String) {
    let failure = #expect(throws: Failure.self) { try tool.parse(words) }
    #expect(failure?.sentence == sentence)
    #expect(failure?.code == .usage)
    #expect(failure?.hint.isEmpty == false)
  }

  @Test func helpAndManPageNameEveryOption() throws {
    guard case .print(let help) = try tool.parse(["peer", "add", "--help"]),
      case .print(let page) = try tool.parse(["--man"])
    else { throw Failure(.software, "") }
    for option in ["--data DIR", "--key K", "--json"] {
      #expect(help.contains(option))
      #expect(page.contains(option.replacing("-", with: "\\-")))
    }
  }
}
