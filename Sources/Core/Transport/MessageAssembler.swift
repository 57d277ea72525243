internal import Wire

/// Cuts the stream of data back into messages: u32 length ‖ bytes.
///
/// Memory follows what arrived, not what was announced: a peer that announces the maximum and sends
/// nothing costs nothing.
struct MessageAssembler {
  private var length: UInt32 = 0
  private var headerBytes = 0
  private var body: [UInt8] = []

  /// - Parameter range: where the record's data is, without its flags.
  mutating func take(
    _ record: [UInt8], in range: Range<Int>, into events: inout [ChannelEvent]
  ) throws(ChannelError) {
    let data = record.span.extracting(range)
    var offset = 0
    while offset < data.count {
      if headerBytes < TransportLimits.messageHeaderBytes {
        length = length << 8 | UInt32(data[offset])
        headerBytes += 1
        offset += 1
        guard headerBytes == TransportLimits.messageHeaderBytes else { continue }
        guard Int(length) <= TransportLimits.maxMessageBytes else { throw .messageTooLong }
        if length == 0 { emit(into: &events) }
        continue
      }
      let count = min(Int(length) - body.count, data.count - offset)
      reserve(body.count + count)
      body.append(data.extracting(offset..<(offset + count)))
      offset += count
      if body.count == Int(length) { emit(into: &events) }
    }
  }

  private mutating func reserve(_ wanted: Int) {
    guard wanted > body.capacity else { return }
    body.reserveCapacity(min(Int(length), max(wanted, 4 * body.capacity)))
  }

  private mutating func emit(into events: inout [ChannelEvent]) {
    events.append(.message(body))
    body = []
    length = 0
    headerBytes = 0
  }
}
