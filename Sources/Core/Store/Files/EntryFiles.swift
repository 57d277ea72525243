import Crypto
import Log
import Wire

/// The bytes that a run of entries puts into the files of its log. The same for a first write and
/// for a replay.
struct EntryFiles {
  static let bodyMagic: UInt32 = 0x4c42_4459  // "LBDY"

  /// 32 bytes an entry (Protocols/store.md, 4.5).
  private(set) var index: [UInt8] = []
  /// Body records (4.6).
  private(set) var bodies: [UInt8] = []
  /// 16 bytes for each entry that is no record (4.9).
  private(set) var control: [UInt8] = []
  /// Where the next run's place is.
  private(set) var end: EntryPlace

  init(_ batch: EntryBatch, at place: EntryPlace) {
    end = place
    append(batch)
  }

  /// - Precondition: the batch follows, and its body records go where `end` says.
  mutating func append(_ batch: EntryBatch) {
    index.reserveCapacity(index.count + batch.count * Layout.indexBytes)
    bodies.reserveCapacity(
      bodies.count + batch.bodies.count + batch.count * Layout.bodyHeaderBytes)
    var offset = 0
    for position in 0..<batch.count {
      let entry = batch.first + UInt64(position)
      let state = batch.bodyState(at: position)
      let leaf = position * EntryLayout.leafBytes
      let kind = batch.leaves[leaf + EntryLayout.kind]
      let length =
        state == .present
        ? batch.leaves.span.bigEndian(at: leaf + EntryLayout.bodyLength) as UInt32 : 0
      if state == .present {
        appendIndex(state, length)
        bodies.append(bigEndian: EntryFiles.bodyMagic)
        bodies.append(bigEndian: length)
        bodies.append(bigEndian: entry)
        bodies.append(contentsOf: batch.bodies[offset..<(offset + Int(length))])
        offset += Int(length)
        end.segmentOffset += UInt32(Layout.bodyHeaderBytes) + length
      } else {
        appendIndex(state, 0)
      }
      if EntryKind.isControl(kind) {
        ControlEntry(index: entry, kind: kind).append(to: &control)
        end.controlCount += 1
      }
    }
  }

  private mutating func appendIndex(_ state: BodyState, _ length: UInt32) {
    let present = state == .present
    IndexRecord(
      segment: present ? end.segment : 0, offset: present ? end.segmentOffset : 0, length: length,
      state: state
    ).append(to: &index)
  }

  /// Body records of `batch` in bytes.
  static func bodyRecordBytes(_ batch: EntryBatch) -> UInt64 {
    let present = batch.bodyStates.map { $0.count { $0 == .present } } ?? batch.count
    return UInt64(batch.bodies.count) + UInt64(present * Layout.bodyHeaderBytes)
  }

  /// The operations that write a run of entries, hashes and nodes apart from syncs.
  /// - Parameters:
  ///   - place: where the run's body records and control records begin.
  func operations(
    _ id: LogID, first: UInt64, place: EntryPlace, leaves: [UInt8], leafHashes: [UInt8]
  ) -> [DiskOperation] {
    var operations: [DiskOperation] = [
      .write(
        .log(id, .entries), offset: first * UInt64(EntryLayout.leafBytes), bytes: leaves),
      .write(.log(id, .hashes), offset: first * UInt64(Layout.hashBytes), bytes: leafHashes),
      .write(.log(id, .bodiesIndex), offset: first * UInt64(Layout.indexBytes), bytes: index),
    ]
    if !bodies.isEmpty {
      let file = StoreFile.log(id, .bodies(place.segment))
      if place.segmentOffset == 0 { operations.append(.create(file)) }
      operations.append(.write(file, offset: UInt64(place.segmentOffset), bytes: bodies))
    }
    if !control.isEmpty {
      operations.append(
        .write(
          .log(id, .control), offset: place.controlCount * UInt64(Layout.controlBytes),
          bytes: control))
    }
    return operations
  }
}

extension ControlEntry {
  /// The 16 bytes of `control` (4.9).
  func append(to bytes: inout [UInt8]) {
    bytes.append(bigEndian: index)
    bytes.append(kind)
    bytes.append(contentsOf: repeatElement(0, count: 7))
  }
}
