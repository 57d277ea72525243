import CommandLine

Program.begin(holdsSecrets: false)
do throws(Failure) {
  switch try Commands.tool.parse(Program.arguments) {
  case .print(let text): Output.print(text)
  case .run(let verb, let arguments):
    for command in Commands.all where command.verb.name == verb.name {
      Output.exit(number: try command.run(arguments))
    }
  }
} catch {
  Output.fail(Commands.tool.name, error)
}
