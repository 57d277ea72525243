internal import Audit
internal import CommandLine

/// Ends with the sentence on standard error and the last line on standard output.
func fail(_ failure: Failure) -> Never {
  let hint = failure.hint.isEmpty ? "" : " \(failure.hint)"
  Output.printError("liaison-audit: \(failure.sentence)\(hint)\n")
  let word =
    switch failure.code {
    case .usage: "usage"
    case .noInput: "no-input"
    default: "io-error"
    }
  Output.print("RESULT \(word) \(failure.code.rawValue)\n")
  Output.exit(failure.code)
}

Program.begin(holdsSecrets: false)
do throws(Failure) {
  switch try Commands.tool.parse(Program.arguments) {
  case .print(let text):
    Output.print(text)
  case .run(let verb, let arguments):
    let end =
      switch verb.name {
      case Commands.verify.name: try verify(arguments)
      case Commands.looks.name: try looks(arguments)
      default: try checkFork(arguments)
      }
    end.print(isJSON: arguments.has("--json"))
    Output.exit(number: end.verdict.code)
  }
} catch {
  fail(error)
}
