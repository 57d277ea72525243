import CommandLine

do throws(Failure) {
  switch try Commands.tool.parse(Array(Swift.CommandLine.arguments.dropFirst())) {
  case .print(let text): Output.print(text)
  case .run(let verb, let arguments):
    let isStore = verb.name == Commands.store.name
    Output.exit(number: isStore ? try runStore(arguments) : try runRestore(arguments))
  }
} catch {
  Output.fail(Commands.tool.name, error)
}
