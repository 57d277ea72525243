/// The store's condition, and the reserve that lets what is on its way come to its end on a full
/// disk (Protocols/store.md, 6.6).
struct DiskRoom {
  private(set) var condition: StoreCondition = .running
  /// Work that met a full disk.
  private(set) var stalled: Work?
  private var retryWanted = false
  private var reserveIsHeld = true
  private let reserveBytes: UInt64

  init(reserveBytes: UInt64) { self.reserveBytes = reserveBytes }

  /// A start found no room for the reserve.
  mutating func lackReserve() {
    condition = .full
    reserveIsHeld = false
  }

  /// Asks for room again with the next work.
  mutating func retry() {
    if condition == .full { retryWanted = true }
  }

  /// On a full disk the reserve makes room for what was on its way; after that only `retry` does
  /// anything.
  mutating func nextWork() -> Work? {
    guard condition == .full else { return nil }
    if let stalled {
      guard reserveIsHeld || retryWanted else { return nil }
      self.stalled = nil
      if !reserveIsHeld {
        retryWanted = false
        return stalled
      }
      reserveIsHeld = false
      let release = DiskOperation.truncate(.reserve, bytes: 0)
      return Work(kind: stalled.kind, operations: [release] + stalled.operations)
    }
    guard retryWanted else { return nil }
    retryWanted = false
    return Work(
      kind: .reserve,
      operations: [
        .create(.reserve), .preallocate(.reserve, bytes: reserveBytes), .sync(.reserve),
      ])
  }

  /// A full disk is waited for; what any other error left on the disk is not known, so that nothing
  /// is written after it. A disk reports a failed sync never as `.noSpace`.
  mutating func didFail(_ work: Work, _ error: DiskError) {
    guard error == .noSpace else {
      condition = .failed(error)
      return
    }
    condition = .full
    if case .reserve = work.kind { return }
    stalled = work
  }

  mutating func didReserve() {
    reserveIsHeld = true
    condition = .running
  }
}
