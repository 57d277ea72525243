internal import Records

/// Legs of a trip that lie ahead of who publishes them.
struct Journey: Hashable, Sendable {
  /// `KL1234 2026-12-01 AMS–IST, …`
  let text: String

  /// - Parameter publishedAt: Unix milliseconds. A trip that was published when it had begun is no
  ///   warning.
  /// - Returns: nil where no leg is planned or booked.
  init?(_ trip: Trip, publishedAt: Int64) {
    let firstDay = Int(publishedAt / 86_400_000) - 1
    let legs = trip.legs.filter { leg in
      guard leg.status?.value == .planned || leg.status?.value == .booked else { return false }
      return leg.depart?.time.map { $0.day.number >= firstDay } ?? true
    }
    guard !legs.isEmpty else { return nil }
    let words = legs.prefix(Journey.legs).map(Journey.words).joined(separator: ", ")
    text = String(words.prefix(Journey.characters))
  }

  /// Limits of one sentence.
  private static let legs = 6
  private static let characters = 400

  private static func words(_ leg: Leg) -> String {
    let places = "\(leg.from?.text ?? "?")–\(leg.to?.text ?? "?")"
    return [leg.service, leg.depart?.text, places, leg.status?.text].compactMap { $0 }
      .joined(separator: " ")
  }
}
