import CommandLine

/// A verb, and the function that does it.
struct Command: Sendable {
  let verb: Verb
  let run: @Sendable (Arguments) throws(Failure) -> Void

  init(_ verb: Verb, _ run: @escaping @Sendable (Arguments) throws(Failure) -> Void) {
    self.verb = verb
    self.run = run
  }
}
