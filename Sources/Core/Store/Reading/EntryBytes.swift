import Crypto
import Log
import Wire

// Spans of locals stay out of throwing functions: the 6.3.1 compiler fails on some of them.

func isLeaf(
  _ leaves: [UInt8], _ position: Int, of hashes: [UInt8], number: Int? = nil
) -> Bool {
  let number = number ?? position
  return (number + 1) * Layout.hashBytes <= hashes.count
    && EntryHeader.leafHash(of: leaves.span, at: position * EntryLayout.leafBytes)
      == Digest(hashes.span, at: number * Layout.hashBytes)
}

/// True when both have the same 32 bytes there.
func isSame(_ computed: [UInt8], _ stored: [UInt8], _ position: Int) -> Bool {
  let start = position * Layout.hashBytes
  return start + Layout.hashBytes <= stored.count
    && Digest(computed.span, at: start) == Digest(stored.span, at: start)
}

/// The entries that fit `room` if the index is right, and one more: that it does not fit ends the
/// run.
func entriesToRead(_ index: [UInt8], _ wanted: Int, room: Int) -> Int {
  var bytes = 0
  for position in 0..<wanted {
    let record = indexRecord(index, position) ?? .absent
    bytes += EntryLayout.leafBytes + (record.state == .present ? Int(record.length) : 0)
    if bytes > room { return position + 1 }
  }
  return wanted
}

/// The bodies of `positions` one behind the other, when each of their records is as it should be;
/// else nil, and each is looked at on its own.
func wholeBodies(
  _ bytes: [UInt8], _ first: UInt64, _ leaves: [UInt8], _ records: [IndexRecord],
  _ positions: Range<Int>
) -> [UInt8]? {
  var bodies: [UInt8] = []
  bodies.reserveCapacity(bytes.count)
  var lengths: [UInt32] = []
  lengths.reserveCapacity(positions.count)
  var start = 0
  for position in positions where records[position].state == .present {
    start += Layout.bodyHeaderBytes
    let length = Int(records[position].length)
    guard start + length <= bytes.count,
      isBodyHeader(bytes, start, length, first + UInt64(position))
    else { return nil }
    bodies.append(bytes.span.extracting(start..<(start + length)))
    lengths.append(records[position].length)
    start += length
  }
  let hashes = SHA256.hashes(of: bodies.span, lengths: lengths)
  var number = 0
  for position in positions where records[position].state == .present {
    let expected = Digest(
      leaves.span, at: position * EntryLayout.leafBytes + EntryLayout.bodyHash)
    guard Digest(hashes.span, at: number * Layout.hashBytes) == expected else { return nil }
    number += 1
  }
  return bodies
}

/// - Returns: nil where the index file ends before, and for a record that no store writes.
func indexRecord(_ index: [UInt8], _ position: Int) -> IndexRecord? {
  guard (position + 1) * Layout.indexBytes <= index.count else { return nil }
  return IndexRecord(index.span, at: position * Layout.indexBytes)
}

/// True when a damaged record may be a hidden body's. Index, epoch and minute are then at least
/// three bytes that are not zeros, of which one flipped bit leaves two; in a record without them it
/// makes one.
func mayBeHidden(_ index: [UInt8], _ position: Int) -> Bool {
  let end = (position + 1) * Layout.indexBytes
  guard end <= index.count, indexRecord(index, position) == nil else { return false }
  return index[(end - Layout.withdrawalMarkBytes)..<end].count { $0 != 0 } > 1
}

func bodyBytes(_ leaves: [UInt8], _ position: Int) -> UInt32 {
  leaves.span.bigEndian(at: position * EntryLayout.leafBytes + EntryLayout.bodyLength)
}

/// The problem of the body record whose body begins at `start`; nil: it is right.
func bodyProblem(
  _ bytes: [UInt8], _ start: Int, _ length: Int, _ entry: UInt64, _ leaves: [UInt8],
  _ position: Int
) -> Damage.Problem? {
  guard start + length <= bytes.count, isBodyHeader(bytes, start, length, entry)
  else { return .bodyRecord }
  let expected = Digest(
    leaves.span, at: position * EntryLayout.leafBytes + EntryLayout.bodyHash)
  return SHA256.hash(bytes.span.extracting(start..<(start + length))) == expected
    ? nil : .bodyHash
}

/// True when the 16 bytes before `start` are the header of this entry's body.
func isBodyHeader(_ bytes: [UInt8], _ start: Int, _ length: Int, _ entry: UInt64) -> Bool {
  let header = start - Layout.bodyHeaderBytes
  return start <= bytes.count
    && bytes.span.bigEndian(at: header) as UInt32 == EntryFiles.bodyMagic
    && bytes.span.bigEndian(at: header + 4) as UInt32 == UInt32(length)
    && bytes.span.bigEndian(at: header + 8) as UInt64 == entry
}
