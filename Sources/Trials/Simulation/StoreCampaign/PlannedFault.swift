import Store

/// How a call of the disk fails.
enum FaultKind: CaseIterable {
  case errorNothingDone, errorHalfDone, errorAllDone
  case readOnly
  case fullOnce, fullOnceNothing
  case fullForLong

  var occurrence: StoreOccurrence {
    switch self {
    case .errorNothingDone: .errorNothingDone
    case .errorHalfDone: .errorHalfDone
    case .errorAllDone: .errorAllDone
    case .readOnly: .readOnly
    case .fullOnce: .fullOnce
    case .fullOnceNothing: .fullOnceNothing
    case .fullForLong: .fullForLong
    }
  }

  var isFull: Bool {
    switch self {
    case .fullOnce, .fullOnceNothing, .fullForLong: true
    case .errorNothingDone, .errorHalfDone, .errorAllDone, .readOnly: false
    }
  }
}

/// A fault that waits for its call. A full disk waits for the next one that takes space.
struct PlannedFault {
  let number: Int
  let kind: FaultKind
  private(set) var hasFired = false
  /// Nothing that takes space succeeds until `makeRoom`.
  private var isFull = false

  init(at number: Int, _ kind: FaultKind) {
    self.number = number
    self.kind = kind
  }

  mutating func makeRoom() { isFull = false }

  mutating func answer(
    _ call: Int, _ operation: DiskOperation, _ tally: inout Tally<StoreOccurrence>
  ) -> DiskFault? {
    if kind.isFull {
      guard operation.takesSpace, isFull || (call >= number && !hasFired) else { return nil }
      isFull = kind == .fullForLong
    } else if call != number {
      return nil
    }
    if !hasFired {
      tally.add(kind.occurrence)
      tally.noteFault(operation)
    }
    hasFired = true
    return fault
  }

  private var fault: DiskFault {
    switch kind {
    case .errorNothingDone: DiskFault(error: .inputOutput, left: .nothing)
    case .errorHalfDone: DiskFault(error: .inputOutput, left: .some)
    case .errorAllDone: DiskFault(error: .inputOutput, left: .all)
    case .readOnly: DiskFault(error: .readOnly, left: .nothing)
    case .fullOnce, .fullForLong: DiskFault(error: .noSpace, left: .some)
    case .fullOnceNothing: DiskFault(error: .noSpace, left: .nothing)
    }
  }
}

extension Tally<StoreOccurrence> {
  mutating func noteFault(_ operation: DiskOperation) {
    switch operation {
    case .sync: add(.failedSync)
    case .syncFolder: add(.failedFolderSync)
    case .write(.journal, _, _): add(.failedJournalWrite)
    case .write(.log, _, _): add(.failedFileWrite)
    default: break
    }
  }
}
