import Crypto
import Log
import Wire

/// The body of an entry that was stored without it, and where its record goes: behind all others
/// (Protocols/store.md, 5.4, record 8).
struct BodyArrival {
  let log: LogID
  let index: UInt64
  let segment: UInt32
  let offset: UInt32
  let bytes: [UInt8]

  init(log: LogID, index: UInt64, segment: UInt32, offset: UInt32, bytes: [UInt8]) {
    self.log = log
    self.index = index
    self.segment = segment
    self.offset = offset
    self.bytes = bytes
  }

  func append(to payload: inout [UInt8]) {
    log.append(to: &payload)
    payload.append(bigEndian: index)
    payload.append(bigEndian: segment)
    payload.append(bigEndian: offset)
    payload.append(bigEndian: UInt32(bytes.count))
    payload.append(contentsOf: bytes)
  }

  init(_ reader: inout ByteReader, _ payload: Span<UInt8>) throws(WireError) {
    log = LogID(try reader.bytes32(payload))
    index = try reader.record(payload)
    segment = try reader.u32(payload)
    offset = try reader.u32(payload)
    bytes = try reader.array(payload, Int(try reader.u32(payload)))
    guard segment < Layout.segmentsMost, bytes.count <= EntryLayout.maxBodyBytes,
      Int(offset) + Layout.bodyHeaderBytes + bytes.count <= Int(UInt32.max)
    else { throw .truncated }
  }

  var fileOperations: [DiskOperation] {
    let file = StoreFile.log(log, .bodies(segment))
    var operations: [DiskOperation] = offset == 0 ? [.create(file)] : []
    operations += [
      .write(
        file, offset: UInt64(offset), bytes: EntryFiles.bodyHeader(bytes.count, index) + bytes),
      .write(
        .log(log, .bodiesIndex), offset: index * UInt64(Layout.indexBytes),
        bytes: IndexRecord(
          segment: segment, offset: offset, length: UInt32(bytes.count), state: .present
        ).encoded),
    ]
    return operations
  }
}

extension EntryFiles {
  /// The 16 bytes before a body (4.6).
  static func bodyHeader(_ length: Int, _ entry: UInt64) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.append(bigEndian: bodyMagic)
    bytes.append(bigEndian: UInt32(length))
    bytes.append(bigEndian: entry)
    return bytes
  }
}
