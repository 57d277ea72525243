import Foundation
import Matching

/// The cost of a pair of names: folding apart, since a query is folded once.
enum HubNamesTime {
  private static let rounds = 40

  static func run(_ pairs: [NameData.Pair]) -> JSON {
    let texts = pairs.flatMap { [$0.a, $0.b] }
    _ = FoldedName("Warm").text
    let folding = time(rounds) {
      var bytes = 0
      for text in texts { bytes &+= FoldedName(text).text.utf8.count }
      return bytes
    }
    let folded = pairs.map { (FoldedName($0.a), FoldedName($0.b)) }
    let alike = time(rounds) {
      var sum = 0
      for (a, b) in folded { sum &+= Matcher.points(a, b) }
      return sum
    }
    // Names that have nothing to do with one another, as most are that an index finds.
    let strangers = time(rounds) {
      var sum = 0
      for index in folded.indices {
        sum &+= Matcher.points(folded[index].0, folded[(index + 101) % folded.count].1)
      }
      return sum
    }
    let explained = time(rounds) {
      var sum = 0
      for (a, b) in folded { sum &+= Matcher.explain(a, b).rows.count }
      return sum
    }
    func microseconds(_ seconds: Double, _ count: Int) -> JSON {
      .figure(seconds / Double(count * rounds) * 1e6)
    }
    return .object([
      ("foldMicroseconds", microseconds(folding, texts.count)),
      ("pairMicroseconds", microseconds(alike, folded.count)),
      ("strangersMicroseconds", microseconds(strangers, folded.count)),
      ("explainMicroseconds", microseconds(explained, folded.count)),
    ])
  }

  /// Processor time, since other processes run on the machine.
  private static func time(_ rounds: Int, _ body: () -> Int) -> Double {
    var sum = 0
    let start = clock()
    for _ in 0..<rounds { sum &+= body() }
    let seconds = Double(clock() - start) / Double(CLOCKS_PER_SEC)
    // The sum is used, so that nothing is optimised away.
    return sum == .min ? 0 : seconds
  }
}
