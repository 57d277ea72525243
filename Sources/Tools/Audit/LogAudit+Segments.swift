internal import Crypto
internal import Log
internal import Wire

extension LogAudit {
  /// Every byte of every segment belongs to a body record that the index points to. The bodies
  /// themselves were hashed with their entries.
  func checkSegments() throws(ReadFailure) {
    let numbers = files.segments.keys.sorted()
    let last = files.journal?.head.segment ?? .max
    for (position, number) in numbers.enumerated()
    where UInt32(position) != number && number <= last {
      add(
        .verificationFailed, StoreFormat.segmentName(UInt32(position)), nil,
        "is missing, \(StoreFormat.segmentName(number)) is there")
      break
    }
    var failure: ReadFailure?
    let scan = SegmentScan(files: files)
    Parallel.inOrder(count: numbers.count, threads: threads) { piece in
      scan.scan(numbers[piece])
    } consume: { result in
      failure = result.failure
      for found in result.damage {
        add(.verificationFailed, found.file, found.index, offset: found.offset, found.what)
      }
      if let tail = result.tail { tails.append(tail) }
      return failure == nil
    }
    if let failure { throw failure }
  }
}

struct SegmentResult: Sendable {
  var damage: [ChunkResult.Damage] = []
  var tail: LogAudit.Tail?
  var failure: ReadFailure?
}

private struct SegmentScan: Sendable {
  let files: LogFiles

  func scan(_ number: UInt32) -> SegmentResult {
    var result = SegmentResult()
    do throws(ReadFailure) {
      try scan(number, &result)
    } catch {
      result.failure = error
    }
    return result
  }

  private func scan(_ number: UInt32, _ result: inout SegmentResult) throws(ReadFailure) {
    let name = StoreFormat.segmentName(number)
    guard let file = try ReadOnlyFile(path: files.folder + "/" + name) else { return }
    var reader = WindowReader(file, windowBytes: AuditLimits.readBytes)
    var indexReader = files.index.map { WindowReader($0) }
    let length = min(file.size, files.segments[number] ?? 0)
    var end = length
    if let head = files.journal?.head {
      if head.segment == number { end = min(length, UInt64(head.segmentOffset)) }
      if head.segment < number { end = 0 }
    }
    var offset: UInt64 = 0
    // The entry of the record before.
    var last: UInt64?
    while offset < end {
      if try isBrokenOff(&reader, offset, number, end) { break }
      guard let start = try reader.locate(offset, StoreFormat.bodyHeaderBytes),
        reader.window.span.bigEndian(at: start) as UInt32 == StoreFormat.bodyMagic
      else {
        if let entry = last, entry < files.size,
          let next = try removed(entry + 1, number, offset, &reader, &indexReader)
        {
          offset = next
          last = entry + 1
          continue
        }
        if files.isLoose { break }
        result.damage.append(
          ChunkResult.Damage(
            file: name, index: nil, offset: offset, what: "no body record begins here"))
        return
      }
      let bytes: UInt32 = reader.window.span.bigEndian(at: start + 4)
      let index: UInt64 = reader.window.span.bigEndian(at: start + 8)
      let next = offset + UInt64(StoreFormat.bodyHeaderBytes) + UInt64(bytes)
      if files.isLoose, next > end || index >= files.size { break }
      guard next <= end else {
        result.damage.append(
          ChunkResult.Damage(
            file: name, index: index, offset: offset, what: "ends in the middle of this body record"
          ))
        return
      }
      if let what = try problem(number, offset, index, &indexReader) {
        result.damage.append(
          ChunkResult.Damage(file: name, index: index, offset: offset, what: what))
      }
      offset = next
      last = index
    }
    if files.isLoose { end = min(end, offset) }
    if end < length {
      result.tail = LogAudit.Tail(file: name, records: end, stride: 1, bytes: length)
    }
  }

  /// True when a daemon was stopped while it wrote the body record at `offset`, which the journals
  /// hold.
  private func isBrokenOff(
    _ reader: inout WindowReader, _ offset: UInt64, _ number: UInt32, _ end: UInt64
  ) throws(ReadFailure) -> Bool {
    guard let head = files.journal?.head, files.required < files.size, number >= head.segment,
      end < UInt64(head.segmentOffset)
    else { return false }
    let header = UInt64(StoreFormat.bodyHeaderBytes)
    guard offset + header <= end, let start = try reader.locate(offset, Int(header)) else {
      return true
    }
    let bytes: UInt32 = reader.window.span.bigEndian(at: start + 4)
    let index: UInt64 = reader.window.span.bigEndian(at: start + 8)
    return offset + header + UInt64(bytes) > end && index >= files.required && index < files.size
  }

  /// A record that went with the one before it, header and all (Protocols/store.md, 6.7).
  /// - Returns: where it ended; nil if nothing says that it was here.
  private func removed(
    _ index: UInt64, _ segment: UInt32, _ offset: UInt64, _ reader: inout WindowReader,
    _ indexReader: inout WindowReader?
  ) throws(ReadFailure) -> UInt64? {
    guard index < files.size,
      let start = try indexReader?.locate(
        index * UInt64(StoreFormat.indexBytes), StoreFormat.indexBytes),
      let window = indexReader?.window, let record = IndexRecord(window.span, at: start),
      record.segment == segment, UInt64(record.offset) == offset
    else { return nil }
    // The check of its entry judges whether the body may be gone.
    guard let header = try reader.locate(offset, StoreFormat.bodyHeaderBytes),
      reader.window[header..<(header + StoreFormat.bodyHeaderBytes)].allSatisfy({ $0 == 0 })
    else { return nil }
    return offset + UInt64(StoreFormat.bodyHeaderBytes) + UInt64(record.length)
  }

  private func problem(
    _ segment: UInt32, _ offset: UInt64, _ index: UInt64, _ reader: inout WindowReader?
  ) throws(ReadFailure) -> String? {
    guard index < files.size else { return "belongs to an entry that is not there" }
    if let body = files.journal?.arrivals[index], body.segment == segment,
      UInt64(body.offset) == offset
    {
      return nil
    }
    let place = index * UInt64(StoreFormat.indexBytes)
    guard let start = try reader?.locate(place, StoreFormat.indexBytes),
      let window = reader?.window
    else { return nil }
    guard let record = IndexRecord(window.span, at: start) else { return nil }
    // A deleted body keeps its record, and its bytes are freed.
    guard record.state != .absent, record.segment == segment, UInt64(record.offset) == offset
    else { return "is a body record that the index does not point to" }
    return nil
  }
}
