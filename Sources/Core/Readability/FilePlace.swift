import Store

/// Where the next frame goes (Protocols/readability.md, READ-18).
struct FilePlace {
  private let areaBytes: Int
  private(set) var generation: UInt64 = 0
  private var sequence: UInt64 = 0
  /// The place in the area of `generation`.
  private var offset = 0
  /// The next write is a state.
  var turnIsDue = true

  /// The place in a file that is to be made.
  init(_ limits: ReadabilityLimits) { areaBytes = limits.areaBytes }

  /// The place behind what was read.
  init(_ limits: ReadabilityLimits, generation: UInt64, sequence: UInt64, offset: Int) {
    areaBytes = limits.areaBytes
    self.generation = generation
    self.sequence = sequence
    self.offset = offset
  }

  func hasRoom(for payload: Int) -> Bool {
    offset + JournalFrame.bytes(payload: payload) <= areaBytes
  }

  /// True when a state of that many bytes leaves room for additions behind it.
  func holdsState(_ payload: Int) -> Bool {
    JournalFrame.bytes(payload: payload) + Layout.page <= areaBytes
  }

  private static func start(of generation: UInt64, _ areaBytes: Int) -> UInt64 {
    UInt64(Int(generation % 2) * areaBytes)
  }

  mutating func write(_ payload: [UInt8]) -> [DiskOperation] {
    sequence += 1
    let frame = JournalFrame.encode(
      .additions, generation: generation, sequence: sequence, payload)
    let at = FilePlace.start(of: generation, areaBytes) + UInt64(offset)
    offset += frame.count
    return [.write(.readability, offset: at, bytes: frame), .sync(.readability)]
  }

  /// Into the other area; the older one is no state any more then.
  mutating func writeState(_ payload: [UInt8]) -> [DiskOperation] {
    let isNew = generation == 0
    generation += 1
    sequence = 0
    turnIsDue = false
    let frame = JournalFrame.encode(.state, generation: generation, sequence: 0, payload)
    offset = frame.count
    let at = FilePlace.start(of: generation, areaBytes)
    let writing: [DiskOperation] = [
      .write(.readability, offset: at, bytes: frame), .sync(.readability),
    ]
    if isNew {
      // Whatever lay there under this name, another journal or part of one, is none of this one.
      return [
        .remove(.readability), .create(.readability),
        .preallocate(.readability, bytes: UInt64(2 * areaBytes)),
      ] + writing + [.syncFolder(.root)]
    }
    let older = FilePlace.start(of: generation - 1, areaBytes)
    return writing + [
      .write(.readability, offset: older, bytes: [UInt8](repeating: 0, count: Layout.page)),
      .sync(.readability),
    ]
  }
}
