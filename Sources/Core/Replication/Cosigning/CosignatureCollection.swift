/// When an author hands what it collected to everybody: SYNC-53.
struct CosignatureCollection {
  private(set) var isChanged = false
  private(set) var dueAt: UInt64 = 0
  /// The largest checkpoint that anybody cosigned.
  private var largest: UInt64 = 0

  mutating func changed(over size: UInt64, at now: UInt64) {
    isChanged = true
    guard size > largest else { return }
    largest = size
    // The first of a set waits for the others.
    dueAt = max(dueAt, now + Limits.cosignaturesSettleMilliseconds)
  }

  func isDue(at now: UInt64) -> Bool { isChanged && now >= dueAt }

  mutating func handed(at now: UInt64) {
    isChanged = false
    dueAt = now + Limits.cosignaturesEveryMilliseconds
  }
}
