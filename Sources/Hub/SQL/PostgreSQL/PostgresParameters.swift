internal import CPostgres

/// Values of one statement in libpq's binary form, in one buffer that is used again.
struct PostgresParameters {
  private struct Slot {
    var offset = 0
    /// -1: null.
    var count = -1
  }

  private var bytes: [UInt8] = []
  private var slots: [Slot] = []

  mutating func set(_ place: Int, _ value: Int64) {
    let offset = bytes.count
    unsafe withUnsafeBytes(of: value.bigEndian) { unsafe bytes.append(contentsOf: $0) }
    set(place, Slot(offset: offset, count: 8))
  }

  mutating func set(_ place: Int, _ value: some Collection<UInt8>) {
    let offset = bytes.count
    bytes.append(contentsOf: value)
    set(place, Slot(offset: offset, count: bytes.count - offset))
  }

  mutating func setNull(_ place: Int) { set(place, Slot()) }

  private mutating func set(_ place: Int, _ slot: Slot) {
    while slots.count < place { slots.append(Slot()) }
    slots[place - 1] = slot
  }

  mutating func removeAll() {
    bytes.removeAll(keepingCapacity: true)
    slots.removeAll(keepingCapacity: true)
  }

  /// - Parameter body: number of values, pointers to them, their lengths, and their formats.
  /// - Returns: what `body` returned.
  @unsafe func with(
    _ body: (
      Int32, UnsafePointer<UnsafePointer<CChar>?>?, UnsafePointer<Int32>?, UnsafePointer<Int32>?
    ) -> Int32
  ) -> Int32 {
    // An empty value is no null: its pointer has to point somewhere.
    let kept = bytes.isEmpty ? [0] : bytes
    let lengths = slots.map { Int32(max(0, $0.count)) }
    let formats = [Int32](repeating: 1, count: slots.count)
    return unsafe kept.withUnsafeBytes { buffer in
      let start = unsafe buffer.baseAddress?.assumingMemoryBound(to: CChar.self)
      let pointers = unsafe slots.map { slot in
        unsafe slot.count < 0 ? nil : start.map { unsafe $0 + min(slot.offset, kept.count - 1) }
      }
      return unsafe pointers.withUnsafeBufferPointer { pointers in
        unsafe lengths.withUnsafeBufferPointer { lengths in
          unsafe formats.withUnsafeBufferPointer { formats in
            unsafe body(
              Int32(slots.count), pointers.baseAddress, lengths.baseAddress, formats.baseAddress)
          }
        }
      }
    }
  }
}
