import Store

/// The fate of changes that were not synced when the machine stops (Protocols/store.md, 2).
public enum CrashModel: String, CaseIterable, Sendable {
  /// All are there: the program was killed and not the machine.
  case kept
  /// None is there.
  case dropped
  /// A prefix is there, and of the change after it some sectors.
  case cut
  /// Each is there or not, whatever their order, and names likewise.
  case reordered
  /// Each is there, or not, or in some of its sectors, or only as the file's new length.
  case torn
}

/// Counts of what a crash really did.
public struct CrashTally: Sendable, Hashable {
  /// Changes that are there as they were made.
  public var writesKept = 0
  /// Changes that are gone as a whole.
  public var writesDropped = 0
  /// Kept in some sectors only.
  public var writesTorn = 0
  /// The file became as long as the write made it, and holds none of its bytes.
  public var lengthsOnly = 0
  /// A change that is there although an earlier one of the same file is not.
  public var laterWithoutEarlier = 0
  /// Names and folders whose last change is there.
  public var namesKept = 0
  /// Names and folders that are as they were synced last.
  public var namesDropped = 0

  /// Nothing was done yet.
  public init() {}
}

extension DiskImage {
  /// A disk writes these whole or not at all.
  public static let sectorBytes = 512

  /// The image that a crash leaves, under a model that `random` picks.
  public func crashed(_ random: inout SplitMix64) -> DiskImage {
    var tally = CrashTally()
    let model = CrashModel.allCases[random.below(CrashModel.allCases.count)]
    return crashed(model, &random, &tally)
  }

  /// The image that a crash leaves, under one model.
  public func crashed(
    _ model: CrashModel, _ random: inout SplitMix64, _ tally: inout CrashTally
  ) -> DiskImage {
    var after = DiskImage()
    for folder in folders where folder.isDurable || keepsName(model, &random, &tally) {
      // A name in a folder whose own name is gone is gone with it.
      if folder.folder.parent.map(after.has) ?? true { after.setDurable(folder.folder) }
    }
    for name in names {
      var inode = name.durable
      if name.inode != name.durable, keepsName(model, &random, &tally) { inode = name.inode }
      guard let inode, after.has(name.file.folder) else { continue }
      after.setDurable(name.file, survivor(of: inodes[inode], model, &random, &tally))
    }
    return after
  }

  private func keepsName(
    _ model: CrashModel, _ random: inout SplitMix64, _ tally: inout CrashTally
  ) -> Bool {
    let keeps =
      switch model {
      case .kept: true
      case .dropped: false
      case .cut, .reordered, .torn: random.oneIn(2)
      }
    if keeps { tally.namesKept += 1 } else { tally.namesDropped += 1 }
    return keeps
  }

  private func survivor(
    of inode: Inode, _ model: CrashModel, _ random: inout SplitMix64, _ tally: inout CrashTally
  ) -> FileContent {
    var content = inode.durable
    let pending = inode.pending
    guard !pending.isEmpty else { return content }
    let cut = model == .cut ? random.below(pending.count + 1) : 0
    var lostOne = false
    for (number, operation) in pending.enumerated() {
      var fate =
        switch model {
        case .kept: Fate.kept
        case .dropped: Fate.dropped
        case .cut: number < cut ? Fate.kept : number == cut ? .torn : .dropped
        case .reordered: random.oneIn(2) ? Fate.kept : .dropped
        case .torn: Fate.allCases[random.below(Fate.allCases.count)]
        }
      if fate == .torn, !operation.isWrite, !operation.isHole { fate = .dropped }
      if fate == .lengthOnly, !operation.isWrite { fate = .dropped }
      switch fate {
      case .kept:
        content.apply(operation)
        tally.writesKept += 1
        if lostOne { tally.laterWithoutEarlier += 1 }
      case .dropped: tally.writesDropped += 1
      case .torn:
        content.applySectors(of: operation, &random)
        tally.writesTorn += 1
      case .lengthOnly:
        content.applyLength(of: operation)
        tally.lengthsOnly += 1
      }
      if fate != .kept { lostOne = true }
    }
    return content
  }

  private enum Fate: CaseIterable { case kept, dropped, torn, lengthOnly }
}

extension FileContent {
  /// Some sectors of a write, or half of a hole.
  fileprivate mutating func applySectors(
    of operation: DiskOperation, _ random: inout SplitMix64
  ) {
    if case .punchHole(let file, let offset, let bytes) = operation {
      let from = random.oneIn(2) ? offset : offset + bytes / 2
      return apply(.punchHole(file, offset: from, bytes: bytes / 2))
    }
    guard case .write(_, let offset, let bytes) = operation else { return }
    var start = 0
    while start < bytes.count {
      let sectorEnd =
        (Int(offset) + start) / DiskImage.sectorBytes * DiskImage.sectorBytes
        + DiskImage.sectorBytes - Int(offset)
      let end = min(sectorEnd, bytes.count)
      if random.oneIn(2) { write(bytes[start..<end], at: Int(offset) + start) }
      start = end
    }
  }

  fileprivate mutating func applyLength(of operation: DiskOperation) {
    guard case .write(_, let offset, let bytes) = operation else { return }
    resize(max(count, Int(offset) + bytes.count))
  }
}

extension DiskOperation {
  var isWrite: Bool {
    if case .write = self { true } else { false }
  }

  fileprivate var isHole: Bool {
    if case .punchHole = self { true } else { false }
  }
}
