import HubInterface

/// Some lines of a list, from their reading until they are printed.
struct ScreenPart {
  /// Passengers of one call: a flight mostly is one, and so one look.
  static let passengersPerCall = 300
  /// Bytes of its passengers' texts; less than a socket holds without anybody reading, so that this
  /// program never waits to write the second call while the hub waits to write the answer to the
  /// first.
  static let bytesPerCall = 96 << 10
  /// Lines that cannot be read are no part of a call and are held with it all the same.
  static let linesPerPart = 1_000

  private(set) var lines: [ScreenLine] = []
  private(set) var passengers: [ScreenPassenger] = []
  private var bytes = 0
  /// Results by passenger, once they are there.
  var results: [PassengerResult]?

  /// - Returns: false when the line belongs to the next part.
  mutating func add(_ line: ScreenLine) -> Bool {
    guard lines.count < ScreenPart.linesPerPart else { return false }
    if let passenger = line.passenger {
      let more = ScreenPart.bytes(passenger)
      guard
        passengers.isEmpty
          || passengers.count < ScreenPart.passengersPerCall
            && bytes + more <= ScreenPart.bytesPerCall
      else { return false }
      bytes += more
      passengers.append(passenger)
    }
    lines.append(line)
    return true
  }

  /// About as many as it has in a call.
  private static func bytes(_ passenger: ScreenPassenger) -> Int {
    let texts = [
      passenger.name, passenger.given, passenger.family, passenger.birth, passenger.gender,
      passenger.nationality, passenger.document, passenger.documentType, passenger.issuer,
    ]
    return texts.reduce(16) { $0 + ($1.map { $0.utf8.count + 16 } ?? 0) }
  }
}
