internal import Wire

/// Cuts messages into records and seals them where they are written, in the caller's buffer.
final class RecordSender {
  private let cipher: CipherState
  private var keySince: UInt64
  /// Where in the buffer the open record's u16 is.
  private var start = 0

  init(_ cipher: CipherState, now: UInt64) {
    self.cipher = cipher
    keySince = now
  }

  /// Writes one record or more that hold `bytes` (at least one record, even for none of them).
  func send(_ bytes: Span<UInt8>, framed: Bool, now: UInt64, into out: inout [UInt8]) {
    open(&out, expecting: bytes.count + TransportLimits.messageHeaderBytes)
    if framed { putHeader(bytes.count, now, &out) }
    put(bytes, now, &out)
    close(now, &out)
  }

  /// Writes messages so that they share records.
  func send(_ messages: [[UInt8]], now: UInt64, into out: inout [UInt8]) {
    open(&out, expecting: messages.reduce(0) { $0 + $1.count + TransportLimits.messageHeaderBytes })
    for message in messages {
      putHeader(message.count, now, &out)
      put(message.span, now, &out)
    }
    close(now, &out)
  }

  private func open(_ out: inout [UInt8], expecting count: Int) {
    let records = count / TransportLimits.maxRecordDataBytes + 1
    let overhead = TransportLimits.recordHeaderBytes + TransportLimits.minRecordCiphertextBytes
    let wanted = out.count + count + records * overhead
    // Exact reservations by many small sends would copy the buffer each time.
    if wanted > out.capacity { out.reserveCapacity(max(wanted, 2 * out.capacity)) }
    begin(&out)
  }

  private func begin(_ out: inout [UInt8]) {
    start = out.count
    out.append(0)
    out.append(0)
    out.append(RecordFlags.data)
  }

  private func putHeader(_ count: Int, _ now: UInt64, _ out: inout [UInt8]) {
    var header: [UInt8] = []
    header.append(bigEndian: UInt32(count))
    put(header.span, now, &out)
  }

  private func put(_ bytes: Span<UInt8>, _ now: UInt64, _ out: inout [UInt8]) {
    var offset = 0
    while offset < bytes.count {
      let used = out.count - start - TransportLimits.recordHeaderBytes - 1
      let room = TransportLimits.maxRecordDataBytes - used
      guard room > 0 else {
        close(now, &out)
        begin(&out)
        continue
      }
      let count = min(room, bytes.count - offset)
      out.append(bytes.extracting(offset..<(offset + count)))
      offset += count
    }
  }

  private func close(_ now: UInt64, _ out: inout [UInt8]) {
    let body = start + TransportLimits.recordHeaderBytes
    let ciphertextBytes = out.count - body + TransportLimits.tagBytes
    let age = now > keySince ? now - keySince : 0
    let rekeys =
      age >= TransportLimits.rekeyMilliseconds
      || cipher.keyBytes + UInt64(ciphertextBytes) >= TransportLimits.rekeyBytes
    if rekeys { out[body] = RecordFlags.dataThenRekey }
    out[start] = UInt8(truncatingIfNeeded: ciphertextBytes >> 8)
    out[start + 1] = UInt8(truncatingIfNeeded: ciphertextBytes)
    cipher.seal(&out, from: body)
    if rekeys {
      cipher.rekey()
      keySince = now
    }
  }
}

/// The first byte of each record's plaintext.
enum RecordFlags {
  static let data: UInt8 = 0
  /// The sender changes the key of this direction after this record.
  static let dataThenRekey: UInt8 = 1
}
