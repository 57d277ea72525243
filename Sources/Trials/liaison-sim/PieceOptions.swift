import CommandLine
import Simulation

/// The options that say which pieces of a campaign are done.
struct PieceOptions: Sendable {
  /// `--points N`
  let many: Option
  /// `--point P`; nil where a piece is found again by a seed of its own.
  let one: Option?

  var all: [Option] { [many] + (one.map { [$0] } ?? []) }
  /// The noun of pieces, as they are counted.
  var noun: String { String(many.name.dropFirst(2)) }

  func pieces(_ arguments: Arguments) throws(Failure) -> Pieces {
    if let one, let number = try arguments.number(one.name, in: 0...(.max)) {
      return .only(number)
    }
    return .first(try arguments.number(many.name, in: 1...1_000_000_000) ?? 1)
  }

  /// The words that say so.
  func words(_ pieces: Pieces) -> [String] {
    switch pieces {
    case .first(let count): [many.name, "\(count)"]
    case .only(let number): one.map { [$0.name, "\(number)"] } ?? []
    }
  }
}
