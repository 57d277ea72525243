public import Store
import Wire

// The file, at a start (Protocols/readability.md, READ-19).
extension ChangeJournal {
  /// The outcome of reading the file.
  public enum Recovered {
    /// Nobody ever asked.
    case none
    /// It is to be made anew, with another identity.
    case lost(String)
    case found(ChangeJournal)
  }

  /// - Parameter session: of this start.
  /// - Throws: what the disk answered: what the file says is not known.
  public static func recover(
    _ disk: any Disk, session: RandomName, limits: ReadabilityLimits = .init()
  ) throws(DiskError) -> Recovered {
    guard let size = try disk.size(of: .readability) else { return .none }
    guard size >= UInt64(2 * limits.areaBytes) else { return .lost("it is too short") }
    var best: (area: [UInt8], frame: JournalFrame)?
    for number in 0..<2 {
      let area = try disk.read(
        .readability, at: UInt64(number * limits.areaBytes), count: limits.areaBytes)
      guard let frame = JournalFrame(area, at: 0), frame.kind == .state, frame.sequence == 0,
        frame.generation > 0, frame.generation <= Layout.numbersMost,
        frame.generation % 2 == UInt64(number)
      else { continue }
      if frame.generation > best?.frame.generation ?? 0 { best = (area, frame) }
    }
    guard let best else { return .lost("no state in it is whole") }
    do throws(WireError) {
      guard let read = try AreaReading(best.area, best.frame, limits) else {
        return .lost("it is damaged")
      }
      return .found(ChangeJournal(read.state, read.place, session: session))
    } catch {
      return .lost("it says what no journal says")
    }
  }
}

/// One area, read to its end.
private struct AreaReading {
  private(set) var state: JournalState
  let place: FilePlace

  /// - Returns: nil if a frame that is not whole has a whole one of this generation behind it.
  init?(
    _ area: [UInt8], _ first: JournalFrame, _ limits: ReadabilityLimits
  ) throws(WireError) {
    let payload = area[first.payload]
    var reader = ByteReader(count: payload.count)
    guard var state = JournalState(limits, try JournalRecord(&reader, payload.span)) else {
      return nil
    }
    try state.take(payload.dropFirst(reader.offset))
    var frame = first
    while let next = JournalFrame(area, at: frame.end), next.kind == .additions,
      next.generation == first.generation, next.sequence == frame.sequence + 1
    {
      try state.take(area[next.payload])
      frame = next
    }
    for offset in stride(from: frame.end, to: area.count, by: Layout.page) {
      if let later = JournalFrame(area, at: offset), later.generation == first.generation {
        return nil
      }
    }
    // The next session begins at the end: behind one that began later there would be no order.
    guard state.sessions.allSatisfy({ $0.start <= state.endNumber }) else { throw .truncated }
    self.state = state
    place = FilePlace(
      limits, generation: frame.generation, sequence: frame.sequence, offset: frame.end)
  }
}
