import Crypto
import Log

/// The outcome of a batch that was given to `Store.mend`, by index.
public struct MendOutcome: Hashable, Sendable {
  /// Whole here, at the latest when the next batches are done.
  public var mended: [UInt64] = []
  /// Entries that are not what the tree has at that index, or whose body is not the leaf's: the
  /// sender's failure.
  public var wrong: [UInt64] = []

  /// Nothing is mended, nothing wrong.
  public init() {}
}

/// Entries of a peer for one block, compared with the tree here: what of them is right, and is
/// damaged or missing (Protocols/store.md, 7.4). It writes nothing: `mending` and `arrivals` are
/// for the store to stage.
struct PeerMend {
  let files: LogFiles
  let content: BlockContent
  let batch: EntryBatch
  /// Where in `batch.bodies` the body of each entry of the batch is.
  let bodies: [Range<Int>]
  private(set) var outcome = MendOutcome()
  private(set) var mending: Mending
  /// Bodies that have no place here, ascending: their entries are whole once these are staged.
  private(set) var arrivals: [(entry: UInt64, body: [UInt8])] = []

  init(_ files: LogFiles, _ content: BlockContent, _ batch: EntryBatch, bodies: [Range<Int>]) {
    self.files = files
    self.content = content
    self.batch = batch
    self.bodies = bodies
    mending = Mending(files.log, on: files.disk)
  }

  private var log: StoredLog { files.log }

  /// - Precondition: the entries are of the batch and of the block.
  mutating func compare(_ entries: Range<UInt64>) {
    let (content, batch) = (content, batch)
    func offered(_ position: Int) -> Digest? {
      let entry = content.first + UInt64(position)
      return entries.contains(entry) ? offeredHash(batch, entry) : nil
    }
    let trusted = files.trustedHashes(content, offered: offered)
    // Without trust in the block a wrong entry is known only if all that are in doubt were offered.
    let isComplete = (0..<content.count).allSatisfy { content.agrees($0) || offered($0) != nil }
    let index = files.whatThereIs(.bodiesIndex, entries)
    for entry in entries {
      let position = Int(entry - content.first)
      let known = trusted ?? (content.agrees(position) ? content.stored : nil)
      guard let known else {
        if isComplete { outcome.wrong.append(entry) }
        continue
      }
      let number = Int(entry - batch.first)
      let body = batch.bodyState(at: number) == .present ? batch.bodies[bodies[number]] : nil
      guard isLeaf(batch.leaves, number, of: known, number: position),
        body.map({ isBody($0, of: batch.leaves, number) }) ?? true
      else {
        outcome.wrong.append(entry)
        continue
      }
      if content.leaf(position) != batch.leaf(at: number) {
        mending.write(leaf: batch.leaf(at: number), of: entry)
      }
      let place = Int(entry - entries.lowerBound)
      if mend(entry, number, body, indexRecord(index, place), mayBeHidden(index, place)) {
        mending.entries.append(entry)
        outcome.mended.append(entry)
      }
    }
    if let trusted { mending.write(hashesOf: content, trusted) }
  }

  /// - Returns: whether the entry has a body that is right, or that lawfully is not there, once
  ///   `mending` is done.
  private mutating func mend(
    _ entry: UInt64, _ position: Int, _ body: ArraySlice<UInt8>?, _ record: IndexRecord?,
    _ isDoubted: Bool
  ) -> Bool {
    let length = Int(bodyBytes(batch.leaves, position))
    guard !log.arriving.contains(entry), log.handing.stagedState(of: entry) == nil else {
      return true
    }
    var found = record
    if let record, record.state == .present, Int(record.length) != length { found = nil }
    if found == nil {
      found = BodySearch(files).record(of: entry, batch.leaves, position)
      if let found { mending.write(index: found, of: entry) }
      if isDoubted { log.doubt(entry..<(entry + 1)) }
    }
    guard let found, found.state != .absent else { return arrive(entry, body) }
    guard found.state == .present else { return true }
    return mend(entry, position, body, at: found)
  }

  /// The body at the place that the index record gives.
  private mutating func mend(
    _ entry: UInt64, _ position: Int, _ body: ArraySlice<UInt8>?, at found: IndexRecord
  ) -> Bool {
    let start = Layout.bodyHeaderBytes
    let length = Int(found.length)
    let stored = files.bodyRecord(found)
    if bodyProblem(stored, start, length, entry, batch.leaves, position) == nil { return true }
    if isBodyHeader(stored, start, length, entry) {
      body.map { mending.write(body: $0, of: entry, at: found) }
      return body != nil
    }
    if let other = BodySearch(files).record(of: entry, batch.leaves, position),
      (other.segment, other.offset) != (found.segment, found.offset)
    {
      // The index points to another place than the body's. That may be damaged, too: then the next
      // batch mends it.
      mending.write(index: other, of: entry)
      return false
    }
    guard let body else { return false }
    // A place that nothing confirms is not written to: another body may be there.
    guard BodySearch(files).isPlace(found, of: entry) else { return arrive(entry, body) }
    mending.write(body: body, of: entry, at: found)
    return true
  }

  private mutating func arrive(_ entry: UInt64, _ body: ArraySlice<UInt8>?) -> Bool {
    if let body { arrivals.append((entry, Array(body))) }
    return false
  }

  /// The store staged what arrives for it.
  mutating func didStage(_ entry: UInt64) { outcome.mended.append(entry) }
}

private func offeredHash(_ batch: EntryBatch, _ entry: UInt64) -> Digest {
  EntryHeader.leafHash(
    of: batch.leaves.span, at: Int(entry - batch.first) * EntryLayout.leafBytes)
}

private func isBody(_ body: ArraySlice<UInt8>, of leaves: [UInt8], _ position: Int) -> Bool {
  SHA256.hash(body.span)
    == Digest(leaves.span, at: position * EntryLayout.leafBytes + EntryLayout.bodyHash)
}
