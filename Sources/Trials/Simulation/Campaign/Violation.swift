/// Something that must never happen, and happened.
public struct Violation: Error, Hashable, Sendable, CustomStringConvertible {
  /// One line, for the report.
  public let description: String

  init(_ description: String) { self.description = description }
}

/// - Throws: a violation that says `text`, unless `condition` holds.
func expect(_ condition: Bool, _ text: @autoclosure () -> String) throws(Violation) {
  if !condition { throw Violation(text()) }
}

/// Does what must not fail.
func must<Result>(_ what: String, _ body: () throws -> Result) throws(Violation) -> Result {
  do {
    return try body()
  } catch let violation as Violation {
    throw violation
  } catch {
    throw Violation("\(what): \(error)")
  }
}
