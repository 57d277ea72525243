import Store

/// Carries a store's batches out, as a disk thread does; or as one with a planted bug would.
struct Executor {
  let disk: SimulatedDisk
  let bug: StoreBug?
  /// Reported as done, and not done yet.
  private var held: [DiskOperation] = []

  init(_ disk: SimulatedDisk, bug: StoreBug?) {
    self.disk = disk
    self.bug = bug
  }

  /// - Parameter completed: called once, with the error that stopped the batch.
  mutating func execute(
    _ batch: DiskBatch, completed: (DiskError?) throws(Violation) -> Void
  ) throws(Violation) {
    switch bug {
    case nil: try completed(execute(batch.operations))
    case .acknowledgesEarly:
      try completed(nil)
      _ = execute(batch.operations)
    case .syncsBeforeWriting:
      let syncs = batch.operations.filter(\.isSync)
      try completed(execute(syncs + batch.operations.filter { !$0.isSync }))
    case .reordersFilesAndJournal:
      guard batch.operations.contains(where: \.isOfJournal) else {
        held += batch.operations
        return try completed(nil)
      }
      let failure = execute(batch.operations)
      _ = execute(held)
      held = []
      try completed(failure)
    case .skipsJournalSync:
      try completed(execute(batch.operations.filter { !($0.isSync && $0.isOfJournal) }))
    case .skipsFileSync:
      try completed(execute(batch.operations.filter { !$0.isSyncOfLogFile }))
    case .skipsFolderSync:
      try completed(execute(batch.operations.filter { !$0.isSyncOfFolder }))
    case .believesSecondSync, .hidesErrors:
      try completed(executeCarelessly(batch.operations))
    }
  }

  private func execute(_ operations: [DiskOperation]) -> DiskError? {
    do {
      for operation in operations { try disk.execute(operation) }
      return nil
    } catch {
      return error
    }
  }

  private func executeCarelessly(_ operations: [DiskOperation]) -> DiskError? {
    for operation in operations {
      guard let failure = execute([operation]), failure != .noSpace else { continue }
      if bug == .hidesErrors { continue }
      if !operation.isSync || execute([operation]) != nil { return failure }
    }
    return nil
  }
}

extension DiskOperation {
  /// The file that is changed or synced; nil for a folder.
  var file: StoreFile? {
    switch self {
    case .create(let file), .preallocate(let file, _), .write(let file, _, _),
      .truncate(let file, _), .sync(let file), .punchHole(let file, _, _), .remove(let file),
      .rename(let file, _):
      file
    case .createFolder, .syncFolder: nil
    }
  }

  var isSync: Bool {
    switch self {
    case .sync, .syncFolder: true
    default: false
    }
  }

  var isOfJournal: Bool {
    if case .journal = file { true } else { false }
  }

  var isOfLogFile: Bool {
    if case .log = file { true } else { false }
  }

  var isSyncOfLogFile: Bool {
    if case .sync(.log) = self { true } else { false }
  }

  var isSyncOfFolder: Bool {
    if case .syncFolder = self { true } else { false }
  }
}
