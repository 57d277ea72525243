internal import Crypto
internal import Log
internal import Wire

/// The bytes at the place of a body.
struct FoundBody {
  let bytes: [UInt8]
  /// False where its record's header is zeros, as the bytes are: a hole over several bodies takes
  /// both.
  var hasHeader = true
}

/// Reads bodies from the segments; those whose index record is not written yet from the journals.
struct BodyReader {
  let files: LogFiles
  private var segment: UInt32?
  private var reader: WindowReader?

  init(files: LogFiles) { self.files = files }

  /// - Returns: the body's bytes; nil if they are not there, which `result` then says.
  mutating func body(
    _ index: UInt64, _ record: IndexRecord?, _ result: inout ChunkResult
  ) throws(ReadFailure) -> FoundBody? {
    guard let record else {
      return files.journaledBody(index).map { FoundBody(bytes: Array($0)) }
    }
    let name = StoreFormat.segmentName(record.segment)
    let bytes = StoreFormat.bodyHeaderBytes + Int(record.length)
    let length = files.segments[record.segment]
    if index >= files.required, UInt64(record.offset) + UInt64(bytes) > length ?? 0,
      let body = files.journaledBody(index)
    {
      return FoundBody(bytes: Array(body))
    }
    guard let length else {
      result.add(name, index, UInt64(record.offset), "the segment is missing that holds the body")
      return nil
    }
    if segment != record.segment {
      reader = try ReadOnlyFile(path: files.folder + "/" + name).map { WindowReader($0) }
      segment = record.segment
    }
    guard UInt64(record.offset) + UInt64(bytes) <= length,
      let start = try reader?.locate(UInt64(record.offset), bytes), let window = reader?.window
    else {
      result.add(name, index, UInt64(record.offset), "ends before the end of the body")
      return nil
    }
    let magic: UInt32 = window.span.bigEndian(at: start)
    let bodyBytes: UInt32 = window.span.bigEndian(at: start + 4)
    let owner: UInt64 = window.span.bigEndian(at: start + 8)
    let body = Array(window[(start + StoreFormat.bodyHeaderBytes)..<(start + bytes)])
    if magic == StoreFormat.bodyMagic, bodyBytes == record.length, owner == index {
      return FoundBody(bytes: body)
    }
    guard record.length > 0, window[start..<(start + bytes)].allSatisfy({ $0 == 0 }) else {
      result.add(
        name, index, UInt64(record.offset), "holds another body record than the index points to")
      return nil
    }
    return FoundBody(bytes: body, hasHeader: false)
  }
}
