import HubInterface

enum HandOverText {
  /// Hand-overs that wait to be accepted, by this user or by another; empty: there are none.
  static func offers(_ handOvers: [HandOver], to user: String) -> String {
    handOvers.filter { $0.acceptedAt == nil }.map { offer in
      let next =
        offer.to == user ? "liaison alert accept \(offer.number)" : "it waits for \(offer.to)"
      return
        "hand-over \(offer.number) from \(offer.from) to \(offer.to), \(alerts(offer)): \(offer.reason); \(next)"
        .wrapped(indent: 0)
    }.joined()
  }

  static func table(_ handOvers: [HandOver]) -> String {
    var table = TextTable(["NUMBER", "FROM", "TO", "ALERTS", "OFFERED", "ACCEPTED"], numbers: [0])
    for one in handOvers {
      table.add(
        [
          "\(one.number)", one.from, one.to, numbers(one), HubTime.minute(one.offeredAt),
          one.acceptedAt.map(HubTime.minute) ?? "not yet",
        ], below: one.reason.wrapped(indent: 4))
    }
    return table.text
  }

  static func alerts(_ one: HandOver) -> String {
    one.alerts.count == 1 ? "alert \(numbers(one))" : "alerts \(numbers(one))"
  }

  private static let numbersShown = 8

  private static func numbers(_ one: HandOver) -> String {
    let more = one.alerts.count - numbersShown
    return one.alerts.prefix(numbersShown).map { "\($0)" }.joined(separator: ", ")
      + (more > 0 ? " +\(more)" : "")
  }
}
