import CommandLine

do throws(Failure) {
  switch try Commands.tool.parse(Array(Swift.CommandLine.arguments.dropFirst())) {
  case .print(let text): Output.print(text)
  case .run(_, let arguments): Output.exit(number: try runStore(arguments))
  }
} catch {
  Output.fail(Commands.tool.name, error)
}
