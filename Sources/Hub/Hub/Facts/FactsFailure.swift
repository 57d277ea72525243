/// The facts could not be written.
struct FactsFailure: Error, Hashable, Sendable {
  let reason: String
}
