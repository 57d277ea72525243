import CommandLine

Program.begin(holdsSecrets: false)
do throws(Failure) {
  switch try Commands.tool.parse(Program.arguments) {
  case .print(let text): Output.print(text)
  case .run(let verb, let arguments):
    switch verb.name {
    case Commands.store.name: Output.exit(number: try runStore(arguments))
    case Commands.restore.name: Output.exit(number: try runRestore(arguments))
    case Commands.theft.name: Output.exit(number: try runTheft(arguments))
    case Commands.spread.name: Output.exit(number: try runSpread(arguments))
    default: Output.exit(number: try runNetwork(arguments))
    }
  }
} catch {
  Output.fail(Commands.tool.name, error)
}
