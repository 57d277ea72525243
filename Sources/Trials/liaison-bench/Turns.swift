/// One of several who commit the same rows, and how long each commit took.
final class Runner {
  let name: String
  private let commit: (Int) throws -> Void
  private let end: () throws -> Void
  private(set) var milliseconds: [Double] = []
  private(set) var settleSeconds = 0.0

  init(
    _ name: String, settle: @escaping () throws -> Void = {},
    commit: @escaping (Int) throws -> Void
  ) {
    self.name = name
    self.commit = commit
    end = settle
  }

  func run(_ commits: Range<Int>) throws {
    for number in commits {
      let watch = Stopwatch()
      try commit(number)
      milliseconds.append(watch.seconds * 1e3)
    }
  }

  func settle() throws {
    let watch = Stopwatch()
    try end()
    settleSeconds = watch.seconds
  }

  /// Entries made durable in a second, over a part of the commits.
  func rate(_ entriesOfCommit: Int, _ part: Range<Int>? = nil) -> Double {
    let part = part ?? 0..<milliseconds.count
    return Double(part.count * entriesOfCommit) / milliseconds[part].reduce(0, +) * 1e3
  }

  /// - Parameter count: commits of each run; a tenth of them is a decile.
  func report(_ entriesOfCommit: Int) -> JSON {
    let count = milliseconds.count
    let decile = max(1, count / 10)
    let total = milliseconds.reduce(0, +) / 1e3 + settleSeconds
    return .object([
      ("entriesPerSecond", .figure(rate(entriesOfCommit))),
      ("entriesPerSecondSettled", .figure(Double(count * entriesOfCommit) / total)),
      ("firstDecilePerSecond", .figure(rate(entriesOfCommit, 0..<decile))),
      ("lastDecilePerSecond", .figure(rate(entriesOfCommit, (count - decile)..<count))),
      ("commitP50Milliseconds", .figure(milliseconds.quantile(0.5))),
      ("commitP99Milliseconds", .figure(milliseconds.quantile(0.99))),
    ])
  }
}

/// Runs several contenders in turns, so that whatever else the machine does meets all of them.
enum Turns {
  /// Each contender's commits are cut into this many pieces.
  static let pieces = 20

  static func run(_ runners: [Runner], commits: Int) throws {
    for piece in 0..<pieces {
      let range = (commits * piece / pieces)..<(commits * (piece + 1) / pieces)
      // Another begins each time: nobody always follows the same one.
      for place in runners.indices {
        try runners[(place + piece) % runners.count].run(range)
      }
    }
    for runner in runners { try runner.settle() }
  }
}
