/// How bytes travel from one site to another: each direction by itself.
struct Way {
  var delay: ClosedRange<UInt64>
  /// Nothing arrives before; TCP sends it again then.
  var blockedUntil: UInt64 = 0
  /// Bytes in a second; nil: as many as there are.
  var bytesPerSecond: Int?

  func isBlocked(at now: UInt64) -> Bool { blockedUntil > now }
}

/// How a reader gets what arrived.
enum ReadCut: CaseIterable {
  case whole, pieces, single
}
