import Log

/// Entries that are not in log files yet: one appended batch, as it came.
final class TailSegment {
  enum Way { case journal, bulk }

  let batch: EntryBatch
  let leafHashes: [UInt8]
  let place: EntryPlace
  let way: Way
  /// The log's head when these entries are in its files.
  let after: HeadRecord

  /// The batch behind `head`, whose body records go where that says, or begin a segment.
  /// - Parameter segmentBytes: a segment of bodies ends before it would be longer.
  init(_ verified: VerifiedBatch, behind head: HeadRecord, way: Way, segmentBytes: UInt64) {
    batch = verified.batch
    leafHashes = verified.leafHashes
    self.way = way
    var place = EntryPlace(
      segment: head.segment, segmentOffset: head.segmentOffset, controlCount: head.controlCount)
    let recordBytes = EntryFiles.bodyRecordBytes(batch)
    if place.segmentOffset > 0, UInt64(place.segmentOffset) + recordBytes > segmentBytes {
      place.segment += 1
      place.segmentOffset = 0
    }
    var after = head
    after.size = batch.end
    after.leafHash = verified.after.head.leafHash
    after.headerHash = verified.after.lastHeaderHash
    after.tree = verified.after.tree
    after.bodyBytes += UInt64(batch.bodies.count)
    after.segment = place.segment
    after.segmentOffset = place.segmentOffset + UInt32(recordBytes)
    after.controlCount += UInt64(batch.controlCount)
    self.place = place
    self.after = after
  }

  var first: UInt64 { batch.first }
  var end: UInt64 { batch.end }
  var bytes: Int { batch.leaves.count + batch.bodies.count }
}
