import Log

// Everything that the store holds is read and compared, a step at a time (Protocols/store.md, 7.5).
extension Store {
  /// One step of a pass over identities, leaves, hashes, bodies, index, control, nodes,
  /// checkpoints, cosignatures and both journals. Damage that can be computed is staged for
  /// mending; the rest goes to `damagedRanges`. A log of which something is being mended is left
  /// alone for the moment: the step is empty.
  /// - Parameter maxBytes: of leaves and bodies; a step reads about as much again for what is
  ///   compared with them, and at least one entry.
  /// - Throws: `.failed` after an error of the disk.
  public func scrub(_ cursor: inout ScrubCursor, maxBytes: Int) throws(StoreError) -> ScrubStep {
    if case .failed(let error) = condition { throw .failed(error) }
    if cursor.isAtJournals { return scrubJournals(&cursor) }
    if cursor.log == nil {
      guard let first = table.next(after: nil, first: cursor.first) else {
        return scrubJournals(&cursor)
      }
      cursor.begin(first.id)
    }
    guard let id = cursor.log, let log = table[id] else {
      cursor.log = nil
      return ScrubStep(log: nil)
    }
    var step = ScrubStep(log: id)
    guard !log.isChanging, log.isOnDisk else {
      if !log.isOnDisk { cursor.goOn(to: table.next(after: log, first: cursor.first)?.id) }
      return step
    }
    var scrub = LogScrub(files(of: log), cursor, maxBytes: maxBytes)
    scrub.step()
    cursor = scrub.cursor
    if scrub.isLogOver { cursor.goOn(to: table.next(after: log, first: cursor.first)?.id) }
    for damage in scrub.mending.damage { findings.report(damage) }
    stage(scrub.mending)
    step.batch = scrub.batch
    step.mended = scrub.mending.damage
    return step
  }

  /// Some frames of the journals. One that is damaged makes the store begin the other journal, when
  /// everything that the two hold is in synced log files: nobody needs it then.
  private func scrubJournals(_ cursor: inout ScrubCursor) -> ScrubStep {
    var step = ScrubStep(log: nil)
    var scrub = JournalScrub(disk: disk, journals: pipeline.journals, findings: findings)
    step.isPassOver = scrub.step(&cursor)
    if let found = scrub.damage {
      step.mended = [found]
      pipeline.leave(damagedFrame: found)
    }
    return step
  }
}
