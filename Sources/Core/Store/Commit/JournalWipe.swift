/// Journals that are to be filled with zeros, since they may hold bodies that are gone from log
/// files (Protocols/store.md, STO-72).
struct JournalWipe {
  /// By the journal's number.
  private var isWanted = [false, false]
  /// How far the older journal is, as long as this generation is the present one: the next turn
  /// writes over it.
  private var place = (generation: UInt64(0), offset: UInt64(0))

  var isBusy: Bool { isWanted.contains(true) }

  /// Both, from now on.
  mutating func ask() {
    isWanted = [true, true]
    place = (0, 0)
  }

  /// That journal may hold something still.
  func wants(_ number: Int) -> Bool { isWanted[number] }

  /// The next zeros of the journal that is not written.
  /// - Precondition: nobody needs what it holds, and `wants` it.
  func work(_ current: JournalPosition) -> Work {
    let offset = place.generation == current.generation ? place.offset : 0
    let end = min(offset + UInt64(Limits.wipedBytes), current.bytes)
    let file = StoreFile.journal(1 - current.number)
    let zeros = [UInt8](repeating: 0, count: Int(end - offset))
    let write = DiskOperation.write(file, offset: offset, bytes: zeros)
    return Work(
      kind: .wipe(upTo: end), operations: end == current.bytes ? [write, .sync(file)] : [write])
  }

  /// - Parameter end: as `work` gave it.
  mutating func didWrite(upTo end: UInt64, _ current: JournalPosition) {
    place = (current.generation, end)
    if end == current.bytes { isWanted[1 - current.number] = false }
  }
}
